"""Send batches: about a thousand emails, leased to one sender at a time.

The batch carries the lease and its fence; a delivery carries only its state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.limits import READERS_IN_A_BATCH
from digest.model.staff_words import moment_in_words
from digest.store import limits
from digest.store.base.tables import campaign, delivery, edition, send_batch
from digest.store.campaigns.going_live import may_go
from digest.store.campaigns.time_zones import zone_of
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.cancelling import cancel_stopped
from digest.store.delivery.deliveries import move_those
from digest.store.editions import moves
from digest.store.editions.closing import close_edition
from digest.store.editions.holding_back import (
    ON_THEIR_WAY,
    is_going,
    may_leave,
    quiet_until,
)
from digest.store.holds import holds

if TYPE_CHECKING:
    from digest.model.campaigns.campaign import UncertainPolicy

OPEN, LEASED, DONE = "open", "leased", "done"
INTERRUPTED = "the sender stopped before an answer came: it may have arrived"


@dataclass(frozen=True, slots=True)
class Lease:
    """A batch that is ours until the lease runs out.

    `fence` grows with every lease, so that a sender that has lost its own can
    tell. `readers` is the range of ids whose emails are in the batch.
    """

    batch_id: int
    edition_id: int
    readers: range
    fence: int


def cut(
    connection: Connection, edition_id: int, readers: range, now: datetime
) -> list[int]:
    """Make batches of the emails to the edition's readers in that range of ids.

    Returns the ids of the new batches: none where there are no emails.
    """
    reader_id = delivery.c.reader_id
    place = func.row_number().over(order_by=reader_id) - 1
    placed = (
        select(reader_id, (place // READERS_IN_A_BATCH).label("batch"))
        .where(
            delivery.c.edition_id == edition_id,
            reader_id.between(readers.start, readers.stop - 1),
            IS_EMAIL,
        )
        .subquery()
    )
    rows = connection.execute(
        select(func.min(placed.c.reader_id), func.max(placed.c.reader_id))
        .group_by(placed.c.batch)
        .order_by(placed.c.batch)
    ).all()
    if not rows:
        return []
    batches = [
        {
            "edition_id": edition_id,
            "first_reader_id": first,
            "last_reader_id": last,
            "state": OPEN,
            "due_at": now,
        }
        for first, last in rows
    ]
    inserted = insert(send_batch).returning(
        send_batch.c.id, sort_by_parameter_order=True
    )
    return [*connection.scalars(inserted, batches)]


def due(connection: Connection, now: datetime) -> Select[Any]:
    """Return the query for the batches that may be leased, longest due first.

    A batch whose sender let its lease run out is due too. Batches of paused
    campaigns, of editions held back, of those in quiet hours, and of those that may
    not go in our mode, are left alone. While an edition is planned, what is planned
    of it so far may leave.
    """
    is_due = or_(
        and_(send_batch.c.state == OPEN, send_batch.c.due_at <= now),
        and_(send_batch.c.state == LEASED, send_batch.c.lease_until < now),
    )
    return (
        select(send_batch)
        .join(edition, edition.c.id == send_batch.c.edition_id)
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .where(
            is_due,
            edition.c.state.in_(ON_THEIR_WAY),
            campaign.c.paused_at.is_(None),
            may_go(connection),
            may_leave(now),
            edition.c.id.not_in(quiet_until(connection, now)),
        )
        .order_by(send_batch.c.due_at, send_batch.c.id)
    )


def are_at_hand(connection: Connection, now: datetime) -> bool:
    """Whether a batch is due, or leased to anybody."""
    leased = exists().where(send_batch.c.state == LEASED)
    some = or_(due(connection, now).order_by(None).exists(), leased)
    return bool(connection.scalar(select(some)))


def are_leased(connection: Connection, now: datetime) -> bool:
    """Whether a sender has a batch in hand."""
    is_in_hand = (send_batch.c.state == LEASED) & (send_batch.c.lease_until >= now)
    return bool(connection.scalar(select(exists().where(is_in_hand))))


def claim(
    connection: Connection,
    owner: str,
    now: datetime,
    length: timedelta,
    only: int | None = None,
) -> Lease | None:
    """Lease the batch that has been due longest, or None where nothing is due.

    `only` names the one batch that is wanted, and None says that it is not due, or
    that nothing may leave: that is asked here, see `due` and `holds.hand_over`.
    """
    wanted = due(connection, now)
    if only is not None:
        wanted = wanted.where(send_batch.c.id == only)
    row = connection.execute(
        wanted.limit(1).with_for_update(skip_locked=True, of=send_batch)
    ).first()
    if row is None or holds.hand_over(connection, now):
        return None
    connection.execute(
        update(send_batch)
        .where(send_batch.c.id == row.id)
        .values(
            state=LEASED,
            lease_owner=owner,
            lease_until=now + length,
            fence=row.fence + 1,
        )
    )
    moves.move(connection, row.edition_id, EditionState.SENDING, now)
    readers = range(row.first_reader_id, row.last_reader_id + 1)
    lease = Lease(row.id, row.edition_id, readers, row.fence + 1)
    _keep_back_stopped(connection, lease, now)
    return lease


def renew(
    connection: Connection, leases: Sequence[Lease], now: datetime, length: timedelta
) -> list[Lease]:
    """Keep these batches for so long from now; return those that are lost.

    Another sender has taken them over; or all, where nothing may leave any more.
    """
    if holds.hand_over(connection, now):
        return [*leases]
    return [
        lease
        for lease in leases
        if not connection.execute(
            update(send_batch).where(_still(lease)).values(lease_until=now + length)
        ).rowcount
    ]


def finish(connection: Connection, lease: Lease, now: datetime) -> None:
    """Give the batch back: done, or open again for when its next copy is due.

    Changes nothing where another sender has taken it over. Closes the edition
    with its last copy. That its lease ended now is kept, for
    `store.reports.editions.runs`.
    """
    # So that a backup made while it was being sent is older than the mark, too.
    holds.hand_over(connection, now)
    _keep_back_stopped(connection, lease, now)
    waiting = delivery.c.state.in_([DeliveryState.PLANNED, DeliveryState.HANDING_OVER])
    open_copies, soonest, at_once = connection.execute(
        select(
            func.count(),
            func.min(delivery.c.next_attempt_at),
            func.count().filter(delivery.c.next_attempt_at.is_(None)),
        ).where(_within(lease), waiting)
    ).one()
    ended = (
        {"state": OPEN, "due_at": now if at_once else soonest}
        if open_copies
        else {"state": DONE, "due_at": now}
    )
    released = connection.execute(
        update(send_batch)
        .where(_still(lease))
        .values(lease_owner=None, lease_until=now, **ended)
    )
    if released.rowcount and not open_copies:
        close_edition(connection, lease.edition_id, now)


def owners(connection: Connection) -> set[str]:
    """Return who holds a lease."""
    leased = select(send_batch.c.lease_owner).where(send_batch.c.state == LEASED)
    return {owner for owner in connection.scalars(leased) if owner}


def release(connection: Connection, owner: str, now: datetime) -> int:
    """Let the leases of a sender known to be gone run out now; return how many."""
    return connection.execute(
        update(send_batch)
        .where(
            send_batch.c.state == LEASED,
            send_batch.c.lease_owner == owner,
            send_batch.c.lease_until >= now,
        )
        .values(lease_until=now - timedelta(microseconds=1))
    ).rowcount


def doubt(
    connection: Connection, lease: Lease, policy: "UncertainPolicy", now: datetime
) -> int:
    """Mark what an earlier sender left on the wire as uncertain; return how many.

    That, and what was uncertain before, is planned again at once if that is the policy.
    """
    unsettled = delivery.c.state.in_(
        [DeliveryState.HANDING_OVER, DeliveryState.UNCERTAIN]
    )
    # Nearly always there is nothing of either: asked once, where to change them is two
    # looks through the batch.
    if not connection.scalar(select(exists().where(_within(lease), unsettled))):
        return 0
    count = move_those(
        connection,
        _within(lease),
        DeliveryState.UNCERTAIN,
        now,
        attempts=delivery.c.attempts + 1,
        reply=INTERRUPTED,
    )
    repeat_uncertain(connection, lease, policy, now)
    return count


def repeat_uncertain(
    connection: Connection,
    lease: Lease,
    policy: "UncertainPolicy",
    now: datetime,
    at: datetime | None = None,
) -> int:
    """Plan the batch's uncertain copies again, if that is the policy: now or for `at`.

    Those that may have arrived too often, and those of a stopped edition, stay for a
    person to settle. Returns how many are repeated.
    """
    # Here: most looks of a worker find no batch, and need nothing of a campaign.
    from digest.model.campaigns.campaign import UncertainPolicy  # noqa: PLC0415

    if policy is UncertainPolicy.HOLD:
        return 0
    return move_those(
        connection,
        and_(
            _within(lease),
            delivery.c.doubts < limits.DOUBTS,
            is_going(lease.edition_id),
        ),
        DeliveryState.PLANNED,
        now,
        only_from=DeliveryState.UNCERTAIN,
        next_attempt_at=at,
    )


def expire_late(
    connection: Connection, edition_id: int, those: ColumnElement[bool], now: datetime
) -> int:
    """Expire those copies of an edition that would come too late; return how many.

    Only what is planned expires; each keeps the last answer that was given.
    """
    row = connection.execute(
        select(edition.c.deliver_by, edition.c.schedule_id).where(
            edition.c.id == edition_id
        )
    ).first()
    if row is None or row.deliver_by is None or now < row.deliver_by:
        return 0
    by = moment_in_words(row.deliver_by, zone_of(connection, row.schedule_id))
    words = f"too late to be of use: the edition's copies were wanted by {by}; "
    answer = func.coalesce("the last answer was: " + delivery.c.reply, "none was tried")
    return move_those(
        connection,
        and_(delivery.c.edition_id == edition_id, those),
        DeliveryState.EXPIRED,
        now,
        reply=words + answer,
    )


def emails_of(readers: range) -> ColumnElement[bool]:
    """Return the condition that a copy is an email to one of those readers."""
    return and_(IS_EMAIL, delivery.c.reader_id.between(readers.start, readers.stop - 1))


def reopen(connection: Connection, edition_id: int, now: datetime) -> None:
    """Have the batches of what is planned for now sent; a leased one sees by itself."""
    waiting = exists().where(
        delivery.c.edition_id == edition_id,
        IS_EMAIL,
        delivery.c.state == DeliveryState.PLANNED,
        delivery.c.next_attempt_at.is_(None),
        delivery.c.reader_id.between(
            send_batch.c.first_reader_id, send_batch.c.last_reader_id
        ),
    )
    connection.execute(
        update(send_batch)
        .where(
            send_batch.c.edition_id == edition_id,
            send_batch.c.state != LEASED,
            waiting,
        )
        .values(state=OPEN, due_at=now)
    )


def _keep_back_stopped(connection: Connection, lease: Lease, now: datetime) -> None:
    cancel_stopped(connection, lease.edition_id, _within(lease), now)


def _still(lease: Lease) -> ColumnElement[bool]:
    return and_(
        send_batch.c.id == lease.batch_id,
        send_batch.c.state == LEASED,
        send_batch.c.fence == lease.fence,
    )


def _within(lease: Lease) -> ColumnElement[Any]:
    return and_(
        delivery.c.edition_id == lease.edition_id,
        IS_EMAIL,
        delivery.c.reader_id.between(lease.readers.start, lease.readers.stop - 1),
    )
