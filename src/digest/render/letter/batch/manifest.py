"""The packing list of a print run: a row for each letter, and the same as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.model.campaigns.campaign import Envelope

# A4 of 80 grams a square metre, and the envelope around it.
SHEET_GRAMS = 5
ENVELOPE_GRAMS = {Envelope.DL: 4, Envelope.C5: 7, Envelope.NOTIFY: 7}
# Sheets that one holds, folded for its window: in three, once, and what Notify prints.
_ENVELOPE_SHEETS = {Envelope.DL: 4, Envelope.C5: 10, Envelope.NOTIFY: 5}
COLUMNS = (
    "number",
    "reference",
    "name",
    "postcode",
    "country",
    "format",
    "pages",
    "sheets",
    "first_page",
    "grams",
    "organiser",
)
# Packing lists made before batches were an organiser's have none.
_OLDER_COLUMNS = COLUMNS[:-1]
# What a spreadsheet takes for a formula, or strips to find one.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One letter of a run; `first_page` counts the file's pages from 1."""

    number: int
    reference: str
    name: str
    postcode: str
    country: str
    format: str
    pages: int
    sheets: int
    first_page: int
    grams: int
    organiser: str = ""


@dataclass(frozen=True, slots=True)
class LetterStack:
    """The letters of a batch as a pile of paper; `abroad` is how many go there.

    `sheets_each` is None where they differ, as in batches of before.
    """

    letters: int
    sheets: int
    most_sheets: int
    abroad: int
    organiser: str = ""
    sheets_each: int | None = None

    @classmethod
    def of(cls, sheets: Sequence[int], abroad: int, organiser: str) -> "LetterStack":
        """Return the pile of letters of so many sheets each."""
        is_uniform = len({*sheets}) == 1
        return cls(
            letters=len(sheets),
            sheets=sum(sheets),
            most_sheets=max(sheets, default=0),
            abroad=abroad,
            organiser=organiser,
            sheets_each=sheets[0] if is_uniform else None,
        )


def fits_window(envelope: Envelope, sheets: int) -> bool:
    """Whether a letter of so many sheets goes into that envelope, behind its window."""
    return sheets <= _ENVELOPE_SHEETS[envelope]


def read_manifest(text: str) -> tuple[ManifestRow, ...]:
    """Return the rows of a packing list as CSV. Raises ValueError where it is none."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(rows.fieldnames or ()) not in (COLUMNS, _OLDER_COLUMNS):
        raise ValueError("this is no packing list")
    return tuple(
        ManifestRow(
            number=int(row["number"]),
            reference=row["reference"],
            name=_unguarded(row["name"]),
            postcode=_unguarded(row["postcode"]),
            country=_unguarded(row["country"]),
            format=row["format"],
            pages=int(row["pages"]),
            sheets=int(row["sheets"]),
            first_page=int(row["first_page"]),
            grams=int(row["grams"]),
            organiser=_unguarded(row.get("organiser") or ""),
        )
        for row in rows
    )


def _unguarded(cell: str) -> str:
    is_guarded = cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS)
    return cell[1:] if is_guarded else cell


def manifest_csv(rows: Iterable[ManifestRow]) -> str:
    """Return the rows as CSV (RFC 4180) that a spreadsheet takes for plain words.

    What could be read as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = [str(getattr(row, column)) for column in COLUMNS]
        writer.writerow(
            f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells
        )
    return out.getvalue()
