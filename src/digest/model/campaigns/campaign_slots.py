"""When a schedule of a campaign is due: its times within the campaign's days, its end.

On the campaign's last day every schedule has a last slot, its last: for what came
after the one before. It is the last of its own times on that day, or that time of day
where it has none then; or when the campaign file says.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.model.campaigns.campaign import Campaign, Schedule
from digest.model.campaigns.slots import Recurrence

_MOMENT = timedelta(microseconds=1)


def slots(
    campaign: Campaign,
    schedule: Schedule,
    after: datetime,
    until: datetime,
    extra: datetime | None = None,
) -> Iterator[datetime]:
    """Yield the schedule's slots in (after, until], oldest first.

    `extra` is one beside its timetable.
    """
    first, end = campaign.span
    last_at = last_slot(campaign, schedule, extra)
    others = sorted(filter(None, {extra, last_at}))
    last = min(filter(None, (until, last_at, end and end - _MOMENT)))
    begin = max(after, first - _MOMENT) if first else after
    for slot in schedule.times.slots(begin, last):
        while others and others[0] < slot:
            yield from _within(others.pop(0), after, until)
        if slot not in others:
            yield slot
    for slot in others:
        yield from _within(slot, after, until)


def next_slot(
    campaign: Campaign,
    schedule: Schedule,
    after: datetime,
    extra: datetime | None = None,
) -> datetime | None:
    """Return the schedule's first slot later than `after`; None where it has ended."""
    first, end = campaign.span
    last_at = last_slot(campaign, schedule, extra)
    begin = max(after, first - _MOMENT) if first else after
    slot = schedule.times.next_slot(begin)
    coming = [at for at in (extra, last_at) if at and at > after]
    if slot and not (end and slot >= end) and not (last_at and slot > last_at):
        coming.append(slot)
    return min(coming, default=None)


def last_slot(
    campaign: Campaign, schedule: Schedule, extra: datetime | None = None
) -> datetime | None:
    """Return the schedule's last slot; None where the campaign has no end, or none.

    An `extra` slot after it takes its place: the campaign's end was moved to before.
    """
    chosen, (_, end) = campaign.last_edition, campaign.span
    if end is None or chosen.is_off:
        return None
    at = chosen.at or _on_last_day(end, schedule, campaign.timezone)
    return max(at, extra) if extra else at


def is_over(campaign: Campaign, now: datetime) -> bool:
    """Whether the campaign's last day is over, and whatever closes it has been due."""
    _, end = campaign.span
    chosen = campaign.last_edition.at
    return end is not None and end <= now and (chosen is None or chosen <= now)


def loses_its_slot(
    before: tuple[Campaign, Schedule],
    after: tuple[Campaign, Schedule],
    settled: datetime,
    now: datetime,
) -> bool:
    """Whether a change of the file at `now` leaves readers without what was to come.

    Either a slot of today that is not settled has been moved to a time that is past,
    or its last slot has, with the campaign's end. Slots up to `settled` are.
    """
    was, becomes = last_slot(*before), last_slot(*after)
    if becomes and becomes <= now and (was is None or was > now):
        return True
    zone = ZoneInfo(after[0].timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(0), zone)
    day = midnight - _MOMENT, midnight + timedelta(days=1) - _MOMENT
    old, new = {*slots(*before, *day)}, {*slots(*after, *day)}
    was_to_come = any(slot > settled for slot in old)
    is_to_come = any(slot > now for slot in new)
    return was_to_come and not is_to_come and bool(new - old)


def settled_by_change(
    campaign: Campaign, schedule: Schedule, settled: datetime, now: datetime
) -> datetime:
    """Return up to when no slot is due any more once its times have changed at `now`.

    `settled` is the latest slot that has an edition. One that is still to come has
    closed early: its edition is that day's, and leaves at the time that it had, so
    that no second one is due at the slot that has taken its place.
    """
    if settled <= now:
        return now
    zone = ZoneInfo(campaign.timezone)
    next_day = settled.astimezone(zone).date() + timedelta(days=1)
    end = datetime.combine(next_day, time(0), zone) - _MOMENT
    that_day = [*slots(campaign, schedule, now, end)]
    return now if settled in that_day else max([settled, *that_day[:1]])


def _on_last_day(end: datetime, schedule: Schedule, zone: str) -> datetime:
    last_day = (end - _MOMENT).astimezone(ZoneInfo(zone)).date()
    begin = datetime.combine(last_day, time(0), ZoneInfo(zone)).astimezone(UTC)
    day = (begin - _MOMENT, end - _MOMENT)
    # Were it due every day, and staff at work.
    every_day = Recurrence(schedule.times.times, zone=schedule.times.zone)
    own = [*schedule.times.slots(*day)] or [*every_day.slots(*day)]
    return own[-1] if own else end - timedelta(minutes=1)


def _within(slot: datetime, after: datetime, until: datetime) -> Iterator[datetime]:
    if after < slot <= until:
        yield slot
