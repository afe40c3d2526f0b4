"""How an edition's emails are getting on: what goes, what waits, how fast."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    func,
    or_,
    select,
)

from digest.model.delivery.delivery import DeliveryState
from digest.store import limits
from digest.store.base.tables import delivery, send_batch
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.send_batches import DONE, LEASED, OPEN


@dataclass(frozen=True, slots=True)
class DelayedEmails:
    """Emails that have been put off: how many, until when, and why.

    `reasons` are a server's words or ours, each with how many it keeps, the
    most frequent first.
    """

    copies: int = 0
    soonest: datetime | None = None
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RecentOutcomes:
    """Emails that ended lately, and since when."""

    copies: int
    since: datetime


def waits(connection: Connection, edition_id: int, now: datetime) -> DelayedEmails:
    """Return what is put off until later than `now`.

    Only batches that a sender has had in hand are looked at: in the others
    nothing has been put off yet.
    """
    waiting = and_(
        _of_batches(
            edition_id, send_batch.c.state.in_([OPEN, LEASED]), send_batch.c.fence > 0
        ),
        delivery.c.state == DeliveryState.PLANNED,
        delivery.c.next_attempt_at > now,
    )
    copies, soonest = connection.execute(
        select(func.count(), func.min(delivery.c.next_attempt_at)).where(waiting)
    ).one()
    if not copies:
        return DelayedEmails()
    reasons = connection.execute(
        select(delivery.c.reply, func.count())
        .where(waiting)
        .group_by(delivery.c.reply)
        .order_by(func.count().desc(), delivery.c.reply)
        .limit(limits.DELAY_REASONS)
    )
    return DelayedEmails(
        copies, soonest, tuple((row[0] or "", row[1]) for row in reasons)
    )


def lately(
    connection: Connection, edition_id: int, now: datetime, window: timedelta
) -> RecentOutcomes:
    """Return how many emails have ended in the last while, and since when.

    That is the beginning of the window, or the first of them where the run is
    younger. Only batches in hand then are looked at, however long the edition.
    """
    since = now - window
    ended = and_(
        _of_batches(
            edition_id,
            or_(
                send_batch.c.state == LEASED,
                and_(send_batch.c.state == OPEN, send_batch.c.fence > 0),
                and_(send_batch.c.state == DONE, send_batch.c.due_at >= since),
            ),
        ),
        delivery.c.settled_at >= since,
    )
    copies, first = connection.execute(
        select(func.count(), func.min(delivery.c.settled_at)).where(ended)
    ).one()
    return RecentOutcomes(copies, first or since)


def batches(connection: Connection, edition_id: int) -> dict[str, int]:
    """Return how many send batches an edition has in each state."""
    rows = connection.execute(
        select(send_batch.c.state, func.count())
        .where(send_batch.c.edition_id == edition_id)
        .group_by(send_batch.c.state)
    )
    return {row[0]: row[1] for row in rows}


def _of_batches(edition_id: int, *those: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(
        send_batch.c.edition_id == edition_id,
        *those,
        delivery.c.edition_id == edition_id,
        delivery.c.reader_id.between(
            send_batch.c.first_reader_id, send_batch.c.last_reader_id
        ),
        IS_EMAIL,
    )
