"""The CSV columns of a subscriber list, and cells that no spreadsheet will run."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.errors import ImportRefused

ADDRESS = tuple(f"address_{number}" for number in range(1, 7))
COLUMNS = (
    "reference",
    "name",
    "email",
    "phone",
    *ADDRESS,
    "postcode",
    "country",
    "format",
    "schedule",
    "topics",
    "language",
    "organiser",
    "consent_basis",
    "consent_method",
    "consent_at",
    "consent_wording",
    "consent_conditions",
    "notes",
)
# What a list may have instead of a name: joined, they are one.
PARTS_OF_NAMES = ("given_name", "family_name")
DELIMITERS = ",;\t"

_ALIASES = {
    "address": "address_1",
    "e_mail": "email",
    "id": "reference",
    "member_id": "reference",
    "member_number": "reference",
    "membership_number": "reference",
    "post_code": "postcode",
    "ref": "reference",
}
REACHED_BY = frozenset({"email", "phone", "address_1"})
# What a spreadsheet takes for a formula; full-width forms included.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")  # noqa: RUF001 - the forms meant


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a list in order; "" for those that are none of ours."""

    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    delimiter: str


def read_header(file: str, line: str) -> Header:
    """Return what a list's first line names. Raises ImportRefused in one line."""
    headers = [_split(line, delimiter) for delimiter in DELIMITERS]
    header = max(headers, key=lambda header: sum(map(bool, header.columns)))
    if not any(header.columns):
        raise ImportRefused(
            f"{file} has no header: its first line must name the columns, "
            "for example name,email,phone"
        )
    check_columns(file, header.columns)
    return header


def matched_header(file: str, line: str, columns: tuple[str, ...]) -> Header:
    """Return the header of a list whose columns somebody has matched to ours.

    Raises ImportRefused where they are not enough, or are not those of the file.
    """
    headings, delimiter = split_header(line)
    if len(headings) != len(columns):
        raise ImportRefused(f"{file} has other columns than those that were matched")
    check_columns(file, columns)
    pairs = zip(headings, columns, strict=True)
    ignored = tuple(heading for heading, column in pairs if heading and not column)
    return Header(columns, ignored, delimiter)


def split_header(line: str) -> tuple[list[str], str]:
    """Return the headings of a first line, and what stands between cells."""
    headings, delimiter = max(
        ((_cells(line, delimiter), delimiter) for delimiter in DELIMITERS),
        key=lambda split: len(split[0]),
    )
    return [" ".join(heading.split()) for heading in headings], delimiter


def check_columns(file: str, columns: Sequence[str]) -> None:
    """Raise ImportRefused where columns do not say who somebody is, or where."""
    for column in columns:
        if column and columns.count(column) > 1:
            raise ImportRefused(
                f"{file} has two columns called {column}: rename or remove one"
            )
    is_named = {"name", *PARTS_OF_NAMES}.intersection(columns)
    if not is_named or not REACHED_BY.intersection(columns):
        raise ImportRefused(
            f"{file} needs a column called name and one of email, phone, address_1; "
            f"it has {', '.join(filter(None, columns))}"
        )
    if "name" in columns and len(is_named) > 1:
        raise ImportRefused(
            f"{file} has a column for the name and others for parts of it: "
            "leave one or the others out"
        )


def column_of(heading: str) -> str:
    """Return which of our columns a heading names by itself, or ""."""
    name = re.sub(r"[\s_-]+", "_", heading.strip().lower()).strip("_")
    name = re.sub(r"^address_?(?=\d$)", "address_", name)
    name = _ALIASES.get(name, name)
    return name if name in COLUMNS else ""


def guarded(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return the cell that `guarded` was given."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def _split(line: str, delimiter: str) -> Header:
    cells = _cells(line, delimiter)
    columns = tuple(map(column_of, cells))
    ignored = tuple(
        cell.strip()
        for cell, column in zip(cells, columns, strict=True)
        if cell.strip() and not column
    )
    return Header(columns, ignored, delimiter)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
