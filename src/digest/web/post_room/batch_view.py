"""What the post room's pages say of a print batch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Campaign
from digest.model.formats import named
from digest.model.staff_words import counted, day_in_words, moment_in_words
from digest.render.letter.batch.manifest import LetterStack, ManifestRow, fits_window
from digest.store.campaigns import campaigns
from digest.store.delivery.printing.print_batches import PrintBatch
from digest.store.staff import audit


@dataclass(frozen=True, slots=True)
class BatchWords:
    """Says of the batches of a page what they are, and who did what with them."""

    of_campaign: Mapping[int, Campaign]
    actors: Mapping[tuple[str, datetime], str]
    reader_name: str

    def view(self, batch: PrintBatch) -> dict[str, Any]:
        """Return what a template shows of one batch."""
        campaign = self.of_campaign[batch.campaign_id]
        kind = ("proof", "proofs") if batch.is_rehearsal else ("letter", "letters")
        return {
            "id": batch.id,
            "state": batch.state.value,
            "letters": batch.files.letters,
            "letters_in_words": counted(batch.files.letters, *kind),
            "envelopes": counted(batch.files.letters, "envelope", "envelopes"),
            "sheets": counted(batch.files.sheets, "sheet", "sheets"),
            "campaign": campaign.title,
            "organiser": batch.organiser,
            "of": f"edition of {day_in_words(batch.slot)}",
            "made": moment_in_words(batch.made_at, campaign.timezone),
            "printed": self._done(batch, batch.printed_at, campaign.timezone),
            "posted": self._done(batch, batch.posted_at, campaign.timezone),
            "is_proofs": batch.is_rehearsal,
            "is_empty": batch.is_empty,
            "has_files": batch.has_files,
            "phone": campaign.letter.phone,
        }

    def _done(self, batch: PrintBatch, at: datetime | None, zone: str) -> str:
        if at is None:
            return ""
        actor = self.actors.get((batch.subject, at), "")
        by = "you" if actor == self.reader_name else actor
        when = moment_in_words(at, zone)
        return f"By {by}, {when}" if by else when


def words_of(
    connection: Connection, batches: Iterable[PrintBatch], reader_name: str
) -> BatchWords:
    """Return what says all of these, each campaign looked up once."""
    every = list(batches)
    moments = {at for each in every for at in (each.printed_at, each.posted_at) if at}
    return BatchWords(
        {
            campaign_id: campaigns.load(connection, campaign_id)
            for campaign_id in sorted({batch.campaign_id for batch in every})
        },
        audit.actors_at(connection, sorted(moments)),
        reader_name,
    )


def packing(rows: Iterable[ManifestRow], campaign: Campaign) -> dict[str, Any]:
    """Return what to have ready for these letters: by size of type, and the post."""
    by_format: dict[str, list[ManifestRow]] = {}
    for row in rows:
        by_format.setdefault(row.format, []).append(row)
    every = [row for each in by_format.values() for row in each]
    stack = LetterStack.of(
        [row.sheets for row in every], sum(row.country != "" for row in every), ""
    )
    letter = campaign.letter
    return {
        "formats": [
            (
                len(each),
                named(name).words.lower() + ("" if len(each) == 1 else "s"),
                _each_sheets(row.sheets for row in each),
            )
            for name, each in sorted(by_format.items(), reverse=True)
        ],
        "envelope": letter.envelope.upper(),
        "postage": letter.postage,
        "abroad": stack.abroad,
        "fits_window": fits_window(letter.envelope, stack.most_sheets),
        "phone": letter.phone,
    }


def _each_sheets(sheets: Iterable[int]) -> str:
    """Return how many sheets each has: "2 sheets each", "1 to 3 sheets each"."""
    every = [*sheets]
    different = sorted({*every})
    if len(different) == 1:
        each = "" if len(every) == 1 else " each"
        return f"{counted(different[0], 'sheet', 'sheets')}{each}"
    return f"{different[0]} to {different[-1]} sheets each"
