"""Postal addresses: parsed once into a value that answers questions.

The rules are those that GOV.UK Notify publishes. On the envelope an address
has three to seven lines, the name first and the postcode alone on the last
(for BFPO its number may stand there, for a letter abroad the country), so that
beside the name and the last line there are one to five. A postcode is judged
by its shape, not by whether anybody lives there.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.model.limits import ADDRESS_LINES
from digest.model.people.postal_countries import BY_NAME, HOME, ISLANDS

_POSTCODE = re.compile(r"([A-Z]{1,2})(\d{1,2})([A-Z]?)(\d)([A-Z]{2})")
_BFPO = re.compile(r"BFPO\s*(?:C/O\s*)?(\d{1,4})", re.IGNORECASE)
_NO_ABODE = re.compile(
    r"\bno\s+fixed\s+(?:abode|address)\b|^\W*n\.?f\.?a\.?\W*$", re.IGNORECASE
)
# A line that starts so is a formula, a handle or half an email address.
_BAD_STARTS = tuple('@()=[]"\\/,<>~')
# Without these two, Persian and Bengali words are spelt wrongly.
_JOINERS = "\u200c\u200d"
# Letters that hands and scanners put where a figure belongs, and back.
_AS_FIGURES = str.maketrans("OIS", "015")
_AS_LETTERS = str.maketrans("015", "OIS")


@dataclass(frozen=True, slots=True)
class AddressProblem:
    """Why an address cannot be used and what to do, in plain words.

    `part` is the column at fault: "address_2", "postcode", "country".
    """

    words: str
    part: str = "address_1"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address that `parse` has found fit to print.

    `lines` are without name, postcode and country; `country` is empty inland;
    `postcode` is "ZZ99 1AA", "BFPO 58", or abroad as its country writes it.
    """

    lines: tuple[str, ...]
    postcode: str = ""
    country: str = ""

    @property
    def is_abroad(self) -> bool:
        """Whether the letter leaves the country, at another rate of postage."""
        return bool(self.country)

    def on_envelope(self, name: str) -> tuple[str, ...]:
        """Return the lines to print: name first, postcode or country alone last.

        The line before an inland postcode is the post town, in capitals as the
        carrier asks. A first line that repeats the name is not said twice.
        """
        tidied = tidy(name)
        again = len(self.lines) > 1 and self.lines[0].casefold() == tidied.casefold()
        lines = self.lines[again:]
        if self.is_abroad:
            tail = (*filter(None, (self.postcode,)), self.country.upper())
            return (*filter(None, (tidied,)), *lines, *tail)
        *street, town = lines
        return (*filter(None, (tidied,)), *street, town.upper(), self.postcode)

    @property
    def round_key(self) -> tuple[int, str, int, str, str]:
        """What to sort by, so that neighbours lie together: ZZ2 before ZZ19.

        Inland first, then BFPO, then abroad by country.
        """
        if self.is_abroad:
            return 2, self.country, 0, "", self.postcode
        if bfpo := _BFPO.fullmatch(self.postcode):
            return 1, "BFPO", int(bfpo[1]), "", ""
        return postcode_key(self.postcode)


def postcode_key(postcode: str) -> tuple[int, str, int, str, str]:
    """Return what to sort a UK postcode by: ZZ2 before ZZ19; others come last."""
    shape = _POSTCODE.fullmatch("".join(postcode.split()).upper())
    if not shape:
        return 3, postcode, 0, "", ""
    area, district, letter, sector, unit = shape.groups()
    return 0, area, int(district), letter, sector + unit


def tidy(text: str) -> str:
    """Return `text` as one line: no control characters, single spaces."""
    if text.isprintable():  # as nearly all is: ten times faster
        return " ".join(unicodedata.normalize("NFC", text).split())
    letters = (
        letter
        if letter in _JOINERS or not unicodedata.category(letter).startswith("C")
        else " " * letter.isspace()
        for letter in unicodedata.normalize("NFC", text)
    )
    return " ".join("".join(letters).split())


def uk_postcode(text: str) -> str | None:
    """Return the postcode as it is printed ("zz991aa" gives "ZZ99 1AA"), or None."""
    bare = re.sub(r"[\s.-]", "", tidy(text)).upper()
    shape = _POSTCODE.fullmatch(bare)
    # Two figures and a letter (ZZ99A) is no district.
    if not shape or (len(shape[2]) == 2 and shape[3]):
        return None
    return f"{bare[:-3]} {bare[-3:]}"


def parse(
    lines: Sequence[str], postcode: str = "", country: str = ""
) -> PostalAddress | AddressProblem:
    """Return the address as it is to be printed, or what is wrong with it.

    A postcode or country at the end of the lines counts as if given apart; a
    cell of several lines counts as several.
    """
    parts = [
        (f"address_{number}", line)
        for number, cell in enumerate(lines, 1)
        for line in (tidy(text).rstrip(" ,") for text in cell.splitlines())
        if line
    ]
    nation = _country(tidy(country), parts)
    if isinstance(nation, AddressProblem):
        return nation
    fault = _fault(parts)
    if fault:
        return fault
    if nation:
        return _abroad(parts, tidy(postcode), nation)
    code = _postcode(parts, tidy(postcode))
    return code if isinstance(code, AddressProblem) else _counted(parts, code, "")


def _country(typed: str, parts: list[tuple[str, str]]) -> str | AddressProblem:
    """Take the country off the end of the parts; inland is the empty string."""
    last = parts[-1][1].casefold() if parts else ""
    # A lone line is never a country: Jordan and Georgia are houses too.
    if len(parts) > 1 and (last in HOME or last in BY_NAME):
        parts.pop()
        typed = typed or last
    name = typed.casefold().removeprefix("the ")
    if not typed or name in HOME:
        return ""
    if name in ISLANDS:
        if last != name:
            parts.append(("country", typed))
        return ""
    if name not in BY_NAME:
        return AddressProblem(
            f"“{typed}” is not a country we know: write its English name,"
            " or leave it empty for the United Kingdom",
            "country",
        )
    return BY_NAME[name]


def _fault(parts: list[tuple[str, str]]) -> AddressProblem | None:
    for part, line in parts:
        if _NO_ABODE.search(line):
            return AddressProblem(
                "a letter cannot be delivered to no fixed abode:"
                " ask for an address where post is kept for this person",
                part,
            )
        if line.startswith(_BAD_STARTS):
            return AddressProblem(
                f"an address line cannot start with “{line[0]}”:"
                f" take it off “{line}” or leave the line out",
                part,
            )
    return None


def _postcode(parts: list[tuple[str, str]], typed: str) -> str | AddressProblem:
    """Take the postcode off the end of the parts, if it stands there."""
    last = _routing(parts[-1][1]) if parts else None
    if not typed:
        if last:
            parts.pop()
            return last
        return _no_postcode(parts)
    code = _routing(typed)
    if not code:
        return _bad_postcode(typed)
    if last == code:
        parts.pop()
    elif last and not last.startswith("BFPO"):
        return AddressProblem(
            f"the address ends with {last} but the postcode is {code}:"
            " keep the one that is right",
            "postcode",
        )
    return code


@lru_cache(maxsize=4096)  # towns come again and again
def _routing(text: str) -> str | None:
    if bfpo := _BFPO.fullmatch(text):
        return f"BFPO {int(bfpo[1])}"
    return uk_postcode(text)


def _no_postcode(parts: list[tuple[str, str]]) -> AddressProblem:
    if not parts:
        return AddressProblem(
            "there is no address: give a street, a town and a postcode"
        )
    return AddressProblem(
        "there is no postcode: add one, or the country if this is abroad", "postcode"
    )


def _bad_postcode(typed: str) -> AddressProblem:
    """Return the problem, with the postcode that is meant where it is plain."""
    bare = re.sub(r"[\s.-]", "", typed).upper()
    inward = bare[-3:-2].translate(_AS_FIGURES) + bare[-2:].translate(_AS_LETTERS)
    meant = uk_postcode(bare[:-3] + inward)
    hint = f"; is it {meant}?" if meant else ", which looks like “ZZ99 1AA”: correct it"
    return AddressProblem(f"“{typed}” is not a UK postcode{hint}", "postcode")


def _abroad(
    parts: list[tuple[str, str]], code: str, country: str
) -> PostalAddress | AddressProblem:
    if any(_BFPO.fullmatch(line) for line in (*(line for _, line in parts), code)):
        return AddressProblem(
            f"a BFPO address must not name a country: take “{country}” out", "country"
        )
    again = code and any(code.casefold() in line.casefold() for _, line in parts)
    return _counted(parts, "" if again else code, country)


def _counted(
    parts: list[tuple[str, str]], code: str, country: str
) -> PostalAddress | AddressProblem:
    lines = tuple(line for _, line in parts)
    spare = ADDRESS_LINES - len(lines) - bool(country and code)
    if not lines:
        return AddressProblem(
            f"only “{code or country}” is given: add a street and a town"
        )
    if spare < 0:
        return AddressProblem(
            f"the address is too long by {-spare}:"
            f" put it on at most {ADDRESS_LINES} lines"
            " beside the name and the postcode",
            parts[spare][0],
        )
    return PostalAddress(lines, code, country)
