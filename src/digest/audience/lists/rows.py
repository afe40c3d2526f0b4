"""One row of a list: a person, or everything that is wrong with it."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from digest.audience import limits
from digest.audience.emails import email_key
from digest.audience.lists.columns import ADDRESS
from digest.audience.lists.list_file import ListProblem, ListRow
from digest.model.formats import FORMATS, Format, meant
from digest.model.people.lawful_basis import (
    BasisFault,
    faults,
    written_basis,
    written_conditions,
)
from digest.model.people.person import (
    NO_EVIDENCE,
    Consent,
    Person,
    PersonKeys,
    phone_key,
    post_key,
)
from digest.model.people.postal_address import AddressProblem as PostalProblem
from digest.model.people.postal_address import PostalAddress, has_words, tidy
from digest.model.people.postal_address import parse as parse_address
from digest.model.people.postal_countries import is_home

T = TypeVar("T")

_LONGEST = {
    "reference": limits.REFERENCE_CHARACTERS,
    "name": limits.NAME_CHARACTERS,
    "phone": limits.PHONE_CHARACTERS,
    "country": limits.COUNTRY_CHARACTERS,
    "schedule": limits.SCHEDULE_CHARACTERS,
    "topics": limits.TOPICS_CHARACTERS,
    "notes": limits.NOTES_CHARACTERS,
    "consent_wording": limits.CONSENT_WORDING_CHARACTERS,
}
# Within the limit of every column.
_SHORT = min(_LONGEST.values())
_NUMBERED = tuple(enumerate(ADDRESS, 1))
_POSTAL = frozenset((*ADDRESS, "postcode", "country"))
# Kept as they are: postal lines are tidied where they are judged.
_AS_TYPED = {*_POSTAL, "notes", "consent_wording"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PHONE = re.compile(r"\+?[\d ().-]{5,30}(?: ?(?:x|ext\.?) ?\d{1,6})?", re.ASCII)
# A number of the United Kingdom without its first 0, or the + of one with 44 before it:
# a spreadsheet that takes a number for a quantity leaves them out.
_SHORTENED_PHONE = re.compile(r"(?:44)?(?:[12378]\d{9}|1\d{8}|800\d{6})", re.ASCII)
_ROUNDED_PHONE = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,2}", re.ASCII)
_EVIDENCE = (
    *("consent_basis", "consent_method", "consent_at", "consent_wording"),
    "consent_conditions",
)
_EVERYTHING = {"all", "everything"}


def read_row(row: ListRow) -> Person | list[ListProblem]:
    """Return the person that a row describes, or all of its faults."""
    reading = _RowReader(row)
    person = reading.person()
    return reading.problems or person


def restored_phone(row: ListRow) -> tuple[ListRow, ListProblem | None]:
    """Return the row with the 0 or + that a spreadsheet took off its phone number.

    Beside it is what to tell of that, as it is a guess; None where nothing was changed,
    as for whoever lives abroad.
    """
    phone = row.cells.get("phone", "").strip()
    country = row.cells.get("country", "").strip()
    is_inland = not country or is_home(country)
    if not (is_inland and _SHORTENED_PHONE.fullmatch(phone)):
        return row, None
    start = "+" if phone.startswith("44") else "0"
    guess = ListProblem(
        row.line,
        "phone",
        f"“{phone}” has lost its first {start}, as in a spreadsheet: we read it as "
        f"{start}{phone}",
        "correct it if that is not their number, or write the country they live in",
    )
    return replace(row, cells=row.cells | {"phone": start + phone}), guess


class _RowReader:
    def __init__(self, row: ListRow) -> None:
        self._line = row.line
        self.problems: list[ListProblem] = []
        is_fit = row.is_plain and max(map(len, row.cells.values()), default=0) <= _SHORT
        self._cells = (
            row.cells
            if is_fit
            else {
                column: self._cell(column, text) for column, text in row.cells.items()
            }
        )

    def person(self) -> Person:
        cells = self._cells
        name = cells.get("name", "")
        if not name and "name" not in {problem.column for problem in self.problems}:
            self._fault("name", "is empty", "write the name to put on the envelope")
        elif name and not (name[0].isalpha() or has_words(name)):
            self._fault("name", f"is “{name}”", "write the name to put on the envelope")
        email = cells.get("email", "")
        key = self._parsed("email", email_key, "") if email else ""
        phone = self._parsed("phone", _phone, "") if "phone" in cells else ""
        address = self._address()
        if not (email or phone or address or self.problems):
            self._fault(
                "email",
                "is empty, and so are the postal address and the phone",
                "give at least one way to reach this person",
            )
        return Person(
            name=name,
            keys=PersonKeys(key, post_key(name, address), phone_key(name, phone)),
            email=email,
            phone=phone,
            address=address,
            format=self._parsed("format", _format, None) if "format" in cells else None,
            schedule=cells.get("schedule", ""),
            topics=self._parsed("topics", _topics, None) if "topics" in cells else None,
            language=self._parsed("language", _language, "")
            if "language" in cells
            else "",
            organiser=cells.get("organiser", ""),
            notes=cells.get("notes", ""),
            consent=self._consent(),
            reference=cells.get("reference", ""),
        )

    def _consent(self) -> Consent:
        consent, missing = _consent(*map(self._cells.get, _EVIDENCE))
        for fault in missing:
            self._fault(f"consent_{fault.part}", fault.wrong, fault.do)
        return consent

    def _cell(self, column: str, text: str) -> str:
        longest = _LONGEST.get(column, limits.CELL_CHARACTERS)
        if len(text) > longest:
            self._fault(column, f"is longer than {longest} characters", "shorten it")
            return ""
        if not text.isprintable() and _CONTROL.search(text):
            self._fault(column, "holds a control character", "type the cell again")
            return ""
        if column in _AS_TYPED:
            return text.strip()
        return tidy(text)

    def _address(self) -> PostalAddress | None:
        cells = self._cells
        if _POSTAL.isdisjoint(cells) or not any(map(cells.get, _POSTAL)):
            return None
        count = max((n for n, column in _NUMBERED if column in cells), default=0)
        address = parse_address(
            [cells.get(column, "") for column in ADDRESS[:count]],
            cells.get("postcode", ""),
            cells.get("country", ""),
        )
        if isinstance(address, PostalProblem):
            wrong, _, do = address.words.partition(": ")
            self._fault(address.part, wrong, do or "correct it, or leave it out")
            return None
        if len(address.postcode) > limits.POSTCODE_CHARACTERS:
            self._fault("postcode", "is too long for a postcode", "correct it")
        return address

    def _parsed(self, column: str, parse: Callable[[str], T], empty: T) -> T:
        text = self._cells.get(column)
        if not text:
            return empty
        try:
            return parse(text)
        except ValueError as problem:
            wrong, _, do = str(problem).partition(": ")
            self._fault(column, wrong, do or "correct it, or empty the cell")
            return empty

    def _fault(self, column: str, wrong: str, do: str) -> None:
        self.problems.append(ListProblem(self._line, column, wrong, do))


def _phone(text: str) -> str:
    if _ROUNDED_PHONE.fullmatch(text):
        raise ValueError(
            f"“{text}” is a phone number that a spreadsheet has rounded: bring in the "
            "workbook itself (.xlsx), or show that column as text, then save it again"
        )
    if not _PHONE.fullmatch(text):
        raise ValueError(f"“{text}” is not a phone number: write it like 01632 960 155")
    return text


@lru_cache(maxsize=256)
def _format(text: str) -> Format:
    try:
        return meant(text)
    except ValueError as problem:
        raise ValueError(
            f"“{text}” is not a format we make: write one of {', '.join(FORMATS)}"
        ) from problem


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(
            f"“{text}” is not a language code: write one like cy for Welsh, pl or en-GB"
        )
    return text


@lru_cache(maxsize=1024)
def _topics(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"[;,|]", text))
    topics = tuple(sorted({part for part in parts if part}))
    return () if len(topics) == 1 and topics[0].lower() in _EVERYTHING else topics


@lru_cache(maxsize=1024)
def _consent(*words: str | None) -> tuple[Consent, tuple[BasisFault, ...]]:
    """Return the evidence, and what it lacks: of a whole list it is often the same."""
    if not any(words):
        return NO_EVIDENCE, ()
    typed = Consent(*(word or "" for word in words))
    consent = replace(
        typed,
        basis=written_basis(typed.basis),
        conditions=written_conditions(typed.conditions),
    )
    return consent, (*faults(consent),)
