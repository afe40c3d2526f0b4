"""Postal addresses: parsed once into a value that answers questions.

The rules are those that GOV.UK Notify publishes. On the envelope an address
has three to seven lines, the name first and the postcode alone on the last
(for the forces their BFPO number, for a letter abroad the country), so that
beside the name and the last line there are one to five. A postcode is judged
by its shape and its area, not by whether anybody lives there.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from digest.model.limits import ADDRESS_LINES
from digest.model.people.postal_countries import (
    PostcodePlace,
    country_named,
    is_home,
    is_island,
    place_of,
)
from digest.model.people.postcodes import (
    meant_postcode,
    postcode_key,
    split_postcode,
    uk_postcode,
)

_BFPO = re.compile(r"BFPO\s*(?:C/O)?\s*(\d{1,4})", re.IGNORECASE)
_BARE_BFPO = re.compile(r"BFPO\s*(?:C/O)?", re.IGNORECASE)
_NO_ABODE = re.compile(
    r"\bno\s+fixed\s+(?:abode|address)\b|^\W*n\.?f\.?a\.?\W*$", re.IGNORECASE
)
# Somebody keeps their post for them: then an address is an address.
_CARE_OF = re.compile(r"\bc\s*/\s*o\b|\bcare\s+of\b", re.IGNORECASE)
# A line that starts so is a formula, a handle or half an email address.
_BAD_STARTS = tuple('@()=[]"\\/,<>~')
_BEFORE_MARKS = re.compile(r"\s+(?=[.,])")
# Without these two, Persian and Bengali words are spelt wrongly.
_JOINERS = "\u200c\u200d"


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
        head = tuple(filter(None, (tidied,)))
        if self.is_abroad:
            return (*head, *_with_postcode(lines, self), self.country.upper())
        if _BFPO.fullmatch(self.postcode):
            return (*head, *lines, self.postcode)
        *street, town = lines
        return (*head, *street, town.upper(), self.postcode)

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
        for line in (_line(text) for text in cell.splitlines())
        if has_words(line)
    ]
    if any(_CARE_OF.search(line) for _, line in parts):
        parts = [part for part in parts if not _NO_ABODE.search(part[1])]
    nation = _country(tidy(country), parts)
    if isinstance(nation, AddressProblem):
        return nation
    fault = _fault(parts)
    if fault:
        return fault
    number = _taken_bfpo(parts, tidy(postcode))
    if isinstance(number, AddressProblem):
        return number
    if nation:
        return _abroad(parts, tidy(postcode), nation, is_bfpo=bool(number))
    if number:
        return _bfpo(parts, tidy(postcode), number)
    code = _postcode(parts, tidy(postcode))
    return code if isinstance(code, AddressProblem) else _counted(parts, code, "")


def has_words(text: str) -> bool:
    """Whether anything in the text is a letter or a figure, as a carrier asks."""
    return any(letter.isalnum() for letter in text)


def _line(text: str) -> str:
    return _BEFORE_MARKS.sub("", tidy(text)).rstrip(" ,")


def _country(typed: str, parts: list[tuple[str, str]]) -> str | AddressProblem:
    """Take the country off the end of the parts; inland is the empty string."""
    last = ""
    # A lone line is never a country: Jordan and Georgia are houses too.
    while len(parts) > 1 and is_home(parts[-1][1]):
        last = parts.pop()[1]
    end = parts[-1][1] if len(parts) > 1 and not last else ""
    if country_named(end) and not end.startswith(_BAD_STARTS):
        last = parts.pop()[1]
    name = typed or last
    if not name or is_home(name):
        return ""
    if is_island(name):
        if not (parts and is_island(parts[-1][1])):
            parts.append(("country", typed))
        return ""
    country = country_named(name, by_code=bool(typed))
    if country is None:
        return AddressProblem(
            f"“{typed}” is not a country we know: write its English name or its code,"
            " or leave it empty for the United Kingdom",
            "country",
        )
    return country.name


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
    last = _postcode_at_end(parts)
    if not typed:
        return last or _no_postcode(parts)
    code = uk_postcode(typed)
    if not code:
        return _bad_postcode(typed)
    if last and last != code:
        return AddressProblem(
            f"the address ends with {last} but the postcode is {code}:"
            " keep the one that is right",
            "postcode",
        )
    return code


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
    meant = meant_postcode(typed)
    hint = f"; is it {meant}?" if meant else ", which looks like “ZZ99 1AA”: correct it"
    return AddressProblem(f"“{typed}” is not a UK postcode{hint}", "postcode")


def _abroad(
    parts: list[tuple[str, str]], code: str, country: str, *, is_bfpo: bool
) -> PostalAddress | AddressProblem:
    if is_bfpo:
        return AddressProblem(
            f"a BFPO address must not name a country: take “{country}” out", "country"
        )
    again = code and any(code.casefold() in line.casefold() for _, line in parts)
    return _counted(parts, "" if again else code, country)


def _taken_bfpo(parts: list[tuple[str, str]], typed: str) -> str | AddressProblem:
    """Take the BFPO number out of the parts, wherever it stands; "" without one."""
    numbers = dict.fromkeys(
        f"BFPO {int(match[1])}"
        for line in (*(line for _, line in parts), typed)
        if (match := _BFPO.fullmatch(line))
    )
    if len(numbers) > 1:
        return AddressProblem(
            f"the address has {' and '.join(numbers)}: keep the one that is right",
            "postcode",
        )
    parts[:] = [
        part
        for part in parts
        if not (_BFPO.fullmatch(part[1]) or _BARE_BFPO.fullmatch(part[1]))
    ]
    return "".join(numbers)


def _bfpo(
    parts: list[tuple[str, str]], typed: str, number: str
) -> PostalAddress | AddressProblem:
    """Return a forces' address: its number is last, below a postcode if it has one."""
    if not _BFPO.fullmatch(typed) and (typed or _ends_with_postcode(parts)):
        code = _postcode(parts, typed)
        if isinstance(code, AddressProblem):
            return code
        parts.append(("postcode", code))
    return _counted(parts, number, "")


def _ends_with_postcode(parts: Sequence[tuple[str, str]]) -> bool:
    return bool(parts) and uk_postcode(parts[-1][1]) is not None


def _postcode_at_end(parts: list[tuple[str, str]]) -> str | None:
    """Take a postcode off the end of the last line, and return it."""
    if not parts:
        return None
    part, line = parts[-1]
    if code := uk_postcode(line):
        parts.pop()
        return code
    if not (pair := split_postcode(line)):
        return None
    parts[-1] = part, pair[0]
    return pair[1]


def _with_postcode(lines: Sequence[str], address: "PostalAddress") -> tuple[str, ...]:
    """Return the lines of an address abroad, its postcode where its country has it."""
    *street, town = lines
    code = address.postcode
    if not code:
        return tuple(lines)
    match place_of(address.country):
        case PostcodePlace.BEFORE:
            return (*street, f"{code} {town}")
        case PostcodePlace.AFTER:
            return (*street, f"{town} {code}")
        case PostcodePlace.BELOW:
            return (*street, town, code)


def _counted(
    parts: list[tuple[str, str]], code: str, country: str
) -> PostalAddress | AddressProblem:
    lines = tuple(line for _, line in parts)
    below = country and code and place_of(country) is PostcodePlace.BELOW
    spare = ADDRESS_LINES - len(lines) - bool(below)
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
