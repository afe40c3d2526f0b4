"""An edition to look at, before or after it goes out, in every form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.compose import variants
from digest.errors import NotFound
from digest.model.editions.compiled_message import Recipient
from digest.model.editions.edition import Variant
from digest.model.editions.formats import PreviewKind
from digest.model.people.person import Addressee
from digest.model.people.postal_address import PostalAddress
from digest.render.email.compile import compile_email, preview_html, preview_text
from digest.render.letter.letter import Letter, LetterOptions, preview
from digest.render.options import RenderOptions
from digest.schedule.editions.galleries import gallery_for
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign

SAMPLE = Addressee(
    "Ann Example",
    "ann@example.org",
    PostalAddress(("1 Example Street", "Exampleton"), "ZZ99 1AA"),
)


@dataclass(frozen=True, slots=True)
class Previews:
    """Renders what a reader would get, or a sample one; nothing is kept or leaves."""

    engine: Engine
    clock: Callable[[], datetime]
    templates_dir: Path | None
    shorten: Callable[[str], str]
    hosted_at: str = ""

    def draft(
        self,
        name: str,
        schedule: str | None,
        form: PreviewKind,
        reader: Addressee = SAMPLE,
    ) -> bytes:
        """Return the open edition of a campaign's schedule, marked as a proof.

        Raises NotFound where there is no such schedule, or nothing new.
        """
        now = self.clock()
        with reading(self.engine) as connection:
            stored = campaigns.by_name(connection, name)
            row = schedule_of(connection, stored, schedule)
            variant = variants.draft(connection, stored, row, form.serves, now)
        if variant is None:
            raise NotFound(
                f"{name} has nothing new for its next {row.schedule.name} edition; "
                f"look for posts with: digest gather {name}"
            )
        return self._rendered(variant, form, reader)

    def edition(
        self, edition_id: int, form: PreviewKind, reader: Addressee = SAMPLE
    ) -> bytes:
        """Return an edition as a reader gets it who had the one before."""
        with reading(self.engine) as connection:
            found = variants.of_edition(connection, edition_id, form.serves)
        if found is None:
            raise NotFound(f"edition {edition_id} carries nothing to look at")
        return self._rendered(found.variant, form, reader)

    def _rendered(
        self, variant: Variant, form: PreviewKind, reader: Addressee
    ) -> bytes:
        gallery = gallery_for(self.engine, variant)
        look = RenderOptions(self.clock(), self.templates_dir, gallery, self.hosted_at)
        match form:
            case PreviewKind.HTML:
                return preview_html(variant, look, _recipient(reader)).encode()
            case PreviewKind.TEXT:
                return preview_text(variant, look, _recipient(reader)).encode()
            case PreviewKind.EML:
                return compile_email(variant, look).merge(_recipient(reader))
            case PreviewKind.LETTER | PreviewKind.LARGE_PRINT:
                made = LetterOptions(self.shorten, gallery, self.templates_dir)
                return preview(variant, made, _letter(reader))


def _recipient(reader: Addressee) -> Recipient:
    # A preview leaves nobody: its link goes nowhere.
    return Recipient(
        name=reader.name,
        address=reader.email or "nobody@example.org",
        salutation=reader.salutation,
        reference="preview",
        leave_url="https://example.org/u/preview",
    )


def _letter(reader: Addressee) -> Letter:
    if reader.address is None:
        raise NotFound(f"no postal address is held for {reader.name}: add one")
    return Letter("PREVIEW", reader.name, reader.address, f"{reader.salutation},")


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
        there = ", ".join(row.schedule.name for row in rows)
        raise NotFound(f'no schedule is called "{name}"; there are: {there}')
    return wanted[0]
