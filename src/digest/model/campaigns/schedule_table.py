"""A [[schedule]] of a campaign file: when editions go, and what is refused.

`DAY_RULES` is the one table of the keys that say on which days.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from digest.model.campaigns import durations
from digest.model.campaigns.campaign import EXPIRES, WHATS_ON, Schedule
from digest.model.campaigns.closures import ClosurePolicy, Closures
from digest.model.campaigns.day_rules import (
    EVERY_DAY,
    DayRule,
    DaysOfMonths,
    DaysOfSomeWeeks,
    OnDates,
    WeekDays,
)
from digest.model.campaigns.day_times import (
    MIDNIGHT,
    ClockTimes,
    DayTimes,
    QuietHours,
    StepTimes,
    clock,
)
from digest.model.campaigns.slots import Recurrence
from digest.model.campaigns.toml_table import TomlTable
from digest.model.campaigns.written_times import (
    checked_name,
    month_rule,
    wall_time,
    week_days,
    weeks,
    window,
    zone_name,
)
from digest.model.formats import FORMATS
from digest.model.limits import (
    LONGEST_EXPIRY,
    LONGEST_HORIZON,
    LONGEST_LEAD,
    SHORTEST_EXPIRY,
    SHORTEST_HORIZON,
    SHORTEST_STEP,
)

WHOLE_DAY = (MIDNIGHT, time(23, 59))
FORTNIGHTS = frozenset(
    {"other week", "every other week", "two weeks", "fortnight", "second week", "14d"}
)


@dataclass(frozen=True, slots=True)
class InheritedTimes:
    """What a campaign says for all its schedules."""

    zone: str
    starts: date | None
    closures: Closures


@dataclass(frozen=True, slots=True)
class DayKeys:
    """The table, how many weeks or how long from slot to slot, and what counts them."""

    table: TomlTable
    step: int | timedelta | None
    anchor: date | None


def schedule_from(table: TomlTable, inherited: InheritedTimes) -> Schedule:
    """Return the schedule of a table; its faults are noted there."""
    expires = table.duration("expires", EXPIRES)
    if not SHORTEST_EXPIRY <= expires <= LONGEST_EXPIRY:
        table.fault("expires", "must be from 30m to 30d: how long an email is of use")
    times = _recurrence(table, inherited)
    return Schedule(
        name=table.parsed("name", checked_name, "", required=True),
        times=times,
        catch_up=table.parsed("catch_up", durations.parse, None),
        default=table.flag("default", default=False),
        formats=table.choices("formats", FORMATS),
        expires=expires,
        close=_lead(table, times.times.times),
        quiet=_quiet(table, times.times.times),
        whats_on=_horizon(table),
        renamed_from=table.parsed("renamed_from", checked_name, ""),
    )


def _horizon(table: TomlTable) -> timedelta | None:
    default: timedelta | None = WHATS_ON
    horizon = table.parsed("whats_on", _length_or_none, default, of=(str, int))
    if horizon is not None and not SHORTEST_HORIZON <= horizon <= LONGEST_HORIZON:
        table.fault("whats_on", "must be from 1d to 92d: how far ahead events are on")
    return horizon


def _length_or_none(value: str | int) -> timedelta | None:
    """Return a length of time; None for false, 0 or "0d"."""
    if isinstance(value, str):
        return durations.parse(value) or None
    if value:
        raise ValueError('must be a length of time: "8d"; false is no list')
    return None


def _recurrence(table: TomlTable, inherited: InheritedTimes) -> Recurrence:
    starts, ends = table.day("starts"), table.day("ends")
    if starts and ends and ends < starts:
        table.fault("ends", "is before starts")
    step = table.parsed("every", _step, None)
    return Recurrence(
        times=_times(table, step),
        days=_days(DayKeys(table, step, starts or inherited.starts)),
        zone=table.parsed("timezone", zone_name, inherited.zone),
        starts=starts,
        ends=ends,
        closures=inherited.closures,
        when_closed=table.parsed("when_closed", ClosurePolicy, ClosurePolicy.SKIP),
    )


def _step(value: str) -> int | timedelta:
    """Return a number of weeks, or a length of time within a day."""
    if number := weeks(value):
        if number == 1:
            raise ValueError("is every week: leave it out, and name the days in days")
        return number
    if value.strip().lower() in FORTNIGHTS:
        raise ValueError('is not understood; is it "2w"?')
    try:
        step = durations.parse(value)
    except ValueError:
        words = 'is not understood; write "30m" or "2h", or "2w" for every other week'
        raise ValueError(words) from None
    if not SHORTEST_STEP <= step < timedelta(days=1):
        words = 'must be from 5m to less than a day, or weeks: "2w"; days are in days'
        raise ValueError(words)
    return step


def _times(table: TomlTable, step: int | timedelta | None) -> DayTimes:
    if not isinstance(step, timedelta):
        times = table.each("at", wall_time, required=True)
        for at in sorted({at for at in times if times.count(at) > 1}):
            table.fault("at", f"names {clock(at)} more than once")
        return ClockTimes(tuple(sorted(set(times))) or (MIDNIGHT,))
    if table.each("at", wall_time):
        table.fault("at", "cannot stand beside such an every: it has a between")
    first, last = table.parsed("between", window, WHOLE_DAY)
    if last < first:
        table.fault("between", "ends before it begins: it lies within a day")
        first, last = WHOLE_DAY
    return StepTimes(step, first, last)


def _weekly(keys: DayKeys) -> DayRule:
    every_week = WeekDays(keys.table.parsed("days", week_days, EVERY_DAY))
    if not isinstance(keys.step, int):
        return every_week
    if not keys.table.has("days"):
        keys.table.fault("days", "is missing: name the days of those weeks")
    if keys.anchor is None:
        words = "needs a day to count its weeks from: write starts = 2026-07-09"
        keys.table.fault("every", words)
    return DaysOfSomeWeeks(every_week.numbers, keys.step, keys.anchor or date.min)


def _monthly(keys: DayKeys) -> DayRule:
    return DaysOfMonths(keys.table.each("monthly", month_rule, of=(str, int)))


def _on(keys: DayKeys) -> DayRule:
    return OnDates(tuple(sorted(set(keys.table.days("on")))))


DAY_RULES: Mapping[str, Callable[[DayKeys], DayRule]] = {
    "on": _on,
    "monthly": _monthly,
    "days": _weekly,
}


def _days(keys: DayKeys) -> DayRule:
    named = [key for key in DAY_RULES if keys.table.has(key)] or ["days"]
    rules = [DAY_RULES[key](keys) for key in named]
    for key in named[1:]:
        keys.table.fault(key, f"cannot stand beside {named[0]}: each says which days")
    if isinstance(keys.step, int) and named != ["days"]:
        keys.table.fault("every", f"cannot count weeks beside {named[0]}")
    return rules[0]


def _lead(table: TomlTable, times: tuple[time, ...]) -> timedelta:
    lead = table.duration("close", timedelta(0))
    if table.has("close") and not timedelta(0) < lead <= LONGEST_LEAD:
        table.fault("close", "must be from 1m to 24h: how long before its slot")
        return timedelta(0)
    moments = [datetime.combine(date(2001, 1, 1), at) for at in times]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    if gaps and lead > min(gaps):
        nearest = durations.in_words(min(gaps))
        table.fault("close", f"must be no longer than from slot to slot: {nearest}")
    return lead


def _quiet(table: TomlTable, times: tuple[time, ...]) -> QuietHours | None:
    if not (ends := table.parsed("quiet", window, None)):
        return None
    quiet = QuietHours(*ends)
    for at in times:
        if quiet.holds(at):
            table.fault(
                "quiet",
                f"holds {at:%H:%M}, when an edition is due: it would always wait until "
                f"{quiet.last:%H:%M}",
            )
            break
    return quiet
