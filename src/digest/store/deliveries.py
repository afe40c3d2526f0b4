"""Deliveries: one row per copy, moved from state to state in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from digest.errors import NotFound
from digest.model.deliveries import ENDED, MOVES, DeliveryState, Settlement
from digest.model.readers import Channel
from digest.store.tables import delivery, left_out, reader, subscriber


@dataclass(frozen=True, slots=True)
class Copy:
    """A planned copy: whose, of what, and how often it has been tried."""

    edition_id: int
    reader_id: int
    variant_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """What became of one reader in an edition, served or not."""

    edition_id: int
    reader_id: int
    name: str
    channel: str
    state: str
    attempts: int
    reason: str


def move(
    connection: Connection,
    copy: tuple[int, int],
    to: DeliveryState,
    **facts: Any,
) -> bool:
    """Move the copy of (edition, reader) to `to`, if that is a legal move.

    The one door for a delivery's state. `facts` are further columns set in the
    same statement. False where it stood elsewhere: nothing was changed.
    """
    edition_id, reader_id = copy
    moved = connection.execute(
        update(delivery)
        .where(
            delivery.c.edition_id == edition_id,
            delivery.c.reader_id == reader_id,
            delivery.c.state.in_(_reaching(to)),
        )
        .values(state=to, **facts)
    )
    return moved.rowcount == 1


def move_all(
    connection: Connection, which: Sequence[Any], to: DeliveryState, **facts: Any
) -> int:
    """Move every copy that `which` (conditions) selects; return how many moved."""
    moved = connection.execute(
        update(delivery)
        .where(*which, delivery.c.state.in_(_reaching(to)))
        .values(state=to, **facts)
    )
    return moved.rowcount


def settled(
    connection: Connection, copy: tuple[int, int], end: Settlement, now: datetime
) -> bool:
    """Record what an attempt made of a copy that was being handed over."""
    return move(
        connection,
        copy,
        end.state,
        reply=end.reply,
        next_attempt_at=end.next_attempt_at,
        settled_at=now if end.state in ENDED else None,
    )


def due_between(
    connection: Connection,
    edition_id: int,
    first_and_last: tuple[int, int],
    now: datetime,
) -> list[Copy]:
    """Return the planned emails of a stretch of readers whose time has come."""
    rows = connection.execute(
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            delivery.c.variant_id,
            delivery.c.attempts,
        )
        .where(
            delivery.c.edition_id == edition_id,
            delivery.c.reader_id.between(*first_and_last),
            delivery.c.channel == Channel.EMAIL,
            delivery.c.state == DeliveryState.PLANNED,
            or_(
                delivery.c.next_attempt_at.is_(None), delivery.c.next_attempt_at <= now
            ),
        )
        .order_by(delivery.c.reader_id)
    )
    return [Copy(*row) for row in rows]


def next_attempt(
    connection: Connection,
    edition_id: int,
    first_and_last: tuple[int, int],
    now: datetime,
) -> datetime | None:
    """Return when the next planned email of a stretch is due; None: all have ended."""
    times = connection.scalars(
        select(delivery.c.next_attempt_at).where(
            delivery.c.edition_id == edition_id,
            delivery.c.reader_id.between(*first_and_last),
            delivery.c.channel == Channel.EMAIL,
            delivery.c.state == DeliveryState.PLANNED,
        )
    )
    return min((at or now for at in times), default=None)


def open_count(connection: Connection, edition_id: int) -> int:
    """Return how many copies of an edition have not come to an end."""
    found = select(func.count()).where(
        delivery.c.edition_id == edition_id, delivery.c.state.not_in(ENDED)
    )
    return connection.scalar(found) or 0


def listed(
    connection: Connection, edition_id: int, state: str | None = None
) -> list[ListedDelivery]:
    """Return every reader an edition was for: their copy, or why there is none."""
    copies = connection.execute(
        select(delivery, subscriber.c.name)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(delivery.c.edition_id == edition_id)
    )
    others = connection.execute(
        select(left_out, subscriber.c.name)
        .join(reader, reader.c.id == left_out.c.reader_id)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(left_out.c.edition_id == edition_id)
    )
    found = [
        ListedDelivery(
            edition_id,
            row.reader_id,
            row.name,
            row.channel,
            row.state,
            row.attempts,
            row.reply or "",
        )
        for row in copies
    ]
    found += [
        ListedDelivery(
            edition_id, row.reader_id, row.name, "-", row.kind, 0, row.reason
        )
        for row in others
    ]
    kept = [one for one in found if state is None or one.state == state]
    return sorted(kept, key=lambda one: one.reader_id)


def settle_uncertain(
    connection: Connection, copy: tuple[int, int], to: DeliveryState, now: datetime
) -> None:
    """Settle an uncertain copy as a person says. Raises NotFound if it is not one."""
    edition_id, reader_id = copy
    done = connection.execute(
        update(delivery)
        .where(
            delivery.c.edition_id == edition_id,
            delivery.c.reader_id == reader_id,
            delivery.c.state == DeliveryState.UNCERTAIN,
        )
        .values(state=to, settled_at=now if to in ENDED else None, next_attempt_at=None)
    )
    if done.rowcount != 1:
        raise NotFound(
            f"delivery {edition_id}-{reader_id} is not uncertain; see: "
            f"digest deliveries {edition_id} --state uncertain"
        )


def _reaching(to: DeliveryState) -> list[DeliveryState]:
    return [at for at, reach in MOVES.items() if to in reach]
