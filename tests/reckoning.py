"""Slots reckoned anew, by other means than ours: `python -m tests.reckoning [YEAR...]`.

The days come from dateutil's rules (RFC 5545) or from a walk through the calendar; the
instants from looking at a wall's clock once a minute, by dateutil's reading of the
time zones: a slot is the first minute at which it shows that time, or a later one. The
command compares every kind of schedule in every zone over whole years, prints what
differs, and ends with status 1 where anything does.
"""

import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import PurePath

from dateutil import rrule, tz

from digest.model.campaigns.campaign_file import parse
from digest.model.campaigns.slots import Recurrence

ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Dublin",  # its winter is the exception
    "Africa/Casablanca",  # back for Ramadan, and forth again
    "Africa/Cairo",  # at midnight
    "America/New_York",
    "America/St_Johns",  # half an hour beside the others
    "America/Havana",  # midnight comes twice
    "America/Santiago",  # midnight does not come
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kathmandu",  # three quarters of an hour
    "Asia/Tehran",
    "Antarctica/Troll",  # by two hours
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Chatham",
    "Pacific/Apia",  # had no 30 December 2011
)
YEARS = (2011, 2012, 2024, 2025, 2026, 2027, 2028)
ANCHOR = date(2010, 12, 30)  # a Thursday
# Of England and Wales, as GOV.UK lists them, those on a weekday.
BANK_HOLIDAYS = frozenset(
    date(year, int(day[:2]), int(day[3:]))
    for year, days in {
        2025: ("01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"),
        2026: ("01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"),
        2027: ("01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"),
    }.items()
    for day in days
)
CLOSED = frozenset({date(2026, 12, 24), date(2026, 12, 29)})
_MINUTE = 60
Walk = Callable[[date, date], Iterable[date]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of schedule: its lines in a campaign file, its days and times anew.

    Where it minds bank holidays, `years` are those whose list is above; else any.
    """

    name: str
    lines: str
    days: Walk
    times: tuple[str, ...] = ("01:30",)
    campaign: str = ""
    years: tuple[int, ...] = ()

    @cache  # noqa: B019 - there are as many as kinds and zones
    def recurrence(self, zone: str) -> Recurrence:
        """Return what we make of its lines."""
        text = f"""
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "digest@example.org"
lists = ["lantern"]
timezone = "{zone}"
{self.campaign}
[[schedule]]
name = "it"
{self.lines}
"""
        [schedule] = parse(text, "UTC", PurePath()).schedules
        return schedule.times

    def walls(self, first: date, last: date) -> list[datetime]:
        """Return what a wall's clock shows when it is due, in order."""
        days = sorted(set(self.days(first, last)))
        return [
            datetime.combine(day, datetime.strptime(at, "%H:%M").time())  # noqa: DTZ007 - a wall's clock
            for day in days
            for at in self.times
        ]


def ruled(freq: int, **parts: object) -> Walk:
    """Return the days of a rule of RFC 5545."""

    def days(first: date, last: date) -> list[date]:
        # Only weeks that are counted have to be counted from the first.
        start = ANCHOR if "interval" in parts else first
        begins = datetime.combine(start, datetime.min.time())
        rule = rrule.rrule(freq, dtstart=begins, wkst=rrule.MO, **parts)
        span = (datetime.combine(day, datetime.min.time()) for day in (first, last))
        return [moment.date() for moment in rule.between(*span, inc=True)]

    return days


def works(day: date) -> bool:
    """Whether staff of a charity in England work, who close on some days too."""
    return day.weekday() < 5 and day not in BANK_HOLIDAYS and day not in CLOSED


def moved(step: int) -> Walk:
    """Return every weekday, and in place of a closed one the next that is not."""

    def days(first: date, last: date) -> list[date]:
        result = []
        for day in _every(first - timedelta(20), last + timedelta(20)):
            if day.weekday() >= 5:
                continue
            while not works(day):
                day += timedelta(step)  # noqa: PLW2901 - it walks on
            result.append(day)
        return [day for day in result if first <= day <= last]

    return days


def last_that_works(first: date, last: date) -> list[date]:
    """Return the last working day of each month."""
    by_month = {
        (day.year, day.month): day
        for day in _every(first, last + timedelta(31))
        if works(day)
    }
    return [day for day in by_month.values() if first <= day <= last]


def _every(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _dates(first: date, last: date) -> list[date]:
    named = (
        date(2012, 2, 29),
        date(2026, 3, 29),
        date(2026, 10, 25),
        date(2028, 2, 29),
    )
    return [day for day in named if first <= day <= last]


_HALF_HOURS = tuple(f"{n // 60:02}:{n % 60:02}" for n in range(0, 24 * 60, 30))
_ENGLAND = 'holidays = "GB-ENG"\nclosed = [2026-12-24, 2026-12-29]'
_LISTED = (2025, 2026, 2027)
_WORKWEEK = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR)
KINDS = (
    Kind("daily", 'at = "01:30"', ruled(rrule.DAILY)),
    Kind("at midnight", 'at = "00:00"', ruled(rrule.DAILY), ("00:00",)),
    Kind(
        "weekdays, several times",
        'at = ["00:15", "02:30", "16:00", "23:45"]\ndays = "mon-fri"',
        ruled(rrule.WEEKLY, byweekday=_WORKWEEK),
        ("00:15", "02:30", "16:00", "23:45"),
    ),
    Kind(
        "Sundays",
        'at = "02:00"\ndays = "sun"',
        ruled(rrule.WEEKLY, byweekday=rrule.SU),
        ("02:00",),
    ),
    Kind(
        "every other week",
        f'at = "01:30"\ndays = "sun, thu"\nevery = "2w"\nstarts = {ANCHOR}',
        ruled(rrule.WEEKLY, interval=2, byweekday=(rrule.SU, rrule.TH)),
    ),
    Kind(
        "every third week",
        f'at = "01:30"\ndays = "mon"\nevery = "3w"\nstarts = {ANCHOR}',
        ruled(rrule.WEEKLY, interval=3, byweekday=rrule.MO),
    ),
    Kind(
        "first and third Monday",
        'at = "01:30"\nmonthly = ["first mon", "third mon"]',
        ruled(rrule.MONTHLY, byweekday=(rrule.MO(1), rrule.MO(3))),
    ),
    Kind(
        "last Sunday",
        'at = "01:30"\nmonthly = "last sun"',
        ruled(rrule.MONTHLY, byweekday=rrule.SU(-1)),
    ),
    Kind(
        "day of the month",
        'at = "01:30"\nmonthly = 28',
        ruled(rrule.MONTHLY, bymonthday=28),
    ),
    Kind(
        "last day of the month",
        'at = "23:30"\nmonthly = "last day"',
        ruled(rrule.MONTHLY, bymonthday=-1),
        ("23:30",),
    ),
    Kind(
        "first working day",
        'at = "01:30"\nmonthly = "first working day"',
        ruled(rrule.MONTHLY, byweekday=_WORKWEEK, bysetpos=1),
    ),
    Kind(
        "last working day, bank holidays counted",
        'at = "01:30"\nmonthly = "last working day"',
        last_that_works,
        campaign=_ENGLAND,
        years=_LISTED,
    ),
    Kind(
        "named days",
        'at = "01:30"\non = [2012-02-29, 2026-03-29, 2026-10-25, 2028-02-29]',
        _dates,
    ),
    Kind("every half hour", 'every = "30m"', ruled(rrule.DAILY), _HALF_HOURS),
    Kind(
        "every fifty minutes in a window",
        'every = "50m"\nbetween = "00:10-03:30"\ndays = "sat, sun"',
        ruled(rrule.WEEKLY, byweekday=(rrule.SA, rrule.SU)),
        ("00:10", "01:00", "01:50", "02:40", "03:30"),
    ),
    Kind(
        "skipped on bank holidays",
        'at = "16:00"\ndays = "mon-fri"',
        lambda first, last: filter(works, _every(first, last)),
        ("16:00",),
        _ENGLAND,
        _LISTED,
    ),
    Kind(
        "moved before bank holidays",
        'at = "16:00"\ndays = "mon-fri"\nwhen_closed = "before"',
        moved(-1),
        ("16:00",),
        _ENGLAND,
        _LISTED,
    ),
    Kind(
        "moved behind bank holidays",
        'at = "16:00"\ndays = "mon-fri"\nwhen_closed = "after"',
        moved(1),
        ("16:00",),
        _ENGLAND,
        _LISTED,
    ),
)


class WallClock:
    """What a wall's clock shows in a zone, looked at once a minute over a span."""

    def __init__(self, zone: str, first: date, last: date) -> None:
        """Look from a day before `first` until a day behind `last`."""
        named = tz.gettz(zone)
        begins = datetime.combine(first, datetime.min.time(), UTC) - timedelta(1)
        ends = datetime.combine(last, datetime.min.time(), UTC) + timedelta(2)
        start, stop = int(begins.timestamp()), int(ends.timestamp())
        self._first_wall = latest = self._shows(start, named)
        # By what it shows, in minutes from the first: when first, or what was later.
        self._moments = array("q", [start])
        for moment in range(start, stop, _MINUTE):
            shows = self._shows(moment, named)
            if shows > latest:
                self._moments.extend([moment] * ((shows - latest) // _MINUTE))
                latest = shows

    def first_at(self, wall: datetime) -> datetime:
        """Return when it first shows that time or a later one."""
        minute = (int(wall.replace(tzinfo=UTC).timestamp()) - self._first_wall) // 60
        return datetime.fromtimestamp(self._moments[minute], UTC)

    @staticmethod
    def _shows(moment: int, zone: tzinfo | None) -> int:
        local = datetime.fromtimestamp(moment, zone)
        return int(local.replace(tzinfo=UTC).timestamp())


def reckoned(kind: Kind, clock: WallClock, first: date, last: date) -> list[datetime]:
    """Return the slots on those days anew; times that fall together are one slot."""
    return sorted({clock.first_at(wall) for wall in kind.walls(first, last)})


def ours(
    kind: Kind, zone: str, clock: WallClock, span: Sequence[date]
) -> list[datetime]:
    """Return the slots on those days by the product."""
    begins, ends = (
        clock.first_at(datetime.combine(day, datetime.min.time()))
        for day in (span[0], span[1] + timedelta(1))
    )
    tick = timedelta(microseconds=1)
    return [*kind.recurrence(zone).slots(begins - tick, ends - tick)]


def differences(zone: str, first: date, last: date) -> tuple[int, list[str]]:
    """Return how many slots of all kinds there are between, and what differs."""
    clock, count, faults = WallClock(zone, first, last), 0, []
    for kind in KINDS:
        if kind.years and not {first.year, last.year} <= set(kind.years):
            continue
        wanted, is_so = (
            reckoned(kind, clock, first, last),
            ours(kind, zone, clock, (first, last)),
        )
        count += len(wanted)
        faults += [
            f"{zone}, {kind.name}: {slot:%a %Y-%m-%d %H:%M} UTC {who}"
            for slots, others, who in (
                (wanted, is_so, "is missing"),
                (is_so, wanted, "should not be"),
            )
            for slot in sorted(set(slots) - set(others))
        ]
        if len(is_so) != len(set(is_so)) or is_so != sorted(is_so):
            faults.append(f"{zone}, {kind.name}: a slot twice, or out of order")
    return count, faults


def main(years: Sequence[int]) -> int:
    """Compare every kind in every zone over those years; return the exit status."""
    total, broken = 0, 0
    for zone in ZONES:
        count, faults = 0, list[str]()
        for year in years:
            slots, differing = differences(zone, date(year, 1, 1), date(year, 12, 31))
            count, faults = count + slots, faults + differing
        print(f"{zone}: {count:,} slots, {len(faults)} differ", flush=True)  # noqa: T201
        for fault in faults[:20]:
            print(f"  {fault}")  # noqa: T201
        total, broken = total + count, broken + len(faults)
    print(  # noqa: T201
        f"{total:,} slots of {len(KINDS)} kinds in {len(ZONES)} zones over "
        f"{len(years)} years: {broken} differ"
    )
    return 0 if total and not broken else 1


if __name__ == "__main__":
    sys.exit(main([int(year) for year in sys.argv[1:]] or YEARS))
