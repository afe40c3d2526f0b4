"""How an edition goes on: the one door for its state, and what is noted besides."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, select, update

from digest.model.editions.edition import DONE, EditionState
from digest.model.editions.mode import Mode
from digest.model.moves import EDITION_MOVES
from digest.model.webhooks import WebhookKind
from digest.store.base.codes import derived_code
from digest.store.base.modes import mode_of
from digest.store.base.tables import campaign, edition, handover, schedule
from digest.store.base.upsert import insert_new
from digest.store.campaigns import going_live
from digest.store.editions import editions
from digest.store.editions.editions import Slot
from digest.store.staff.audit import Act, record
from digest.store.webhooks.outbox import tell

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
_WEBHOOKS = {
    EditionState.FROZEN: WebhookKind.EDITION_FROZEN,
    EditionState.APPROVED: WebhookKind.EDITION_APPROVED,
    EditionState.SENT: WebhookKind.EDITION_SENT,
    EditionState.REHEARSED: WebhookKind.EDITION_SENT,
    EditionState.STOPPED: WebhookKind.EDITION_STOPPED,
    EditionState.SKIPPED: WebhookKind.EDITION_SKIPPED,
    EditionState.CANCELLED: WebhookKind.EDITION_CANCELLED,
}


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
        .values(state=to, is_tallied=False, **stamp, **facts)
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
        if to in _WEBHOOKS:
            tell(connection, _WEBHOOKS[to], now, lambda: _facts(connection, edition_id))
    return moved.rowcount == 1


def _facts(connection: Connection, edition_id: int) -> list[dict[str, Any]]:
    """Return what webhooks say of an edition."""
    row = connection.execute(
        select(
            campaign.c.name,
            schedule.c.name.label("schedule"),
            edition.c.slot,
            edition.c.mode,
        )
        .join_from(edition, campaign, campaign.c.id == edition.c.campaign_id)
        .join(schedule, schedule.c.id == edition.c.schedule_id)
        .where(edition.c.id == edition_id)
    ).one()
    return [
        {
            "edition": edition_id,
            "campaign": row.name,
            "schedule": row.schedule,
            "slot": row.slot.isoformat(),
            "mode": row.mode,
        }
    ]


def end(connection: Connection, edition_id: int, now: datetime) -> bool:
    """Call the edition sent, rehearsed or stopped, if that is legal; see `move`."""
    stands = editions.get(connection, edition_id)
    to = EditionState.STOPPED if stands.stopped_at else DONE[stands.mode]
    return move(connection, edition_id, to, now)


def recall(connection: Connection, edition_id: int, now: datetime) -> bool:
    """Open a frozen or approved edition that nobody is planned for once more.

    What it carries may be changed again, and it goes on by a person's word alone.
    False where it stands elsewhere, or planning has begun.
    """
    stands = editions.locked(connection, edition_id)
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
