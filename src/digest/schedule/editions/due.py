"""Which slots are due, and catch-up: an overdue one runs late, or is missed."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import Connection, Engine

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.mode import Mode
from digest.schedule.editions.previews import schedule_of
from digest.schedule.guard import guarded
from digest.schedule.limits import LOOK_BACK
from digest.store.base.engine import reading, writing
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign
from digest.store.editions import editions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NextSlot:
    """When a schedule of a campaign is due next, and when its content closes."""

    campaign: str
    schedule_id: int
    schedule: str
    at: datetime
    closes: datetime
    timezone: str


def open_due(engine: Engine, now: datetime) -> int:
    """Make an edition for every slot that is due and has none; return how many.

    Where a schedule closes before its slot it is due then, and leaves at its slot.
    Of a schedule's slots without an edition in the last seven days the newest
    runs, late, if its `catch_up` allows; the others are recorded as missed and
    their content flows into the next edition by itself. Any number of
    processes may do this at once: a slot's edition is unique.
    """
    with reading(engine) as connection:
        going = _going(connection)
    opened = 0
    for stored, schedule in going:
        whom = f"campaign={stored.campaign.name} schedule={schedule.schedule.name}"
        with guarded("opening editions", whom):
            with reading(engine) as connection:
                slots = _slots_without_edition(connection, stored, schedule, now)
                is_due = any(slots)
            if is_due:
                with writing(engine) as connection:
                    opened += _open_or_miss(connection, stored, schedule, now)
    return opened


def next_slots(connection: Connection, now: datetime) -> list[NextSlot]:
    """Return the next slot of every schedule that still has one, soonest first.

    None of a campaign that is paused, waits for golive or cannot be read.
    """
    slots = []
    for stored, row in _going(connection):
        name, schedule = stored.campaign.name, row.schedule.name
        with guarded("finding the next slot", f"campaign={name} schedule={schedule}"):
            if slot := next_slot(stored.campaign, row, now):
                slots.append(_named(stored.campaign, row, slot))
    return sorted(slots, key=attrgetter("at"))


def open_slot(
    connection: Connection, name: str, schedule: str | None, now: datetime
) -> NextSlot | None:
    """Return the slot of a schedule's open edition: the first that is not closed.

    Raises NotFound for a campaign or a schedule that is not there.
    """
    stored = campaigns.by_name(connection, name)
    row = schedule_of(connection, stored, schedule)
    slot = next_slot(stored.campaign, row, now + row.schedule.close)
    return _named(stored.campaign, row, slot) if slot else None


def is_open(connection: Connection, stored: StoredCampaign) -> bool:
    """Whether the campaign's slots lead to editions: not live ones before golive."""
    return not (stored.awaits_golive and mode_of(connection) is Mode.LIVE)


def next_slot(
    campaign: Campaign, schedule: ScheduleRow, now: datetime
) -> datetime | None:
    """Return the schedule's first slot after `now` within the campaign's days."""
    first, last = campaign.span
    after = max(now, first - timedelta(microseconds=1)) if first else now
    slot = schedule.schedule.times.next_slot(after)
    return None if slot is None or (last is not None and slot >= last) else slot


def _named(campaign: Campaign, row: ScheduleRow, slot: datetime) -> NextSlot:
    schedule = row.schedule
    return NextSlot(
        campaign.name,
        row.id,
        schedule.name,
        slot,
        closes=slot - schedule.close,
        timezone=schedule.times.zone,
    )


def _going(connection: Connection) -> list[tuple[StoredCampaign, ScheduleRow]]:
    return [
        (stored, schedule)
        for stored in campaigns.listed(connection)
        if stored.paused_at is None and is_open(connection, stored)
        for schedule in campaigns.schedules_of(connection, stored)
    ]


def _open_or_miss(
    connection: Connection,
    stored: StoredCampaign,
    schedule: ScheduleRow,
    now: datetime,
) -> int:
    slots = list(_slots_without_edition(connection, stored, schedule, now))
    opened = 0
    for slot in slots:
        place = editions.Slot(stored.id, schedule.id, slot)
        late = schedule.schedule.may_run_late(slot)
        if slot == slots[-1] and now - slot <= late:
            opened += editions.open_at(connection, place, now)
        elif editions.miss(connection, place, now, "the timetable was not running"):
            log.warning(
                "slot missed campaign=%s schedule=%s slot=%s",
                stored.campaign.name,
                schedule.schedule.name,
                slot.isoformat(),
            )
    return opened


def _slots_without_edition(
    connection: Connection,
    stored: StoredCampaign,
    schedule: ScheduleRow,
    now: datetime,
) -> Iterator[datetime]:
    campaign = stored.campaign
    first, last = campaign.span
    after = max(schedule.slots_since, now - LOOK_BACK)
    if stored.live_since is not None and mode_of(connection) is Mode.LIVE:
        after = max(after, stored.live_since)
    with_edition = editions.slots_made(connection, schedule.id, after)
    closing = now + schedule.schedule.close
    for slot in schedule.schedule.times.slots(after, closing):
        begun = first is None or slot >= first
        over = last is not None and slot >= last
        if begun and not over and slot not in with_edition:
            yield slot


def is_over(campaign: Campaign, now: datetime) -> bool:
    """Whether the campaign's last day is over, so that no slot is to come."""
    _, last = campaign.span
    return last is not None and last <= now
