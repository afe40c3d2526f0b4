"""The packing list of a print run: a row for each letter, and the same as CSV."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from digest.model.campaigns.campaign import Envelope

# A4 of 80 grams a square metre, and the envelope around it.
SHEET_GRAMS = 5
ENVELOPE_GRAMS = {Envelope.DL: 4, Envelope.C5: 7, Envelope.NOTIFY: 7}
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
)
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


def read_manifest(text: str) -> tuple[ManifestRow, ...]:
    """Return the rows of a packing list as CSV. Raises ValueError where it is none."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
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
