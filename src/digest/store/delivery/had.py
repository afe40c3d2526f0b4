"""Copies that readers have had, as a person or a mail server's record says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select

from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState
from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.model.moves import DELIVERY_MOVES
from digest.store.base.bulk import one_of
from digest.store.base.modes import mode_of
from digest.store.base.tables import delivery, edition, reader, subscriber, variant
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.deliveries import move_those
from digest.store.editions.closing import close_edition
from digest.store.people.owed import stretch_of

_ENDS = DELIVERY_MOVES.ended
# A mail server took none of these.
_NEVER_HAD = (*NEVER_LEFT, DeliveryState.REFUSED)


@dataclass(frozen=True, slots=True)
class ReaderEmail:
    """A reader and where they are written to; `key` is what the address is known by."""

    reader_id: int
    email: str
    key: str


def unsettled(connection: Connection) -> dict[int, dict[str, int]]:
    """Return how many copies of each edition of our mode have no end, by channel."""
    rows = connection.execute(
        select(delivery.c.edition_id, delivery.c.channel, func.count())
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(delivery.c.state.not_in(_ENDS), edition.c.mode == mode_of(connection))
        .group_by(delivery.c.edition_id, delivery.c.channel)
        .order_by(delivery.c.edition_id, delivery.c.channel)
    )
    counts: dict[int, dict[str, int]] = {}
    for edition_id, channel, count in rows:
        counts.setdefault(edition_id, {})[channel] = count
    return counts


def emails(
    connection: Connection, edition_id: int, *, is_unsettled: bool
) -> Iterator[ReaderEmail]:
    """Yield whose emails of the edition have no end yet, or have one."""
    has_end = delivery.c.state.in_(_ENDS)
    rows = connection.execute(
        select(delivery.c.reader_id, subscriber.c.email, subscriber.c.email_key)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(
            delivery.c.edition_id == edition_id,
            IS_EMAIL,
            ~has_end if is_unsettled else has_end,
            subscriber.c.email.is_not(None),
        )
    )
    yield from map(_reader_email, rows)


def readers_by_email(connection: Connection, schedule_id: int) -> Iterator[ReaderEmail]:
    """Yield the readers of a schedule who have an email address."""
    rows = connection.execute(
        select(
            reader.c.id.label("reader_id"), subscriber.c.email, subscriber.c.email_key
        )
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(reader.c.schedule_id == schedule_id, subscriber.c.email.is_not(None))
    )
    yield from map(_reader_email, rows)


def readers_with_copy(
    connection: Connection, edition_id: int, reader_ids: Sequence[int]
) -> set[int]:
    """Return which of these readers have a copy of the edition."""
    rows = select(delivery.c.reader_id).where(
        delivery.c.edition_id == edition_id,
        one_of(connection, delivery.c.reader_id, reader_ids),
    )
    return {*connection.scalars(rows)}


@dataclass(frozen=True, slots=True)
class HadCopy:
    """A copy that a reader has had, or is to get: of what, by which channel."""

    edition_id: int
    channel: str
    state: DeliveryState
    key: VariantKey


def copies_had(
    connection: Connection, reader_ids: Sequence[int], mode: Mode
) -> Iterator[HadCopy]:
    """Yield the copies that these readers have had, or are to get.

    Live copies count in rehearsals too.
    """
    settled_by_a_person = and_(
        delivery.c.state.in_(NEVER_LEFT),
        delivery.c.carried_by == delivery.c.edition_id,
    )
    rows = connection.execute(
        select(variant, delivery.c.channel, delivery.c.state)
        .join(delivery, delivery.c.variant_id == variant.c.id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(
            one_of(connection, delivery.c.reader_id, reader_ids),
            edition.c.mode.in_((mode, Mode.LIVE)),
            or_(not_(delivery.c.state.in_(_NEVER_HAD)), settled_by_a_person),
        )
    )
    for row in rows:
        topics, fmt = tuple(row.topics), named(row.format)
        key = VariantKey(stretch_of(row), topics, fmt, row.language)
        state = DeliveryState(row.state)
        yield HadCopy(row.edition_id, row.channel, state, key)


def settle(
    connection: Connection,
    edition_id: int,
    why: str,
    now: datetime,
    reader_ids: Sequence[int] | None = None,
) -> int:
    """Call accepted the copies of an edition that have no end; return how many.

    All of them, or those of these readers. `why` says who says so. Closes the edition
    with its last copy.
    """
    those: ColumnElement[Any] = delivery.c.edition_id == edition_id
    if reader_ids is not None:
        those = and_(those, one_of(connection, delivery.c.reader_id, reader_ids))
    move_those(
        connection,
        those,
        DeliveryState.HANDING_OVER,
        now,
        only_from=DeliveryState.PLANNED,
        reply=why,
    )
    count = move_those(
        connection,
        and_(those, delivery.c.state.not_in(_ENDS)),
        DeliveryState.ACCEPTED,
        now,
        reply=why,
        next_attempt_at=None,
    )
    close_edition(connection, edition_id, now)
    return count


def _reader_email(row: Any) -> ReaderEmail:
    return ReaderEmail(row.reader_id, row.email, row.email_key or row.email.lower())
