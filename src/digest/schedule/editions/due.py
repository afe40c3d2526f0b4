"""Which slots are due, and catch-up: an overdue one runs late, or is missed."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter

from sqlalchemy import Connection, Engine

from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_slots import last_slot, next_slot, slots
from digest.model.editions.mode import Mode
from digest.model.staff_words import moment_in_words
from digest.schedule.editions.named_schedule import schedule_of
from digest.schedule.guard import guarded
from digest.schedule.limits import SLOTS_AT_ONCE
from digest.store.base.engine import reading, writing
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns, pauses
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign
from digest.store.editions import editions, moves
from digest.store.holds.past_holds import past_hold

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NextSlot:
    """When a schedule of a campaign is due next, and when its content closes.

    It may be the schedule's last edition.
    """

    campaign: str
    schedule_id: int
    schedule: str
    at: datetime
    closes: datetime
    timezone: str
    is_last: bool = False


def open_due(engine: Engine, now: datetime) -> int:
    """Make an edition for every slot that is due and has none; return how many.

    Where a schedule closes before its slot it is due then, and leaves at its slot.
    Of a schedule's slots without an edition the newest runs, late, if that is not too
    late for it; the others are recorded as missed, with the reason, and their content
    flows into the next edition by itself. While a campaign is paused none runs. Any
    number of processes may do this at once: a slot's edition is unique.
    """
    with reading(engine) as connection:
        every = _every(connection)
    opened = 0
    for stored, schedule in every:
        whom = f"campaign={stored.campaign.name} schedule={schedule.schedule.name}"
        with guarded("opening editions", whom):
            with reading(engine) as connection:
                is_due = any(unsettled_slots(connection, stored, schedule, now))
            while is_due:
                with writing(engine) as connection:
                    settling = _Settling(connection, stored, schedule, now)
                    opened += settling.open_newest_and_miss_others()
                is_due = settling.has_more
    return opened


@dataclass(frozen=True, slots=True)
class MissingEditions:
    """Slots of a schedule that have been due and have no edition, oldest first."""

    stored: StoredCampaign
    row: ScheduleRow
    slots: tuple[datetime, ...]


def missing(
    connection: Connection, now: datetime, patience: timedelta
) -> tuple[list[MissingEditions], list[str]]:
    """Return what has been due for longer than `patience` and has no edition.

    And, in words, of what that could not be told. None of a campaign that is paused:
    its slots are not to have any.
    """
    lacking, unseen = list[MissingEditions](), list[str]()
    for stored, row in _every(connection):
        if stored.paused_at is not None:
            continue
        name, schedule = stored.campaign.name, row.schedule.name
        whom = f"campaign={name} schedule={schedule}"
        with guarded("looking for editions that are missing", whom) as fault:
            due = unsettled_slots(connection, stored, row, now - patience)
            if slots := tuple(islice(due, SLOTS_AT_ONCE)):
                lacking.append(MissingEditions(stored, row, slots))
        if fault:
            unseen.append(f"whether editions of {name}, {schedule} are missing")
    return lacking, unseen


def next_slots(connection: Connection, now: datetime) -> list[NextSlot]:
    """Return the next slot of every schedule that still has one, soonest first.

    None of a campaign that is paused, waits for golive or cannot be read.
    """
    coming = []
    for stored, row in _every(connection):
        if stored.paused_at is not None:
            continue
        name, schedule = stored.campaign.name, row.schedule.name
        with guarded("finding the next slot", f"campaign={name} schedule={schedule}"):
            if slot := _next_to_come(connection, stored.campaign, row, now):
                coming.append(_named(stored.campaign, row, slot))
    return sorted(coming, key=attrgetter("at"))


def _next_to_come(
    connection: Connection, campaign: Campaign, row: ScheduleRow, now: datetime
) -> datetime | None:
    """Return the next slot that has an edition, closed early, or will have."""
    if row.slots_since > now:
        with_edition = editions.slots_made(connection, row.id, now)
        closed = (at for at in with_edition if at <= row.slots_since)
        if at := min(closed, default=None):
            return at
    after = max(now, row.slots_since)
    return next_slot(campaign, row.schedule, after, row.extra_slot)


def open_slot(
    connection: Connection, name: str, schedule: str | None, now: datetime
) -> NextSlot | None:
    """Return the slot of a schedule's open edition: the first that is not closed.

    Raises NotFound for a campaign or a schedule that is not there.
    """
    stored = campaigns.by_name(connection, name)
    row = schedule_of(connection, stored, schedule)
    after = row.closed_until(now)
    slot = next_slot(stored.campaign, row.schedule, after, row.extra_slot)
    return _named(stored.campaign, row, slot) if slot else None


def is_open(connection: Connection, stored: StoredCampaign) -> bool:
    """Whether the campaign's slots lead to editions: not live ones before golive."""
    return not (stored.awaits_golive and mode_of(connection) is Mode.LIVE)


def _named(campaign: Campaign, row: ScheduleRow, slot: datetime) -> NextSlot:
    schedule = row.schedule
    return NextSlot(
        campaign.name,
        row.id,
        schedule.name,
        slot,
        closes=slot - schedule.close,
        timezone=schedule.times.zone,
        is_last=slot == last_slot(campaign, schedule, row.extra_slot),
    )


def late_slot(
    connection: Connection,
    stored: StoredCampaign,
    schedule: ScheduleRow,
    now: datetime,
) -> datetime | None:
    """Return the slot that would run now, late or not, or None where none would."""
    slots_due = [*unsettled_slots(connection, stored, schedule, now)]
    if not slots_due:
        return None
    newest = slots_due[-1]
    if now - newest > schedule.schedule.may_run_late(newest):
        return None
    return newest


def _every(connection: Connection) -> list[tuple[StoredCampaign, ScheduleRow]]:
    return [
        (stored, schedule)
        for stored in campaigns.listed(connection)
        if is_open(connection, stored)
        for schedule in campaigns.schedules_of(connection, stored)
    ]


class _Settling:
    """The slots of a schedule that are due and have no edition, settled."""

    def __init__(
        self,
        connection: Connection,
        stored: StoredCampaign,
        schedule: ScheduleRow,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._stored = stored
        self._schedule = schedule
        self._now = now
        self.has_more = False

    def open_newest_and_miss_others(self) -> int:
        """Settle the oldest of them; return how many editions were opened."""
        place = self._connection, self._stored, self._schedule, self._now
        slots = [*islice(unsettled_slots(*place), SLOTS_AT_ONCE + 1)]
        self.has_more = len(slots) > SLOTS_AT_ONCE
        if not slots:  # another timetable has settled them since they were seen
            return 0
        *others, newest = slots[:SLOTS_AT_ONCE]
        for slot in others:
            self._miss(slot)
        if self.has_more or self._is_too_late(newest):
            self._miss(newest)
        elif self._stored.paused_at is None:
            opened = moves.open_at(self._connection, self._slot(newest), self._now)
            campaigns.note_settled(self._connection, self._schedule.id, newest)
            return int(opened)
        elif others:
            newest = others[-1]
        else:
            return 0
        campaigns.note_settled(self._connection, self._schedule.id, newest)
        return 0

    def _is_too_late(self, slot: datetime) -> bool:
        return self._now - slot > self._schedule.schedule.may_run_late(slot)

    def _slot(self, at: datetime) -> editions.Slot:
        campaign, schedule = self._stored.campaign, self._schedule
        closes = last_slot(campaign, schedule.schedule, schedule.extra_slot)
        is_last = at == closes
        return editions.Slot(self._stored.id, schedule.id, at, is_last)

    def _miss(self, slot: datetime) -> None:
        why = self._why_missed(slot)
        if moves.miss(self._connection, self._slot(slot), self._now, why):
            log.warning(
                "slot missed campaign=%s schedule=%s slot=%s",
                self._stored.campaign.name,
                self._schedule.schedule.name,
                slot.isoformat(),
            )

    def _why_missed(self, slot: datetime) -> str:
        zone = self._stored.campaign.timezone
        if pause := pauses.pause_at(self._connection, self._stored.id, slot):
            since = moment_in_words(pause.since, zone)
            return f"the campaign was paused by {pause.by} since {since}"
        past = past_hold(self._connection, slot)
        if past is None:
            return "the timetable was not running"
        if past.is_gap:
            return f"what went out then is not in this database: {past.hold.because}"
        since = moment_in_words(past.hold.since, zone)
        until = f" until {moment_in_words(past.until, zone)}" if past.until else ""
        return f"nothing left since {since}{until}: {past.hold.because}"


def unsettled_slots(
    connection: Connection,
    stored: StoredCampaign,
    schedule: ScheduleRow,
    now: datetime,
) -> Iterator[datetime]:
    """Yield the slots that have closed and have no edition, missed or not."""
    in_file, after = schedule.schedule, schedule.slots_since
    if stored.live_since is not None and mode_of(connection) is Mode.LIVE:
        after = max(after, stored.live_since)
    with_edition = editions.slots_made(connection, schedule.id, after)
    until = now + in_file.close
    for slot in slots(stored.campaign, in_file, after, until, schedule.extra_slot):
        if slot not in with_edition:
            yield slot
