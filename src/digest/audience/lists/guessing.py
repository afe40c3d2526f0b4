"""What the columns of somebody's file may mean: a guess, and what it rests on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.audience.lists.columns import (
    ADDRESS,
    COLUMNS,
    PARTS_OF_NAMES,
    REACHED_BY,
    column_of,
)
from digest.model.names import nearest
from digest.model.people.postcodes import uk_postcode

# What other programs and people call them.
_HEADINGS = {
    "name": ("full name", "contact", "contact name", "member", "person", "who"),
    "given_name": (
        "first name",
        "firstname",
        "forename",
        "given name",
        "christian name",
    ),
    "family_name": ("last name", "lastname", "surname", "family name", "second name"),
    "email": ("e-mail addr.", "email address", "mail", "e mail address", "email addr"),
    "phone": (
        "telephone",
        "tel",
        "tel.",
        "tel no",
        "mobile",
        "phone number",
        "landline",
    ),
    "address_1": ("street", "street address", "house", "address line 1", "address1"),
    "address_2": ("address line 2", "address2"),
    "address_3": ("town", "city", "address line 3", "address3", "post town"),
    "address_4": ("county", "address line 4", "address4"),
    "address_5": ("address line 5",),
    "address_6": ("address line 6",),
    "postcode": ("pc", "post code", "zip", "zip code"),
    "country": ("land",),
    "format": ("how", "needs", "format needed", "send by", "contact by", "preference"),
    "schedule": ("how often", "frequency"),
    "topics": ("interests", "topic"),
    "language": ("lang",),
    "organiser": ("looked after by", "organizer", "volunteer", "group"),
    "consent_basis": ("basis", "lawful basis", "legal basis", "consent", "permission"),
    "consent_method": ("how they said yes", "consent how", "signed up how", "source"),
    "consent_at": (
        "signed up",
        "sign-up date",
        "joined",
        "date joined",
        "consent date",
    ),
    "consent_wording": ("wording", "consent words", "agreed to"),
    "consent_conditions": ("conditions", "soft opt in conditions"),
    "notes": ("note", "comments", "remarks"),
    "reference": ("membership no", "member no", "no", "number", "membership"),
}
_BY_HEADING = {
    words: column for column, headings in _HEADINGS.items() for words in headings
}
_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_PHONE = re.compile(r"\+?[\d ().-]{9,20}", re.ASCII)
_BY_NAME, _BY_CONTENT, _NEARLY = (
    "by its heading",
    "by what is in it",
    "by a heading that is nearly ours",
)
_UNKNOWN = "we do not know it"


@dataclass(frozen=True, slots=True)
class MatchedColumn:
    """A column of a file, what it may mean, and why; "" for none of ours."""

    heading: str
    samples: tuple[str, ...]
    column: str
    why: str


def guess(
    headings: Sequence[str], samples: Sequence[Sequence[str]]
) -> list[MatchedColumn]:
    """Return what each column may mean, each of ours once; the surest come first."""
    cells = [
        tuple(row[place] if place < len(row) else "" for row in samples)
        for place in range(len(headings))
    ]
    chosen: dict[int, tuple[str, str]] = {}
    for surmise in (_by_heading, _by_content, _by_likeness):
        for place, heading in enumerate(headings):
            if place in chosen:
                continue
            column, why = surmise(heading, cells[place])
            is_free = column and column not in {each for each, _ in chosen.values()}
            if is_free and not _is_doubled(column, chosen):
                chosen[place] = column, why
    return [
        MatchedColumn(heading, cells[place], *chosen.get(place, ("", _UNKNOWN)))
        for place, heading in enumerate(headings)
    ]


def names_people(headings: Sequence[str]) -> bool:
    """Return whether headings say who somebody is, and how to reach them."""
    columns = {_by_heading(heading, ())[0] for heading in headings}
    return bool(columns & {"name", *PARTS_OF_NAMES} and columns & REACHED_BY)


def passed_over(heading: str) -> str:
    """Return that a list's column is not read, with the one that was meant, if any."""
    column, _ = _by_heading(heading, ())
    near = column.replace("_", " ") or nearest(
        heading, (name.replace("_", " ") for name in COLUMNS)
    )
    hint = f": is it “{near}”?" if near else ", as it is none of ours"
    return f"the column “{heading}” is passed over{hint}"


def _is_doubled(column: str, chosen: dict[int, tuple[str, str]]) -> bool:
    """Whether a name is there already, whole or in parts."""
    columns = {each for each, _ in chosen.values()}
    if column == "name":
        return bool(columns & {*PARTS_OF_NAMES})
    return column in PARTS_OF_NAMES and "name" in columns


def _by_heading(heading: str, _cells: Sequence[str]) -> tuple[str, str]:
    words = " ".join(heading.lower().replace("_", " ").split())
    return column_of(heading) or _BY_HEADING.get(words, ""), _BY_NAME


def _by_content(_heading: str, cells: Sequence[str]) -> tuple[str, str]:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if filled and all(_EMAIL.fullmatch(cell) for cell in filled):
        return "email", _BY_CONTENT
    if filled and all(uk_postcode(cell) for cell in filled):
        return "postcode", _BY_CONTENT
    if filled and all(_PHONE.fullmatch(cell) for cell in filled):
        return "phone", _BY_CONTENT
    return "", ""


def _by_likeness(heading: str, _cells: Sequence[str]) -> tuple[str, str]:
    words = " ".join(heading.lower().replace("_", " ").split())
    near = nearest(words, (*_BY_HEADING, *(name.replace("_", " ") for name in COLUMNS)))
    if not near:
        return "", ""
    return column_of(near) or _BY_HEADING.get(near, ""), _NEARLY


# What staff choose from, in the order of the list's own columns.
CHOICES: tuple[tuple[str, str], ...] = (
    ("", "Leave this column out"),
    ("name", "Name"),
    ("given_name", "First name, joined with the last"),
    ("family_name", "Last name, joined with the first"),
    ("email", "Email"),
    ("phone", "Phone"),
    *((line, f"Address, line {number}") for number, line in enumerate(ADDRESS, 1)),
    ("postcode", "Postcode"),
    ("country", "Country"),
    ("format", "What they need"),
    ("schedule", "How often"),
    ("topics", "Topics"),
    ("language", "Language"),
    ("organiser", "Looked after by"),
    ("consent_basis", "Permission: why we may write"),
    ("consent_method", "Permission: how they said yes"),
    ("consent_at", "Permission: when"),
    ("consent_wording", "Permission: to which words"),
    ("consent_conditions", "Permission: what is true of a soft opt-in"),
    ("notes", "Notes for staff"),
    ("reference", "Your own number for them"),
)
