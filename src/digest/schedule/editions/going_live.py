"""From practice to live, by a person's word: what it would mean, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from digest.compose.variants import news
from digest.errors import DigestError
from digest.model.campaigns.campaign_slots import next_slot
from digest.model.campaigns.live_needs import LiveNeed, campaign_needs
from digest.model.editions.mode import Mode
from digest.schedule.editions.foresight import ForeseenEdition, foreseen
from digest.schedule.guard import guarded
from digest.store.base.asked_together import ask_together
from digest.store.base.engine import reading, writing
from digest.store.base.read_once import is_read_once
from digest.store.campaigns import campaigns, going_live
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.editions import steering
from digest.store.editions.steering import SteeringPlace
from digest.store.people import owed
from digest.store.people.kinds import kind_counts
from digest.store.people.places import start_from
from digest.store.posts import log
from digest.store.posts.log import MAX, LogEntry
from digest.store.staff.audit import Act, record

_START, _NOW = "start", "now"
# What is to be done besides, where the settings say practice mode still.
STILL_PRACTICE = (
    "DIGEST_LIVE is still no: say DIGEST_LIVE=yes in .env and start digest again; "
    "another rehearsal would need another golive"
)


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
class LivePlan:
    """What going live means for a campaign; one that `is_live` stays as it is.

    `lacking` is what live needs of it that is not there.
    """

    stored: StoredCampaign
    is_live: bool
    live_from: int
    firsts: tuple[ForeseenEdition, ...]
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


def foresee(
    engine: Engine, names: Sequence[str], start: LiveStart, now: datetime
) -> list[LivePlan]:
    """Return what going live would mean for these campaigns, or for all.

    Changes nothing. Raises NotFound for one that is not there.
    """
    with reading(engine) as connection:
        return _foreseen(connection, names, start, now)


def foresee_each(
    engine: Engine, start: LiveStart, now: datetime
) -> list[tuple[StoredCampaign, LivePlan | None, str]]:
    """Return what going live would mean for every campaign, or in words why not.

    Changes nothing. One that cannot be foreseen costs no other.
    """
    with reading(engine) as connection:
        listed = campaigns.listed(connection)
        _look_ahead(connection, listed)
        each = list[tuple[StoredCampaign, LivePlan | None, str]]()
        for stored in listed:
            plan: LivePlan | None = None
            where = f"campaign={stored.campaign.name}"
            with guarded("foreseeing going live", where) as fault:
                plan = _plan(connection, stored, start, now)
            each.append((stored, plan, fault.words))
        return each


def go_live(
    engine: Engine,
    names: Sequence[str],
    start: LiveStart,
    now: datetime,
    *,
    lacking: Sequence[str] = (),
) -> list[LivePlan]:
    """Let these campaigns, or all, be sent live from now on; safe to repeat.

    It is on record who said so, of what. Raises NotFound, and DigestError where a
    campaign, or the installation, lacks what live needs: then none is. `lacking` are
    the cures of what the installation lacks.
    """
    if lacking:
        raise DigestError(f"live needs more: {'; '.join(lacking)}")
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
    _look_ahead(connection, chosen)
    return [_plan(connection, stored, start, now) for stored in chosen]


def _look_ahead(connection: Connection, chosen: Sequence[StoredCampaign]) -> None:
    """Have what is asked of each of these campaigns be asked of all of them at once."""
    if not is_read_once(connection):
        return
    schedule_ids = [
        row.id
        for stored in chosen
        for row in campaigns.schedules_of(connection, stored)
    ]
    places = (SteeringPlace(schedule_id, Mode.LIVE) for schedule_id in schedule_ids)
    ask_together(
        connection,
        (
            *((log.whole, stored.id) for stored in chosen),
            *((owed.begun, stored.id) for stored in chosen),
            *((steering.steered_at, place) for place in places),
        ),
    )
    kind_counts.look_ahead(connection, schedule_ids)


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
            foreseen(
                connection,
                stored,
                schedule,
                slot=next_slot(
                    stored.campaign, schedule.schedule, now, schedule.extra_slot
                ),
                now=now,
                begins=begins,
                mode=Mode.LIVE,
            )
            for schedule in schedules
        ),
        lacking=tuple(
            need for need in campaign_needs(stored.campaign) if not need.is_met
        ),
    )
