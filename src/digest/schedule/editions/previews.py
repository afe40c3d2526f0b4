"""An edition to look at, before or after it goes out, in every format."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from digest.compose import variants
from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.editions.edition import Variant
from digest.model.editions.rendition import Rendition
from digest.model.formats import Format, Preview, preview_named
from digest.model.people.person import Addressee
from digest.model.people.postal_address import PostalAddress
from digest.model.posts.blocks import Paragraph, TextSpan
from digest.model.posts.items import Post
from digest.model.posts.pictures import Gallery
from digest.render.families import family_of
from digest.render.options import RenderOptions, no_calendar
from digest.schedule.editions.named_schedule import schedule_of
from digest.schedule.editions.proofs.reader_copies import ReaderCopy, reader_copy
from digest.schedule.editions.renditions import gallery_for
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns

SAMPLE = Addressee(
    "Ann Example",
    "ann@example.org",
    PostalAddress(("1 Example Street", "Exampleton"), "ZZ99 1AA"),
    phone="01632 960 155",
)

_NUMBER_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Previews:
    """Renders what a reader would get, or a sample one; nothing is kept or leaves."""

    engine: Engine
    clock: Callable[[], datetime]
    templates_dir: Path | None
    shorten: Callable[[str], str]
    hosted_at: str = ""
    calendar_url: Callable[[Sequence[int]], str] = no_calendar
    event_page_url: Callable[[Sequence[int]], str] = no_calendar

    def draft(self, name: str, schedule: str | None, preview: str) -> Rendition:
        """Return the open edition of a campaign's schedule, marked as a proof.

        Raises NotFound where there is no such preview or schedule, or nothing new.
        """
        fmt, kind = _preview(preview)
        return self._rendered(self._drafted(name, schedule, fmt), kind, SAMPLE)

    def look(self, name: str, preview: str) -> Rendition:
        """Return how a campaign's mail looks: the open edition of its schedule.

        Or a sample, where nothing is new. Raises NotFound where there is no such
        campaign.
        """
        fmt, kind = _preview(preview)
        try:
            variant = self._drafted(name, None, fmt)
        except NotFound:
            with reading(self.engine) as connection:
                campaign = campaigns.by_name(connection, name).campaign
            variant = _sample(campaign, fmt, self.clock())
        return self._rendered(variant, kind, SAMPLE)

    def edition(self, edition_id: int, preview: str) -> Rendition:
        """Return an edition as a reader gets it who had the one before."""
        fmt, kind = _preview(preview)
        return self._rendered(self._numbered(edition_id, fmt), kind, SAMPLE)

    def of(
        self,
        what: str,
        schedule: str | None,
        preview: str,
        reader: int | None = None,
        language: str | None = None,
    ) -> Rendition:
        """Return an edition in one format; `what` is as of `variant`.

        As the subscriber of that number gets it, or else as who had the one before.
        `language` is another one than theirs. Raises NotFound in words, also where
        they would get none of it.
        """
        fmt, kind = _preview(preview)
        variant, to = self.seen_by(what, schedule, fmt, reader)
        return self._rendered(in_language(variant, language), kind, to)

    def seen_by(
        self, what: str, schedule: str | None, fmt: Format, reader: int | None
    ) -> tuple[Variant, Addressee]:
        """Return what `of` shows in a format, and to whom it is addressed."""
        if reader is None:
            return self.variant(what, schedule, fmt), SAMPLE
        copy = self.copy_of(what, schedule, reader)
        return copy.in_format(fmt), copy.to

    def of_copy(self, copy: ReaderCopy, preview: str) -> Rendition:
        """Return a reader's copy in one format. Raises NotFound where they get none."""
        fmt, kind = _preview(preview)
        return self._rendered(copy.in_format(fmt), kind, copy.to)

    def copy_of(self, what: str, schedule: str | None, reader: int) -> ReaderCopy:
        """Return what planning has decided for a subscriber, or would decide now.

        Raises NotFound where there is no such edition, or nobody of that number.
        """
        with reading(self.engine) as connection:
            return reader_copy(connection, what, schedule, reader, self.clock())

    def variant(self, what: str, schedule: str | None, fmt: Format) -> Variant:
        """Return an edition as readers get it who had the one before.

        `what` is a campaign, for the open edition of a schedule, or an edition's
        number. Raises NotFound in words.
        """
        if _is_number(what):
            return self._numbered(int(what), fmt)
        return self._drafted(what, schedule, fmt)

    def _drafted(self, name: str, schedule: str | None, fmt: Format) -> Variant:
        with reading(self.engine) as connection:
            stored = campaigns.by_name(connection, name)
            row = schedule_of(connection, stored, schedule)
            variant = variants.draft(connection, stored, row, fmt, self.clock())
        if variant is None:
            raise NotFound(
                f"{name} has nothing new for its next {row.schedule.name} edition; "
                f"look for posts with: digest gather {name}"
            )
        return variant

    def _numbered(self, edition_id: int, fmt: Format) -> Variant:
        with reading(self.engine) as connection:
            composed = variants.of_edition(connection, edition_id, fmt)
        if composed is None:
            raise NotFound(f"edition {edition_id} carries nothing to look at")
        return composed.variant

    def gallery(self, variants: Iterable[Variant]) -> Gallery:
        """Return the files of the pictures that any of these variants may show."""
        return gallery_for(self.engine, *variants)

    def shared_by(self, variant: Variant, gallery: Gallery) -> Rendition:
        """Return what all readers of the variant would share. Raises RenderError."""
        return family_of(variant.format).make(variant, self.options(variant, gallery))

    def _rendered(
        self, variant: Variant, preview: Preview, reader: Addressee
    ) -> Rendition:
        family = family_of(variant.format)
        return family.preview(variant, preview, self.options(variant), reader)

    def options(
        self, variant: Variant, gallery: Gallery | None = None
    ) -> RenderOptions:
        """Return what a renderer is told beside the variant.

        Its pictures are looked up where no `gallery` has them.
        """
        return RenderOptions(
            self.clock(),
            self.templates_dir,
            gallery_for(self.engine, variant) if gallery is None else gallery,
            self.hosted_at,
            self.shorten,
            self.calendar_url,
            self.event_page_url,
        )


def in_language(variant: Variant, language: str | None) -> Variant:
    """Return the variant as readers of that language get it; None changes nothing."""
    return replace(variant, language=language) if language else variant


def _sample(campaign: Campaign, fmt: Format, now: datetime) -> Variant:
    words = "Here stands what your campaign has to say, with a link to the whole of it."
    body = (Paragraph((TextSpan(words),)),)
    post = Post("sample", "What a post looks like", body, url="https://example.org/")
    return Variant("SAMPLE", campaign, now, (post,), fmt, campaign.language, draft=True)


def _is_number(what: str) -> bool:
    return what.isascii() and what.isdigit() and len(what) <= _NUMBER_LENGTH


def _preview(name: str) -> tuple[Format, Preview]:
    try:
        return preview_named(name)
    except ValueError as problem:
        raise NotFound(str(problem)) from problem
