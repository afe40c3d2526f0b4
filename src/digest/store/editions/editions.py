"""Editions: one row per slot, moved from state to state in one place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from digest.errors import NotFound, UnreadableError
from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState
from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.edition import DONE, EditionState
from digest.model.editions.mode import Mode
from digest.model.moves import EDITION_MOVES
from digest.store.base.codes import derived_code
from digest.store.base.modes import mode_of
from digest.store.base.row_faults import read_each
from digest.store.base.tables import campaign, delivery, edition, handover, schedule
from digest.store.base.upsert import insert_new
from digest.store.campaigns import going_live
from digest.store.staff.audit import Act, record

CODE_LETTERS = 8
_STAMPS = {
    EditionState.FROZEN: "frozen_at",
    EditionState.APPROVED: "approved_at",
    EditionState.PLANNED: "planned_at",
    EditionState.SENT: "ended_at",
    EditionState.REHEARSED: "ended_at",
    EditionState.SKIPPED: "ended_at",
    EditionState.MISSED: "ended_at",
    EditionState.CANCELLED: "ended_at",
    EditionState.STOPPED: "ended_at",
}
# From there the whole of an edition can be called back,
_RECALLED_FROM = (EditionState.FROZEN, EditionState.APPROVED)
# and this is as if it had not been.
_OF_FREEZING = (
    "upto",
    "carried_in",
    "frozen_at",
    "approved_at",
    "approved_by",
    "leaves_at",
)
# What somebody does who moves it there.
_VERBS = {
    EditionState.OPEN: "opened",
    EditionState.FROZEN: "froze",
    EditionState.APPROVED: "approved",
    EditionState.PLANNED: "planned",
    EditionState.SENDING: "began to send",
    EditionState.SENT: "finished",
    EditionState.REHEARSED: "rehearsed",
    EditionState.SKIPPED: "skipped",
    EditionState.MISSED: "gave up",
    EditionState.CANCELLED: "cancelled",
    EditionState.STOPPED: "ended the stopped",
}


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


def open_at(
    connection: Connection,
    slot: Slot,
    now: datetime,
    leaves_at: datetime | None = None,
) -> bool:
    """Make the slot's edition, open; False where there is one already.

    Nothing of it leaves before `leaves_at`, where that is given.

    In practice mode it is a rehearsal, and from then on nothing of any campaign
    is sent live before a person says golive.
    """
    return _make(connection, slot, now, state=EditionState.OPEN, leaves_at=leaves_at)


def miss(connection: Connection, slot: Slot, now: datetime, reason: str) -> bool:
    """Record that the slot was missed; False where there is an edition already."""
    facts = {"state": EditionState.MISSED, "reason": reason, "ended_at": now}
    return _make(connection, slot, now, **facts)


def _make(connection: Connection, slot: Slot, now: datetime, **facts: Any) -> bool:
    mode = mode_of(connection)
    row = {
        "campaign_id": slot.campaign_id,
        "schedule_id": slot.schedule_id,
        "slot": slot.at,
        "mode": mode,
        "is_last": slot.is_last,
        "opened_at": now,
    }
    if mode is Mode.PRACTICE:
        going_live.close_door(connection)
    for code in codes_of(connection, slot, mode):
        if insert_new(connection, edition, [row | facts | {"code": code}]):
            break
        if _id_at(connection, slot, mode) is not None:
            return False
    edition_id, at = _id_at(connection, slot, mode), slot.at
    after = {"slot": at, "state": facts["state"], "reason": facts.get("reason")}
    if mode is Mode.PRACTICE:
        after["mode"] = mode
    act = Act(
        _VERBS[facts["state"]],
        edition_id=edition_id,
        after={name: value for name, value in after.items() if value},
    )
    record(connection, act, now)
    return True


def codes_of(connection: Connection, slot: Slot, mode: Mode) -> Iterator[str]:
    """Yield the codes that the slot's edition may have: the first that is free is it.

    They are the same after a restore. The database's own id is in them, so that
    nobody outside can tell the code of an edition to come.
    """
    of = connection.execute(
        select(
            handover.c.database_id, campaign.c.name, schedule.c.name.label("schedule")
        )
        .join_from(campaign, schedule, schedule.c.campaign_id == campaign.c.id)
        .join(handover, handover.c.id == 1)
        .where(schedule.c.id == slot.schedule_id)
    ).one()
    at = slot.at.astimezone(UTC).isoformat()
    for attempt in count():
        yield derived_code(
            CODE_LETTERS, of.database_id, of.name, of.schedule, at, mode, attempt
        )


def _id_at(connection: Connection, slot: Slot, mode: Mode) -> int | None:
    return connection.scalar(
        select(edition.c.id).where(
            edition.c.schedule_id == slot.schedule_id,
            edition.c.slot == slot.at,
            edition.c.mode == mode,
        )
    )


def move(
    connection: Connection,
    edition_id: int,
    to: EditionState,
    now: datetime,
    only_from: EditionState | None = None,
    **facts: Any,
) -> bool:
    """Move the edition to `to` if that is a legal move from where it stands.

    The one door for an edition's state. `only_from` narrows the move to one of
    the states that it may come from. `facts` are further columns set in the
    same statement. False where somebody else has moved it meanwhile.
    """
    stamp = {_STAMPS[to]: now} if to in _STAMPS else {}
    before = connection.scalar(
        select(edition.c.state).where(edition.c.id == edition_id)
    )
    moved = connection.execute(
        update(edition)
        .where(
            edition.c.id == edition_id,
            edition.c.state.in_(EDITION_MOVES.sources_of(to, only_from)),
        )
        .values(state=to, **stamp, **facts)
    )
    if moved.rowcount:
        known_facts = {name: value for name, value in facts.items() if value}
        is_recalled = to is EditionState.OPEN
        act = Act(
            "called back" if is_recalled else _VERBS[to],
            edition_id=edition_id,
            before={"state": before},
            after={"state": to} | known_facts,
        )
        record(connection, act, now)
    return moved.rowcount == 1


def end(connection: Connection, edition_id: int, now: datetime) -> bool:
    """Call the edition sent, rehearsed or stopped, if that is legal; see `move`."""
    stands = get(connection, edition_id)
    to = EditionState.STOPPED if stands.stopped_at else DONE[stands.mode]
    return move(connection, edition_id, to, now)


def recall(connection: Connection, edition_id: int, now: datetime) -> bool:
    """Open a frozen or approved edition that nobody is planned for once more.

    What it carries may be changed again, and it goes on by a person's word alone.
    False where it stands elsewhere, or planning has begun.
    """
    stands = locked(connection, edition_id)
    if stands.plan_cursor or stands.state not in _RECALLED_FROM:
        return False
    fresh = dict.fromkeys(_OF_FREEZING)
    return move(
        connection,
        edition_id,
        EditionState.OPEN,
        now,
        only_from=stands.state,
        recalled_at=now,
        **fresh,
    )


def note_stop(
    connection: Connection, edition_id: int, now: datetime, copies: int
) -> bool:
    """Have no copy leave from now on that has not left; False where one did that.

    It ends, stopped, when those that are leaving have ended. `copies` is how many
    are kept back, for the record.
    """
    noted = connection.execute(
        update(edition)
        .where(edition.c.id == edition_id, edition.c.stopped_at.is_(None))
        .values(stopped_at=now)
    )
    if noted.rowcount:
        act = Act("stopped", edition_id=edition_id, after={"kept back": copies})
        record(connection, act, now)
    return noted.rowcount == 1


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
    matching = _editions().where(edition.c.id == edition_id)
    readable, faults = read_each(connection, matching, edition.c.id, _edition)
    for why in faults.values():
        raise _unreadable(edition_id, why)
    if not readable:
        raise NotFound(
            f"there is no edition {edition_id}; "
            "see those there are with: digest edition list CAMPAIGN"
        )
    return readable[0]


def at_slot(connection: Connection, schedule_id: int, slot: datetime) -> Edition | None:
    """Return the edition of a schedule's slot, if it has been made in our mode."""
    matching = _editions().where(
        edition.c.schedule_id == schedule_id,
        edition.c.slot == slot,
        edition.c.mode == mode_of(connection),
    )
    row = connection.execute(matching).first()
    return None if row is None else _edition(row)


def by_code(connection: Connection, code: str) -> Edition | None:
    """Return the edition of that code, if there is one that can be read."""
    readable = _readable(connection, _editions().where(edition.c.code == code))
    return readable[0] if readable else None


def of_campaign(connection: Connection, campaign_id: int) -> list[Edition]:
    """Return a campaign's editions, newest slot first."""
    matching = _editions().where(edition.c.campaign_id == campaign_id)
    return _readable(connection, matching.order_by(edition.c.slot.desc(), edition.c.id))


def planned(connection: Connection, most: int, skip: int = 0) -> list[Edition]:
    """Return editions that readers were planned for, newest slot first."""
    matching = _editions().where(
        edition.c.state.in_(
            [
                EditionState.PLANNED,
                EditionState.SENDING,
                EditionState.SENT,
                EditionState.REHEARSED,
            ]
        )
    )
    newest = matching.order_by(edition.c.slot.desc(), edition.c.id.desc())
    return _readable(connection, newest.limit(most).offset(skip))


def unfinished(connection: Connection) -> list[Edition]:
    """Return every edition of our mode that has somewhere to go, oldest slot first.

    Those of paused campaigns, and live ones that await golive, stay where they are.
    """
    matching = _editions().where(
        edition.c.state.in_(EDITION_MOVES.unfinished),
        campaign.c.paused_at.is_(None),
        going_live.may_go(connection),
    )
    return _readable(connection, matching.order_by(edition.c.slot, edition.c.id))


def in_states(connection: Connection, states: Iterable[EditionState]) -> list[Edition]:
    """Return every edition of our mode in one of the states, oldest slot first."""
    matching = _editions().where(
        edition.c.state.in_(states), edition.c.mode == mode_of(connection)
    )
    return _readable(connection, matching.order_by(edition.c.slot, edition.c.id))


def unreadable(connection: Connection) -> list[UnreadableError]:
    """Return which editions that have not ended have rows that cannot be read.

    Lists of editions leave them out.
    """
    matching = _editions().where(edition.c.state.not_in(EDITION_MOVES.ended))
    _, faults = read_each(connection, matching, edition.c.id, _edition)
    return [_unreadable(row_id, why) for row_id, why in faults.items()]


def slots_made(
    connection: Connection, schedule_id: int, after: datetime
) -> set[datetime]:
    """Return the slots later than `after` that have an edition of our mode."""
    return set(
        connection.scalars(
            select(edition.c.slot).where(
                edition.c.schedule_id == schedule_id,
                edition.c.slot > after,
                edition.c.mode == mode_of(connection),
            )
        )
    )


def upto_before(
    connection: Connection, schedule_id: int, slot: datetime, mode: Mode
) -> int:
    """Return where the schedule's editions before `slot` have come to in the log.

    Those that count in `mode`, but for any of that mode whose copies are all owed:
    nobody has had it. Or where live editions begin, if that is later.
    """
    begins = (
        select(campaign.c.live_from)
        .join(schedule, schedule.c.campaign_id == campaign.c.id)
        .where(schedule.c.id == schedule_id)
    )
    last = select(func.max(edition.c.upto)).where(
        edition.c.schedule_id == schedule_id,
        edition.c.slot < slot,
        edition.c.mode.in_(mode.counted),
        edition.c.state != EditionState.CANCELLED,
        not_(and_(edition.c.mode == mode, _is_owed_to_all())),
    )
    first: int = connection.scalars(begins).one()
    return max(connection.scalar(last) or 0, first)


def _is_owed_to_all() -> ColumnElement[bool]:
    """Return the condition that an edition's copies are owed, and none has left."""
    of_it = exists().where(delivery.c.edition_id == edition.c.id)
    is_owed = or_(delivery.c.owes, delivery.c.carried_by != delivery.c.edition_id)
    otherwise = [state for state in DeliveryState if state not in NEVER_LEFT]
    return and_(
        of_it.where(delivery.c.state.in_(NEVER_LEFT), is_owed),
        not_(of_it.where(delivery.c.state.in_(otherwise))),
    )


def gone_with(connection: Connection, campaign_id: int, position: int) -> int | None:
    """Return a live edition that carries the position and was approved, if any was."""
    matching = select(edition.c.id).where(
        edition.c.campaign_id == campaign_id,
        edition.c.upto >= position,
        edition.c.approved_at.is_not(None),
        edition.c.mode == Mode.LIVE,
    )
    return connection.scalar(matching.order_by(edition.c.id).limit(1))


def note_approvals(
    connection: Connection, edition_id: int, names: Sequence[str], now: datetime
) -> None:
    """Keep who has approved a frozen edition that needs more people."""
    noted = connection.execute(
        update(edition)
        .where(edition.c.id == edition_id, edition.c.state == EditionState.FROZEN)
        .values(approved_by=list(names))
    )
    if noted.rowcount:
        act = Act(
            "approved, as one of several,",
            edition_id=edition_id,
            after={"approved_by": names},
        )
        record(connection, act, now)


def note_cursor(
    connection: Connection, edition_id: int, reader_id: int, deliver_by: datetime
) -> None:
    """Keep how far planning has come: every reader up to and with this one.

    And until when the copies planned so far are of use: some may leave already.
    """
    connection.execute(
        update(edition)
        .where(edition.c.id == edition_id)
        .values(plan_cursor=reader_id, deliver_by=deliver_by)
    )


def _editions() -> Select[Any]:
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


def _readable(connection: Connection, query: Select[Any]) -> list[Edition]:
    return read_each(connection, query, edition.c.id, _edition)[0]


def _stretches(rows: Sequence[Any] | None) -> tuple[DueStretch, ...]:
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
        carried_in=_stretches(row.carried_in),
        frozen_at=row.frozen_at,
        planned_at=row.planned_at,
        deliver_by=row.deliver_by,
        ended_at=row.ended_at,
    )
