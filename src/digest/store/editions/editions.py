"""Editions: one row per slot, as they stand; `moves` is how they go on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    func,
    select,
)

from digest.errors import NotFound, UnreadableError
from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.moves import EDITION_MOVES
from digest.store.base.asked_together import Asked, Question, rows_of
from digest.store.base.modes import mode_of
from digest.store.base.read_once import is_read_once, read_once
from digest.store.base.row_faults import read_each
from digest.store.base.tables import campaign, edition, schedule
from digest.store.campaigns import going_live

LATEST_AT_MOST = 20  # of each campaign, read at once
GOING = (EditionState.PLANNED, EditionState.SENDING)


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as it stands; `upto` is set once it is frozen.

    Of practice `mode` it is a rehearsal: for whoever is allowed, and counted as
    nothing that readers have had. `leaves_at` is set where it is held back: nothing
    of it leaves sooner.
    """

    id: int
    code: str
    campaign_id: int
    campaign: str
    schedule_id: int
    schedule: str
    slot: datetime
    mode: Mode
    state: EditionState
    upto: int | None
    reason: str | None
    is_last: bool
    plan_cursor: int
    approved_by: tuple[str, ...]
    leaves_at: datetime | None
    recalled_at: datetime | None
    stopped_at: datetime | None
    carried_in: tuple[DueStretch, ...]
    frozen_at: datetime | None
    planned_at: datetime | None
    deliver_by: datetime | None
    ended_at: datetime | None

    @property
    def is_rehearsal(self) -> bool:
        """Whether it was made in practice mode."""
        return self.mode is Mode.PRACTICE

    @property
    def is_recalled(self) -> bool:
        """Whether it was called back, and goes on by a person's word alone."""
        return self.recalled_at is not None

    @property
    def is_being_planned(self) -> bool:
        """Whether some of its readers are planned for, and copies may leave already."""
        return self.state is EditionState.APPROVED and self.plan_cursor > 0

    @property
    def is_going(self) -> bool:
        """Whether copies of it may leave: it is planned, at least for some."""
        return self.state in GOING or self.is_being_planned

    @property
    def may_be_stopped(self) -> bool:
        """Whether what has not left can be kept here still."""
        return self.is_going and self.stopped_at is None

    @property
    def may_be_recalled(self) -> bool:
        """Whether all of it is here still, and can be changed again."""
        is_closed = self.state in (EditionState.FROZEN, EditionState.APPROVED)
        return is_closed and not self.plan_cursor

    @property
    def standing(self) -> str:
        """Where it stands, in a word for people: its state, or "planning"."""
        return "planning" if self.is_being_planned else self.state.value

    @property
    def standing_as_told(self) -> str:
        """The same as staff are told it: nothing of a rehearsal is sent to readers."""
        is_sending = self.state is EditionState.SENDING
        return "rehearsing" if is_sending and self.is_rehearsal else self.standing

    def is_held_back(self, now: datetime) -> bool:
        """Whether nothing of it may leave yet."""
        return self.leaves_at is not None and now < self.leaves_at

    @property
    def title(self) -> str:
        """What staff call it: "edition 12", "rehearsal 13"."""
        return f"{'rehearsal' if self.is_rehearsal else 'edition'} {self.id}"


@dataclass(frozen=True, slots=True)
class Slot:
    """One instant at which a schedule of a campaign is due.

    At the last one its last edition is.
    """

    campaign_id: int
    schedule_id: int
    at: datetime
    is_last: bool = False


def locked(connection: Connection, edition_id: int) -> Edition:
    """Return the edition, whose row nobody else moves before the transaction ends.

    Raises NotFound in words, and UnreadableError.
    """
    connection.execute(
        select(edition.c.id).where(edition.c.id == edition_id).with_for_update()
    )
    return get(connection, edition_id)


def get(connection: Connection, edition_id: int) -> Edition:
    """Return the edition. Raises NotFound in words, and UnreadableError."""
    readable, faults = read_each(
        connection,
        _numbered(connection, edition_id),
        edition.c.id,
        _edition,
        partial(rows_of, connection, _numbered, edition_id),
    )
    for why in faults.values():
        raise _unreadable(edition_id, why)
    if not readable:
        raise NotFound(
            f"there is no edition {edition_id}; "
            "see those there are with: digest edition list CAMPAIGN"
        )
    return readable[0]


def _numbered(_connection: Connection, edition_id: int) -> Select[Any]:
    return editions_query().where(edition.c.id == edition_id)


def at_slot(connection: Connection, schedule_id: int, slot: datetime) -> Edition | None:
    """Return the edition of a schedule's slot, if it has been made in our mode."""
    matching = editions_query().where(
        edition.c.schedule_id == schedule_id,
        edition.c.slot == slot,
        edition.c.mode == mode_of(connection),
    )
    row = connection.execute(matching).first()
    return None if row is None else _edition(row)


def made_at(connection: Connection, schedule_id: int, slot: datetime) -> Edition:
    """Return the edition of a slot for which one was just made."""
    edition = at_slot(connection, schedule_id, slot)
    if edition is None:
        raise LookupError("an edition that was just made is there")
    return edition


def by_code(connection: Connection, code: str) -> Edition | None:
    """Return the edition of that code, if there is one that can be read."""
    readable = read_editions(connection, editions_query().where(edition.c.code == code))
    return readable[0] if readable else None


def of_campaign(connection: Connection, campaign_id: int) -> list[Edition]:
    """Return a campaign's editions, newest slot first."""
    matching = editions_query().where(edition.c.campaign_id == campaign_id)
    return read_editions(
        connection, matching.order_by(edition.c.slot.desc(), edition.c.id)
    )


def latest(connection: Connection, campaign_id: int, most: int) -> list[Edition]:
    """Return the newest editions of a campaign, newest slot first.

    In a transaction that only reads, those of every campaign are read at once.
    """
    if not is_read_once(connection):
        return of_campaign(connection, campaign_id)[:most]

    if most > LATEST_AT_MOST:
        raise ValueError(f"no more than {LATEST_AT_MOST} are read ahead")
    every = read_once(
        connection, "latest editions", lambda: _each_of(connection, _latest)[0]
    )
    of_it = sorted(every, key=lambda each: each.id)
    of_it.sort(key=lambda each: each.slot, reverse=True)
    return [each for each in of_it if each.campaign_id == campaign_id][:most]


def _latest(_connection: Connection) -> Select[Any]:
    place = func.row_number().over(
        partition_by=edition.c.campaign_id,
        order_by=(edition.c.slot.desc(), edition.c.id),
    )
    places = select(edition.c.id, place.label("place")).subquery()
    return editions_query().where(
        edition.c.id.in_(select(places.c.id).where(places.c.place <= LATEST_AT_MOST))
    )


def unfinished(connection: Connection) -> list[Edition]:
    """Return every edition of our mode that has somewhere to go, oldest slot first.

    Those of paused campaigns, and live ones that await golive, stay where they are.
    """
    every = _each_of(connection, _unfinished)[0]
    return sorted(every, key=lambda each: (each.slot, each.id))


def _unfinished(connection: Connection) -> Select[Any]:
    return editions_query().where(
        edition.c.state.in_(EDITION_MOVES.unfinished),
        campaign.c.paused_at.is_(None),
        going_live.may_go(connection),
    )


def in_states(connection: Connection, states: Iterable[EditionState]) -> list[Edition]:
    """Return every edition of our mode in one of the states, oldest slot first."""
    matching = editions_query().where(
        edition.c.state.in_(states), edition.c.mode == mode_of(connection)
    )
    return read_editions(connection, matching.order_by(edition.c.slot, edition.c.id))


def going(connection: Connection) -> list[Edition]:
    """Return every edition of our mode whose copies may leave, oldest slot first."""
    listed = in_states(connection, (EditionState.APPROVED, *GOING))
    return [each for each in listed if each.is_going]


def unreadable(connection: Connection) -> list[UnreadableError]:
    """Return which editions that have not ended have rows that cannot be read.

    Lists of editions leave them out.
    """
    _, faults = read_once(
        connection,
        "editions that have not ended",
        lambda: _each_of(connection, _not_ended),
    )
    return [_unreadable(row_id, why) for row_id, why in faults.items()]


def _not_ended(_connection: Connection) -> Select[Any]:
    return editions_query().where(edition.c.state.not_in(EDITION_MOVES.ended))


# What is asked of all campaigns' editions, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_latest,), (_unfinished,), (_not_ended,))


def slots_made(
    connection: Connection, schedule_id: int, after: datetime
) -> set[datetime]:
    """Return the slots later than `after` that have an edition of our mode."""
    since = select(edition.c.slot).where(
        edition.c.schedule_id == schedule_id,
        edition.c.slot > after,
        edition.c.mode == mode_of(connection),
    )
    if not is_read_once(connection):
        return set(connection.scalars(since))

    def of_each() -> dict[int, list[datetime]]:
        rows = connection.execute(
            select(edition.c.schedule_id, edition.c.slot)
            .join(schedule, schedule.c.id == edition.c.schedule_id)
            .where(schedule.c.ended_at.is_(None), edition.c.mode == mode_of(connection))
        )
        slots = dict[int, list[datetime]]()
        for row in rows:
            slots.setdefault(row.schedule_id, []).append(row.slot)
        return slots

    slots = read_once(connection, "slots made", of_each).get(schedule_id, [])
    return {slot for slot in slots if slot > after}


def questions_of(edition_id: int) -> tuple[Asked, ...]:
    """Return what `get` asks, to be asked with others."""
    return ((_numbered, edition_id),)


def editions_query() -> Select[Any]:
    """Return the query of every edition, for `read_editions`."""
    return (
        select(
            edition,
            campaign.c.name.label("campaign_name"),
            schedule.c.name.label("schedule_name"),
        )
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .join(schedule, schedule.c.id == edition.c.schedule_id)
    )


def _unreadable(edition_id: int, why: str) -> UnreadableError:
    return UnreadableError(
        f"Edition {edition_id} cannot be read, so it stays where it is: {why}.",
        "Mend its row in the database, or restore a backup from before.",
    )


def read_editions(connection: Connection, query: Select[Any]) -> list[Edition]:
    """Return the editions of a query that can be read, in its order."""
    return read_each(connection, query, edition.c.id, _edition)[0]


def _each_of(
    connection: Connection, question: Question
) -> tuple[list[Edition], dict[int, str]]:
    query = question(connection)
    ahead = partial(rows_of, connection, question)
    return read_each(connection, query, edition.c.id, _edition, ahead)


def stretches_of(rows: Sequence[Any] | None) -> tuple[DueStretch, ...]:
    """Return the stretches of the log that a row of an edition has carried in."""
    return tuple(
        DueStretch(since, upto, tuple((start, end) for start, end in had))
        for since, upto, had in rows or ()
    )


def _edition(row: Row[Any]) -> Edition:
    return Edition(
        id=row.id,
        code=row.code,
        campaign_id=row.campaign_id,
        campaign=row.campaign_name,
        schedule_id=row.schedule_id,
        schedule=row.schedule_name,
        slot=row.slot,
        mode=Mode(row.mode),
        state=EditionState(row.state),
        upto=row.upto,
        reason=row.reason,
        is_last=row.is_last,
        plan_cursor=row.plan_cursor,
        approved_by=tuple(row.approved_by or ()),
        leaves_at=row.leaves_at,
        recalled_at=row.recalled_at,
        stopped_at=row.stopped_at,
        carried_in=stretches_of(row.carried_in),
        frozen_at=row.frozen_at,
        planned_at=row.planned_at,
        deliver_by=row.deliver_by,
        ended_at=row.ended_at,
    )
