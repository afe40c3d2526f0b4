"""On which days a schedule is due: one small value for each kind of rule.

The kinds are `DayRule`; each yields its days, and says itself in the words of a
campaign file. To add one: a class here, and a line in `schedule_table`.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from digest.model.campaigns.closures import Closures

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_NAMES = {number: word for word, number in ORDINALS.items()}
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekDays:
    """On these days of every week; 0 is Monday."""

    numbers: frozenset[int] = EVERY_DAY

    def days(self, first: date, last: date, _closures: Closures) -> Iterator[date]:
        """Yield the days from `first` to `last`, in order."""
        day = first
        while day <= last:
            if day.weekday() in self.numbers:
                yield day
            day += _DAY

    def __str__(self) -> str:
        if self.numbers == EVERY_DAY:
            return "daily"
        return ",".join(WEEKDAYS[number] for number in sorted(self.numbers))


@dataclass(frozen=True, slots=True)
class DaysOfSomeWeeks:
    """On these days of every second, third ... week, from the week of `anchor` on.

    A week begins on Monday.
    """

    numbers: frozenset[int]
    weeks: int
    anchor: date

    def days(self, first: date, last: date, _closures: Closures) -> Iterator[date]:
        """Yield the days from `first` to `last`, in order; none before `anchor`."""
        day = max(first, self.anchor)
        start = self.anchor - self.anchor.weekday() * _DAY
        while day <= last:
            if (day - start) // _WEEK % self.weeks:
                day += (7 - day.weekday()) * _DAY
                continue
            if day.weekday() in self.numbers:
                yield day
            day += _DAY

    def __str__(self) -> str:
        return f"{WeekDays(self.numbers)} every {self.weeks}w from {self.anchor}"


@dataclass(frozen=True, slots=True)
class NthDayOfWeek:
    """The first, second, third, fourth or last (-1) such weekday of a month."""

    nth: int
    weekday: int

    def of(self, year: int, month: int, _closures: Closures) -> date | None:
        """Return the day in that month."""
        weekday, length = calendar.monthrange(year, month)
        day = 1 + (self.weekday - weekday) % 7 + (self.nth - 1) * 7
        if self.nth < 0:
            day = length - (weekday + length - 1 - self.weekday) % 7
        return date(year, month, day)

    def __str__(self) -> str:
        return f"{_NAMES[self.nth]} {WEEKDAYS[self.weekday]}"


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day that every month has: 1 to 28, or its last (-1)."""

    number: int

    def of(self, year: int, month: int, _closures: Closures) -> date | None:
        """Return the day in that month."""
        length = calendar.monthrange(year, month)[1]
        return date(year, month, length if self.number < 0 else self.number)

    def __str__(self) -> str:
        return "last day" if self.number < 0 else str(self.number)


@dataclass(frozen=True, slots=True)
class WorkingDayOfMonth:
    """The first or the last (-1) day of a month on which staff work."""

    nth: int

    def of(self, year: int, month: int, closures: Closures) -> date | None:
        """Return the day in that month; None where all of it is closed."""
        day = DayOfMonth(self.nth).of(year, month, closures)
        near = day and closures.working_day_near(day, self.nth)
        return near if near and near.month == month else None

    def __str__(self) -> str:
        return f"{_NAMES[self.nth]} working day"


MonthRule = NthDayOfWeek | DayOfMonth | WorkingDayOfMonth


@dataclass(frozen=True, slots=True)
class DaysOfMonths:
    """On a few days of every month."""

    rules: tuple[MonthRule, ...]

    def days(self, first: date, last: date, closures: Closures) -> Iterator[date]:
        """Yield the days from `first` to `last`, in order, each once."""
        year, month = first.year, first.month
        while (year, month) <= (last.year, last.month):
            days = {rule.of(year, month, closures) for rule in self.rules}
            yield from sorted(day for day in days if day and first <= day <= last)
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def __str__(self) -> str:
        return f"monthly {','.join(map(str, self.rules))}"


@dataclass(frozen=True, slots=True)
class OnDates:
    """On these days and no other."""

    dates: tuple[date, ...]

    def days(self, first: date, last: date, _closures: Closures) -> Iterator[date]:
        """Yield the days from `first` to `last`, in order."""
        yield from sorted({day for day in self.dates if first <= day <= last})

    def __str__(self) -> str:
        return ",".join(map(str, self.dates))


DayRule = WeekDays | DaysOfSomeWeeks | DaysOfMonths | OnDates
