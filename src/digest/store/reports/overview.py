"""What staff see at a glance: read-only counts and lists across the tables."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select

from digest.errors import NotFound
from digest.model.delivery.delivery import DeliveryState
from digest.store import limits
from digest.store.base.tables import (
    delivery,
    item,
    left_out,
    mailing_list,
    print_batch,
    reader,
    subscriber,
    subscription,
)
from digest.store.delivery.by_channel import IS_EMAIL, IS_LETTER

_UNSERVED = (
    DeliveryState.REFUSED,
    DeliveryState.EXPIRED,
    DeliveryState.UNCERTAIN,
)


@dataclass(frozen=True, slots=True)
class UnservedReader:
    """A reader an edition did not reach, and what would help.

    `state` is a delivery's, or "left-out".
    """

    edition_id: int
    reader_id: int
    name: str
    reason: str
    state: str


def readers_by_format(connection: Connection, campaign_id: int) -> dict[str, int]:
    """Return how many readers a campaign has of each format."""
    rows = connection.execute(
        select(reader.c.format, func.count())
        .where(reader.c.campaign_id == campaign_id)
        .group_by(reader.c.format)
        .order_by(reader.c.format)
    )
    return {row[0]: row[1] for row in rows}


def posts_waiting(connection: Connection, campaign_id: int) -> int:
    """Return how many accepted items wait for staff to release them."""
    waiting = select(func.count()).where(
        item.c.campaign_id == campaign_id,
        item.c.position.is_(None),
        item.c.withdrawn_at.is_(None),
        item.c.passed_over.is_(False),
        item.c.duplicate_of.is_(None),
    )
    return connection.scalar(waiting) or 0


def copies(connection: Connection, edition_id: int) -> dict[tuple[str, str], int]:
    """Return an edition's deliveries counted by (channel, state)."""
    rows = connection.execute(
        select(delivery.c.channel, delivery.c.state, func.count())
        .where(delivery.c.edition_id == edition_id)
        .group_by(delivery.c.channel, delivery.c.state)
        .order_by(delivery.c.channel, delivery.c.state)
    )
    return {(channel, state): count for channel, state, count in rows}


def list_counts(connection: Connection, name: str) -> dict[str, int]:
    """Return how many are on a mailing list and have left it.

    Raises NotFound listing the lists there are.
    """
    list_id = connection.scalar(
        select(mailing_list.c.id).where(mailing_list.c.name == name)
    )
    if list_id is None:
        names = connection.scalars(select(mailing_list.c.name).order_by("name")).all()
        there = ", ".join(names) or "none yet"
        raise NotFound(f'no mailing list is called "{name}"; there are: {there}')
    ever, ended = connection.execute(
        select(
            func.count(subscription.c.subscriber_id),
            func.count(subscription.c.ended_at),
        ).where(subscription.c.mailing_list_id == list_id)
    ).one()
    return {"subscribed": ever - ended, "left": ended}


def emails_due(connection: Connection, now: datetime) -> int:
    """Return how many emails are planned for now or before, in all editions."""
    matching = select(func.count()).where(
        IS_EMAIL,
        delivery.c.state == DeliveryState.PLANNED,
        or_(delivery.c.next_attempt_at.is_(None), delivery.c.next_attempt_at <= now),
    )
    return connection.scalar(matching) or 0


def not_served(
    connection: Connection, edition_id: int, most: int = limits.UNSERVED_NAMED
) -> list[UnservedReader]:
    """Return whom an edition did not reach, by reader, and no more than `most`."""
    out = (
        select(
            left_out.c.edition_id,
            left_out.c.reader_id,
            subscriber.c.name,
            left_out.c.reason,
            literal("left-out"),
        )
        .join(reader, reader.c.id == left_out.c.reader_id)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(_is_out(edition_id))
        .order_by(left_out.c.reader_id)
    )
    refused = (
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            subscriber.c.name,
            delivery.c.reply,
            delivery.c.state,
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(_is_unserved(edition_id))
        .order_by(delivery.c.reader_id)
    )
    rows = [
        *connection.execute(out.limit(most)),
        *connection.execute(refused.limit(most)),
    ]
    unserved = sorted(rows, key=lambda row: row.reader_id)[:most]
    return [UnservedReader(*row) for row in unserved]


def count_not_served(connection: Connection, edition_id: int) -> int:
    """Return how many an edition did not reach."""
    out = select(func.count()).select_from(left_out).where(_is_out(edition_id))
    refused = select(func.count()).select_from(delivery).where(_is_unserved(edition_id))
    return (connection.scalar(out) or 0) + (connection.scalar(refused) or 0)


def count_letters_waiting(connection: Connection, edition_id: int) -> int:
    """Return how many letters of an edition wait for somebody to mend something."""
    waiting = select(func.count()).select_from(delivery)
    waiting = waiting.where(delivery.c.edition_id == edition_id, _waits_for_a_person())
    return connection.scalar(waiting) or 0


def _is_out(edition_id: int) -> ColumnElement[bool]:
    return and_(left_out.c.edition_id == edition_id, left_out.c.kind == "unreachable")


def _is_unserved(edition_id: int) -> ColumnElement[bool]:
    return and_(
        delivery.c.edition_id == edition_id,
        or_(
            delivery.c.state.in_(_UNSERVED),
            _waits_for_a_person(),
        ),
    )


def _waits_for_a_person() -> ColumnElement[bool]:
    """Return the condition that a letter could not be laid out, and is planned on."""
    return and_(
        delivery.c.state == DeliveryState.PLANNED,
        IS_LETTER,
        delivery.c.reply.is_not(None),
    )


def left_out_counts(connection: Connection, edition_id: int) -> dict[str, int]:
    """Return how many readers an edition left out, by kind."""
    rows = connection.execute(
        select(left_out.c.kind, func.count())
        .where(left_out.c.edition_id == edition_id)
        .group_by(left_out.c.kind)
    )
    return {row[0]: row[1] for row in rows}


def print_batches(
    connection: Connection, edition_id: int
) -> list[tuple[int, str, str]]:
    """Return (id, state, path of the PDF) of an edition's print batches."""
    rows = connection.execute(
        select(print_batch.c.id, print_batch.c.state, print_batch.c.pdf)
        .where(print_batch.c.edition_id == edition_id)
        .order_by(print_batch.c.id)
    )
    return [(row.id, row.state, row.pdf) for row in rows]
