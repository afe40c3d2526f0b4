"""An edition to look at, before or after it goes out, in every format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.compose import variants
from digest.errors import NotFound
from digest.model.editions.edition import Variant
from digest.model.editions.rendition import Rendition
from digest.model.formats import Format, Preview, preview_named
from digest.model.people.person import Addressee
from digest.model.people.postal_address import PostalAddress
from digest.render.families import family_of
from digest.render.options import RenderOptions, no_calendar
from digest.schedule.editions.renditions import gallery_for
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign

SAMPLE = Addressee(
    "Ann Example",
    "ann@example.org",
    PostalAddress(("1 Example Street", "Exampleton"), "ZZ99 1AA"),
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

    def draft(
        self,
        name: str,
        schedule: str | None,
        preview: str,
        reader: Addressee = SAMPLE,
        language: str | None = None,
    ) -> Rendition:
        """Return the open edition of a campaign's schedule, marked as a proof.

        `preview` is a preview's name, `language` another one than the campaign's.
        Raises NotFound where there is no such
        preview or schedule, or nothing new.
        """
        fmt, kind = _preview(preview)
        variant = self._drafted(name, schedule, fmt)
        return self._rendered(in_language(variant, language), kind, reader)

    def edition(
        self,
        edition_id: int,
        preview: str,
        reader: Addressee = SAMPLE,
        language: str | None = None,
    ) -> Rendition:
        """Return an edition as a reader gets it who had the one before."""
        fmt, kind = _preview(preview)
        variant = self._numbered(edition_id, fmt)
        return self._rendered(in_language(variant, language), kind, reader)

    def of(
        self, what: str, schedule: str | None, preview: str, reader: Addressee = SAMPLE
    ) -> Rendition:
        """Return an edition as that reader gets it; `what` is as of `variant`."""
        if _is_number(what):
            return self.edition(int(what), preview, reader)
        return self.draft(what, schedule, preview, reader)

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

    def shared_by(self, variant: Variant) -> Rendition:
        """Return what all readers of the variant would share. Raises RenderError."""
        return family_of(variant.format).make(variant, self.options(variant))

    def _rendered(
        self, variant: Variant, preview: Preview, reader: Addressee
    ) -> Rendition:
        family = family_of(variant.format)
        return family.preview(variant, preview, self.options(variant), reader)

    def options(self, variant: Variant) -> RenderOptions:
        """Return what a renderer is told beside the variant."""
        return RenderOptions(
            self.clock(),
            self.templates_dir,
            gallery_for(self.engine, variant),
            self.hosted_at,
            self.shorten,
            self.calendar_url,
        )


def in_language(variant: Variant, language: str | None) -> Variant:
    """Return the variant as readers of that language get it; None changes nothing."""
    return replace(variant, language=language) if language else variant


def _is_number(what: str) -> bool:
    return what.isascii() and what.isdigit() and len(what) <= _NUMBER_LENGTH


def _preview(name: str) -> tuple[Format, Preview]:
    try:
        return preview_named(name)
    except ValueError as problem:
        raise NotFound(str(problem)) from problem


def schedule_of(
    connection: Connection, stored: StoredCampaign, name: str | None
) -> ScheduleRow:
    """Return the campaign's schedule of that name, or its default one.

    Raises NotFound listing those there are.
    """
    rows = campaigns.schedules_of(connection, stored)
    wanted = [row for row in rows if row.schedule.name == name]
    if name is None:
        wanted = [row for row in rows if row.schedule.default] or rows
    if not wanted:
        names = ", ".join(row.schedule.name for row in rows)
        raise NotFound(f'no schedule is called "{name}"; there are: {names}')
    return wanted[0]
