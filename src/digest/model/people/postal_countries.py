"""The countries a letter can be sent to, by the names people write.

countries.txt has a line for each: its two codes (ISO 3166-1), where its postcodes
are written beside the town (before it, after it, or on a line below: the Universal
Postal Union's addressing systems), its English name, and what else it is called: in
its own languages and in Welsh, as the Unicode CLDR has them.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("countries.txt")
_HOME = """
Great Britain, United Kingdom, UK, GB, GBR, England, Scotland, Wales,
Northern Ireland, Cymru, Lloegr, Yr Alban, Gogledd Iwerddon, Prydain Fawr,
Y Deyrnas Unedig
"""
# Their letters go at the inland rate, by a postcode of the same shape.
_ISLANDS = """
Alderney, Guernsey, Isle of Man, Jersey, Sark, Herm, Ellan Vannin, Ynys Manaw
"""


class PostcodePlace(StrEnum):
    """Where a country writes a postcode."""

    BEFORE = "before"
    AFTER = "after"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class PostalCountry:
    """A country abroad: its two-letter code, and its English name for the envelope."""

    code: str
    name: str
    place: PostcodePlace


@lru_cache(maxsize=4096)  # towns are asked for by each who lives there
def name_key(name: str) -> str:
    """Return a country's name as it is looked for: letters alone, without accents."""
    parted = unicodedata.normalize("NFKD", name.replace("&", "and").replace("+", "and"))
    return "".join(letter for letter in parted.casefold() if letter.isalnum())


def country_named(name: str, *, by_code: bool = False) -> PostalCountry | None:
    """Return the country of that name or three-letter code.

    By its two-letter code only where `by_code` says so: at the end of an address
    "CO" is Colorado too.
    """
    key = name_key(name).removeprefix("the")
    if by_code and key in _BY_CODE:
        return _BY_CODE[key]
    return _BY_NAME.get(key)


def place_of(country: str) -> PostcodePlace:
    """Return where the country of that English name writes a postcode."""
    entry = _BY_NAME.get(name_key(country))
    return entry.place if entry else PostcodePlace.BELOW


def is_home(name: str) -> bool:
    """Whether the name is the United Kingdom's, or of a country in it."""
    return name_key(name) in _HOME_KEYS


def is_island(name: str) -> bool:
    """Whether the name is of an island with inland postage, which stays a line."""
    return name_key(name) in _ISLAND_KEYS


def _keys(names: str) -> frozenset[str]:
    return frozenset(map(name_key, " ".join(names.split()).split(", ")))


def _read() -> tuple[dict[str, PostalCountry], dict[str, PostalCountry]]:
    by_code: dict[str, PostalCountry] = {}
    by_name: dict[str, PostalCountry] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        code, code3, place, names = line.split(" ", 3)
        name, *others = names.split("; ")
        country = PostalCountry(code, name, PostcodePlace(place))
        by_code[code.casefold()] = country
        by_name[name_key(name).removeprefix("the")] = country
        for other in (code3, *others):
            by_name.setdefault(name_key(other), country)
    return by_code, by_name


_HOME_KEYS, _ISLAND_KEYS = _keys(_HOME), _keys(_ISLANDS)
_BY_CODE, _BY_NAME = _read()
