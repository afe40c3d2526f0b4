"""From practice to live, by a person's word: what it would mean, and doing it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from digest.compose.plan import LeftOut, PlannedCopy, decide
from digest.compose.selection import EditionSelection
from digest.compose.variants import news
from digest.errors import DigestError
from digest.model.campaigns.campaign_slots import next_slot
from digest.model.campaigns.live_needs import LiveNeed, campaign_needs
from digest.model.editions.due_stretch import DueStretch, Stretch, due_to
from digest.model.editions.mode import Mode
from digest.model.formats import Channel
from digest.model.limits import READERS_PLANNED_AT_ONCE
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns, going_live
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign
from digest.store.editions import steering
from digest.store.editions.steering import SteeringPlace
from digest.store.people import owed
from digest.store.people.readers import PlanningRow, facts_for, start_from
from digest.store.posts.log import MAX, LogEntry
from digest.store.staff.audit import Act, record

_START, _NOW = "start", "now"


@dataclass(frozen=True, slots=True)
class LiveStart:
    """What the first live edition takes of what nobody has had live yet.

    The `newest` so many of a campaign's items, or all of them.
    """

    newest: int | None = None

    @classmethod
    def parse(cls, text: str) -> "LiveStart":
        """Return what "start", "now" or a number says. Raises ValueError in words."""
        match text.strip().casefold():
            case "start":
                return cls()
            case "now":
                return cls(0)
            case number if number.isascii() and number.isdigit() and len(number) < 10:
                return cls(int(number))
        raise ValueError(
            "write start (each reader's place, the beginning where they have had "
            "nothing), now, or how many of the newest posts"
        )

    def __str__(self) -> str:
        """Return it as it is written."""
        if self.newest is None:
            return _START
        return str(self.newest) if self.newest else _NOW

    def position(self, entries: Sequence[LogEntry]) -> int:
        """Return the position behind which the first live edition begins."""
        if self.newest is None or self.newest >= len(entries):
            return 0
        return entries[-1 - self.newest].position


@dataclass(frozen=True, slots=True)
class FirstEdition:
    """What a schedule's first live edition would hold if nothing more came in.

    `slot` is when, None where none is to come. `copies` counts readers by channel,
    `left_out` those who get none, by kind. `titles` are of the items that at
    least one of them gets.
    """

    schedule: str
    slot: datetime | None
    copies: Mapping[Channel, int]
    left_out: Mapping[str, int]
    titles: tuple[str, ...]

    @property
    def readers(self) -> int:
        """How many readers get a copy."""
        return sum(self.copies.values())

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "schedule": self.schedule,
            "slot": self.slot,
            "readers": self.readers,
            "copies": {str(channel): n for channel, n in self.copies.items()},
            "left_out": dict(self.left_out),
            "items": list(self.titles),
        }


@dataclass(frozen=True, slots=True)
class LivePlan:
    """What going live means for a campaign; one that `is_live` stays as it is.

    `lacking` is what live needs of it that is not there.
    """

    stored: StoredCampaign
    is_live: bool
    live_from: int
    firsts: tuple[FirstEdition, ...]
    lacking: tuple[LiveNeed, ...] = ()

    @property
    def name(self) -> str:
        """The campaign's name."""
        return self.stored.campaign.name

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "campaign": self.name,
            "is_live": self.is_live,
            "lacking": {need.name: need.cure for need in self.lacking},
            "first_editions": [first.facts() for first in self.firsts],
        }


@dataclass(frozen=True, slots=True)
class _FirstReaders:
    campaign_id: int
    schedule_id: int
    plan_cursor: int = 0
    mode: Mode = Mode.LIVE


def foresee(
    engine: Engine, names: Sequence[str], start: LiveStart, now: datetime
) -> list[LivePlan]:
    """Return what going live would mean for these campaigns, or for all.

    Changes nothing. Raises NotFound for one that is not there.
    """
    with reading(engine) as connection:
        return _foreseen(connection, names, start, now)


def go_live(
    engine: Engine, names: Sequence[str], start: LiveStart, now: datetime
) -> list[LivePlan]:
    """Let these campaigns, or all, be sent live from now on; safe to repeat.

    It is on record who said so, of what. Raises NotFound, and DigestError where a
    campaign lacks what live needs: then none is.
    """
    with writing(engine) as connection:
        plans = _foreseen(connection, names, start, now)
        for plan in plans:
            if plan.is_live:
                continue
            if plan.lacking:
                cures = "; ".join(need.cure for need in plan.lacking)
                raise DigestError(f"{plan.name} lacks what live needs: {cures}")
            campaign_id = plan.stored.id
            start_from(connection, campaign_id, plan.live_from)
            going_live.open_door(connection, campaign_id, now)
            record(connection, _act(plan, start), now)
    return plans


def _act(plan: LivePlan, start: LiveStart) -> Act:
    firsts = [first for first in plan.firsts if first.readers]
    return Act(
        "took live",
        campaign_id=plan.stored.id,
        before={"mode": str(Mode.PRACTICE)},
        after={
            "mode": str(Mode.LIVE),
            "from": str(start),
            "readers": sum(first.readers for first in firsts),
            "items": max((len(first.titles) for first in firsts), default=0),
        },
    )


def _foreseen(
    connection: Connection, names: Sequence[str], start: LiveStart, now: datetime
) -> list[LivePlan]:
    chosen = (
        [campaigns.by_name(connection, name) for name in dict.fromkeys(names)]
        if names
        else campaigns.listed(connection)
    )
    return [_plan(connection, stored, start, now) for stored in chosen]


def _plan(
    connection: Connection, stored: StoredCampaign, start: LiveStart, now: datetime
) -> LivePlan:
    schedules = campaigns.schedules_of(connection, stored)
    begins = start.position(news(connection, stored.id, (0, MAX), now))
    return LivePlan(
        stored,
        is_live=stored.live_since is not None and not stored.awaits_golive,
        live_from=begins,
        firsts=tuple(
            _first(connection, stored, schedule, begins, now) for schedule in schedules
        ),
        lacking=tuple(
            need for need in campaign_needs(stored.campaign) if not need.is_met
        ),
    )


def _first(
    connection: Connection,
    stored: StoredCampaign,
    schedule: ScheduleRow,
    begins: int,
    now: datetime,
) -> FirstEdition:
    slot = next_slot(stored.campaign, schedule.schedule, now, schedule.extra_slot)
    entries = news(connection, stored.id, (begins, MAX), slot or now)
    upto = entries[-1].position if entries else begins
    copies, left_out = Counter[Channel](), Counter[str]()
    wanted: set[int] = set()
    query = _FirstReaders(stored.id, schedule.id)
    steered = steering.get(connection, SteeringPlace(schedule.id, Mode.LIVE))
    selection = EditionSelection.of(stored.campaign, steered.steering)
    for row, due_stretch in _readers_of(connection, query, (begins, upto), now):
        match decide(row, due_stretch, entries, selection):
            case LeftOut(kind=kind):
                left_out[kind] += 1
            case PlannedCopy(channel=channel, key=key):
                copies[channel] += 1
                takes = (e.id for e in entries if key.takes(e.position, e.topics))
                wanted.update(takes)
    titles = tuple(entry.item.title for entry in entries if entry.id in wanted)
    return FirstEdition(schedule.schedule.name, slot, copies, left_out, titles)


def _readers_of(
    connection: Connection, query: _FirstReaders, stretch: Stretch, now: datetime
) -> Iterator[tuple[PlanningRow, DueStretch]]:
    begins, upto = stretch
    begins = max(begins, owed.begins(connection, query.campaign_id, query.mode))
    while rows := facts_for(connection, query, READERS_PLANNED_AT_ONCE, now):
        ids = [row.reader_id for row in rows]
        owed_to = owed.of_readers(connection, query.mode, ids)
        for row in rows:
            place = max(row.position, begins)
            yield row, due_to(place, upto, owed_to.get(row.reader_id, ()), begins)
        query = replace(query, plan_cursor=rows[-1].reader_id)
