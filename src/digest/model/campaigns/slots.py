"""Slots: the instants at which a schedule is due, from local wall time.

The one module that turns wall time into instants. A wall time that does not
exist (clocks go forward) moves to the next that does; one that exists twice
(clocks go back) is due the first time only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
MIDNIGHT = time(0)
# A weekly schedule has a slot in every window of this length.
_HORIZON = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class WeeklyTimes:
    """At one wall time, on some days of the week (0 is Monday)."""

    at: time
    days: frozenset[int] = EVERY_DAY

    def slots(self, zone: str, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the slots in (after, until] as UTC instants, oldest first."""
        tz = ZoneInfo(zone)
        day = after.astimezone(tz).date() - timedelta(days=1)
        last = until.astimezone(tz).date()
        while day <= last:
            slot = _instant(day, self.at, tz)
            if day.weekday() in self.days and after < slot <= until:
                yield slot
            day += timedelta(days=1)

    def next_slot(self, zone: str, after: datetime) -> datetime:
        """Return the first slot later than `after`, as a UTC instant."""
        return next(self.slots(zone, after, after + _HORIZON))

    def __str__(self) -> str:
        """Return it in the words of a campaign file: "16:00 mon,tue"."""
        days = ",".join(WEEKDAYS[day] for day in sorted(self.days))
        return f"{self.at:%H:%M} {'daily' if self.days == EVERY_DAY else days}"


def _instant(day: date, at: time, tz: ZoneInfo) -> datetime:
    # fold=0 is the first of two; for a time in the gap it is the offset before
    # it, so that the instant lands as far behind the gap as the time was in it.
    wall = datetime.combine(day, at, tzinfo=tz)
    instant = wall.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    return _end_of_gap(instant - timedelta(hours=3), instant, tz)


def _end_of_gap(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    offset = before.astimezone(tz).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(tz).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
