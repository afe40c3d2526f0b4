"""Slots: the instants at which a schedule is due, from local wall time.

The module that turns wall time into instants. A wall time that does not exist
(clocks go forward) moves to the next that does; one that exists twice (clocks go
back) is due the first time only.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.model.campaigns import durations
from digest.model.campaigns.closures import MOST_MOVED, ClosurePolicy, Closures
from digest.model.campaigns.day_rules import DayRule, WeekDays
from digest.model.campaigns.day_times import ClockTimes, DayTimes

_DAY = timedelta(days=1)
# Who looks for a next slot looks so far: a date that is named may be years ahead.
_HORIZON = timedelta(days=3660)
# Characters of what a timetable is known again by: a column's length.
_MARK_LENGTH = 80
_EVERY_DAY = WeekDays()
_NOT_CLOSED = Closures()


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that a schedule names, and what becomes of it.

    `slot` is None where the day is skipped; `closed` is why it is, or why the slot
    is on another day. `at` is what the wall's clock should show then.
    """

    day: date
    slot: datetime | None
    closed: str = ""
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When a schedule is due: on which days, at what times, in which zone.

    From `starts` to `ends`, both inclusive, where they are named.
    """

    times: DayTimes
    days: DayRule = _EVERY_DAY
    zone: str = "UTC"
    starts: date | None = None
    ends: date | None = None
    closures: Closures = _NOT_CLOSED
    when_closed: ClosurePolicy = ClosurePolicy.SKIP

    def slots(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the slots in (after, until] as UTC instants, oldest first."""
        for named in self.named_days(after, until):
            if named.slot:
                yield named.slot

    def next_slot(self, after: datetime) -> datetime | None:
        """Return the first slot later than `after`, as a UTC instant; None if none."""
        return next(self.slots(after, self.horizon(after)), None)

    def horizon(self, after: datetime) -> datetime:
        """Return how far from `after` to look for what comes next."""
        if self.starts is None:
            return after + _HORIZON
        begins = datetime.combine(self.starts, time(), UTC)
        return max(after, begins) + _HORIZON

    def named_days(self, after: datetime, until: datetime) -> Iterator[NamedDay]:
        """Yield what is due in (after, until], and what is skipped there, in order."""
        tz = ZoneInfo(self.zone)
        latest = after
        for named in self.days.days(*self._days(after, until), self.closures):
            closed, day = self._settled(named)
            if day is None:
                if after < _instant(named, self.times.times[0], tz) <= until:
                    yield NamedDay(named, None, closed)
                continue
            for at in self.times.times:
                slot = _instant(day, at, tz)
                # Two that are moved to the same instant are one.
                if latest < slot <= until:
                    yield NamedDay(named, slot, closed, at)
                    latest = slot

    @property
    def mark(self) -> str:
        """What it is known again by, so that a change is noticed: 80 characters."""
        parts = [str(self), self.zone]
        if self.closures:
            closed = ",".join(map(str, self.closures.days))
            parts += [self.closures.place, closed, self.when_closed]
        words = json.dumps(parts)
        if len(words) <= _MARK_LENGTH:
            return words
        return hashlib.sha256(words.encode()).hexdigest()

    def __str__(self) -> str:
        """Return it in the words of a campaign file: "16:00 mon,tue"."""
        words = f"{self.times} {self.days}"
        words += f", from {self.starts}" if self.starts else ""
        return words + (f", until {self.ends}" if self.ends else "")

    def _days(self, after: datetime, until: datetime) -> tuple[date, date]:
        """Return the first and the last day that may lead to a slot in between."""
        tz = ZoneInfo(self.zone)
        is_moved = self.when_closed in (ClosurePolicy.BEFORE, ClosurePolicy.AFTER)
        slack = _DAY + (MOST_MOVED if self.closures and is_moved else timedelta(0))
        first, last = (moment.astimezone(tz).date() for moment in (after, until))
        return (
            max(first - slack, self.starts or date.min),
            min(last + slack, self.ends or date.max),
        )

    def _settled(self, named: date) -> tuple[str, date | None]:
        """Return why a day is closed, if it is, and which day takes its place."""
        closed = self.closures.reason(named)
        if not closed or self.when_closed is ClosurePolicy.SEND:
            return "", named
        if self.when_closed is ClosurePolicy.SKIP:
            return closed, None
        step = -1 if self.when_closed is ClosurePolicy.BEFORE else 1
        day = self.closures.working_day_near(named, step)
        starts, ends = self.starts or date.min, self.ends or date.max
        return closed, day if day and starts <= day <= ends else None


def closing_in_words(closes: datetime, slot: datetime, now: datetime, zone: str) -> str:
    """Return when an edition closes that closes before its slot; "" for any other.

    "; it closes at 15:30, in 2 hours 5 minutes", or that it has.
    """
    if closes >= slot:
        return ""
    at = f"{closes.astimezone(ZoneInfo(zone)):%H:%M}"
    if closes <= now:
        return f"; it closed at {at}"
    return f"; it closes at {at}, in {durations.counted_down(closes - now)}"


def weekly(at: time, *numbers: int, zone: str = "UTC") -> Recurrence:
    """Return a time of day on those days of the week (0 is Monday), or on all."""
    days = WeekDays(frozenset(numbers)) if numbers else WeekDays()
    return Recurrence(ClockTimes((at,)), days, zone)


def _instant(day: date, at: time, tz: ZoneInfo) -> datetime:
    # fold=0 is the first of two; for a time in the gap it is the offset before
    # it, so that the instant lands as far behind the gap as the time was in it.
    wall = datetime.combine(day, at, tzinfo=tz)
    instant = wall.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # By the offset behind the gap it lands as far before its end.
    return _end_of_gap(wall.replace(fold=1).astimezone(UTC), instant, tz)


def _end_of_gap(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    offset = before.astimezone(tz).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(tz).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
