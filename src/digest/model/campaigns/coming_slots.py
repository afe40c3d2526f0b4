"""What comes next of a campaign's schedules, within its days; and what never comes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from heapq import merge
from zoneinfo import ZoneInfo

from digest.model.campaigns.campaign import Campaign, Schedule
from digest.model.campaigns.campaign_slots import last_slot
from digest.model.campaigns.closures import MOST_MOVED
from digest.model.campaigns.day_rules import OnDates
from digest.model.campaigns.day_times import clock
from digest.model.campaigns.slots import NamedDay
from digest.model.staff_words import day_in_words, moment_in_words

_TICK = timedelta(microseconds=1)
_LONG = timedelta(days=3660)
_NEVER = "is never due: "


@dataclass(frozen=True, slots=True)
class ComingSlot:
    """A day of a schedule to come: when it is due, or why it is skipped."""

    schedule: Schedule
    named: NamedDay
    is_last: bool = False

    @property
    def closes(self) -> datetime | None:
        """When its content closes; None for a day that is skipped."""
        return self.named.slot and self.named.slot - self.schedule.close

    @property
    def when(self) -> str:
        """When it is due, or which day is skipped, in the schedule's zone."""
        if self.named.slot:
            return moment_in_words(self.named.slot, self.schedule.times.zone)
        return f"{day_in_words(self.named.day)}: none"

    @property
    def note(self) -> str:
        """Why it is skipped or on another day, what the clocks do, when it closes."""
        slot, closes = self.named.slot, self.closes
        if slot is None or closes is None:
            return self.named.closed
        notes = ["the last edition"] if self.is_last else []
        if self.named.closed:
            day = day_in_words(self.named.day)
            notes.append(f"in place of {day}: {self.named.closed}")
        notes.append(_clock_change(slot, self.named.at, self.schedule.times.zone))
        if closes < slot:
            local = closes.astimezone(ZoneInfo(self.schedule.times.zone))
            notes.append(f"closes at {local:%H:%M}")
        return "; ".join(filter(None, notes))


def coming(
    campaign: Campaign,
    schedules: Iterable[tuple[Schedule, datetime | None]],
    after: datetime,
) -> Iterator[ComingSlot]:
    """Yield what comes after that instant of these schedules, soonest first.

    Each with the slot that it has beside its times, where it has one. There may be
    no end to it: take as many as are wanted.
    """
    streams = (_of_schedule(campaign, *each, after) for each in schedules)
    return merge(*streams, key=_order)


def never_due(campaign: Campaign, schedule: Schedule) -> str:
    """Return why a schedule has no slot at all, in words; "" where it has.

    One that has its last edition alone is due: see `only_last`.
    """
    return "" if last_slot(campaign, schedule) else _no_day(campaign, schedule)


def only_last(campaign: Campaign, schedule: Schedule) -> str:
    """Return when a schedule has its last edition and why no other; "" where it has."""
    last, why = last_slot(campaign, schedule), _no_day(campaign, schedule)
    if last is None or not why:
        return ""
    at = moment_in_words(last, schedule.times.zone)
    return f"has one edition, its last, on {at}: {why.removeprefix(_NEVER)}"


def _no_day(campaign: Campaign, schedule: Schedule) -> str:
    """Return why none of a schedule's own days brings a slot, in words."""
    times = schedule.times
    dates = times.days.dates if isinstance(times.days, OnDates) else ()
    last_days = [day for day in (campaign.ends, times.ends, *dates[-1:]) if day]
    if not last_days:
        return ""
    end = min(last_days)
    first_days = [day for day in (campaign.starts, times.starts, *dates[:1]) if day]
    start = max(first_days, default=end - _LONG)
    skipped = []
    low, high = (datetime.combine(day, time(), UTC) for day in (start, end))
    for named in _within(campaign, schedule, low - MOST_MOVED, high + MOST_MOVED):
        if named.slot:
            return ""
        skipped.append(f"{day_in_words(named.day)} ({named.closed})")
    if skipped:
        return (
            f"{_NEVER}every day that it names is closed: "
            f"{', '.join(skipped[:5])}. "
            'Write when_closed = "before", "after" or "send", or name other days'
        )
    span = f"from {start} to {end}" if start <= end else f"{start} is after {end}"
    return (
        f"{_NEVER}{times}, and none of that is within its days and those of the "
        f"campaign ({span})"
    )


def _within(
    campaign: Campaign,
    schedule: Schedule,
    after: datetime,
    until: datetime | None = None,
) -> Iterator[NamedDay]:
    first, last = campaign.span
    after = max(after, first - _TICK) if first else after
    until = until or schedule.times.horizon(after)
    return schedule.times.named_days(after, min(until, last - _TICK) if last else until)


def _of_schedule(
    campaign: Campaign, schedule: Schedule, extra: datetime | None, after: datetime
) -> Iterator[ComingSlot]:
    last = last_slot(campaign, schedule, extra)
    beside = {slot for slot in (extra, last) if slot and slot > after}
    for named in _within(campaign, schedule, after):
        if last and named.slot and named.slot > last:
            break
        earlier = [slot for slot in beside if named.slot and slot < named.slot]
        for slot in sorted(earlier):
            yield _beside(schedule, slot)
        beside -= {named.slot, *earlier}
        yield ComingSlot(schedule, named, named.slot is not None and named.slot == last)
    for slot in sorted(beside):
        yield _beside(schedule, slot, is_last=slot == last)


def _beside(schedule: Schedule, slot: datetime, *, is_last: bool = False) -> ComingSlot:
    day = slot.astimezone(ZoneInfo(schedule.times.zone)).date()
    return ComingSlot(schedule, NamedDay(day, slot), is_last)


def _order(coming: ComingSlot) -> datetime:
    named, tz = coming.named, ZoneInfo(coming.schedule.times.zone)
    return named.slot or datetime.combine(named.day, time(), tz)


def _clock_change(slot: datetime, at: time | None, zone: str) -> str:
    """Return what happens to a wall time that does not exist, or comes twice."""
    local = slot.astimezone(ZoneInfo(zone))
    if at is None or local.time() != at:
        return f"clocks go forward: there is no {clock(at)}" if at else ""
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        return f"clocks go back: the first {clock(at)} of two"
    return ""
