"""Days on which staff do not work: bank holidays of a place, days that they close.

Bank holidays come from the package `holidays`, a table of facts as the time zones are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from digest.model.names import nearest

if TYPE_CHECKING:
    from holidays import HolidayBase

WEEKEND = frozenset({5, 6})
CLOSED = "closed"
# Further than that from its own day, an edition is another one.
MOST_MOVED = timedelta(days=31)


class ClosurePolicy(StrEnum):
    """What becomes of a slot on a day that is closed."""

    SKIP = "skip"
    BEFORE = "before"
    AFTER = "after"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Closures:
    """The bank holidays of a place ("GB-ENG", "" for none), and days that staff close.

    Raises ValueError, with what was meant, for a place whose bank holidays nobody
    knows.
    """

    place: str = ""
    days: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if self.place:
            _check(self.place)

    def reason(self, day: date) -> str:
        """Return why the day is closed: "Good Friday", "closed"; "" where it is not."""
        if day in self.days:
            return CLOSED
        return _bank_holidays(self.place, day.year).get(day, "") if self.place else ""

    def is_working_day(self, day: date) -> bool:
        """Whether staff work: no weekend of that place, and not closed."""
        return day.weekday() not in _weekend(self.place) and not self.reason(day)

    def working_day_near(self, day: date, step: int) -> date | None:
        """Return the next working day from `day` in that direction, or None.

        `step` is 1 or -1; None says that there is none within a month.
        """
        near = day
        while abs(near - day) <= MOST_MOVED:
            if self.is_working_day(near):
                return near
            near += timedelta(days=step)
        return None

    def __bool__(self) -> bool:
        return bool(self.place or self.days)

    def __str__(self) -> str:
        """Return it in words: "bank holidays of GB-ENG, 2026-12-24"."""
        place = [f"bank holidays of {self.place}"] if self.place else []
        return ", ".join([*place, *map(str, self.days)])


def _calendar_of(place: str, year: int | None = None) -> "HolidayBase":
    """Return the package's calendar of a place.

    Raises NotImplementedError for a place that it does not know.
    """
    from holidays import country_holidays  # noqa: PLC0415 - most campaigns need none

    country, _, part = place.partition("-")
    return country_holidays(country, part or None, years=year)


def _parts_of_countries() -> Mapping[str, Iterable[str]]:
    from holidays import list_supported_countries  # noqa: PLC0415 - as above

    return list_supported_countries(include_aliases=False)


@cache
def _bank_holidays(place: str, year: int) -> Mapping[date, str]:
    calendar = _calendar_of(place, year)
    return MappingProxyType({day: calendar[day] for day in calendar})


@cache
def _weekend(place: str) -> frozenset[int]:
    return frozenset(_calendar_of(place).weekend) if place else WEEKEND


def _check(place: str) -> None:
    country, dash, part = place.partition("-")
    if len(country) == 2 and country.isupper() and bool(dash) == bool(part):
        try:
            _calendar_of(place)
        except NotImplementedError:  # so says the package of a place it has not
            pass
        else:
            return
    countries = _parts_of_countries()
    example = "write a country, or a country and a part of it: DE, GB-ENG"
    if country.upper() in countries:
        example = _parts_in_words(country.upper(), part)
    elif near := nearest(country, countries):
        example = f'is it "{near}"?'
    raise ValueError(f"is no place whose bank holidays are listed; {example}")


def _parts_in_words(country: str, part: str) -> str:
    by_alias = _calendar_of(country).subdivisions_aliases
    parts = _parts_of_countries()[country]
    codes = {code: code for code in parts} | dict(by_alias)
    if not part or not codes:
        return f'is it "{country}"?'
    if near := nearest(part, codes):
        return f'is it "{country}-{codes[near]}"?'
    return f"of {country} there are {', '.join(sorted(parts))}"
