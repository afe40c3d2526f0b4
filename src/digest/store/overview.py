"""What staff see at a glance: read-only counts and lists across the tables."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from digest.errors import NotFound
from digest.store.tables import (
    delivery,
    item,
    left_out,
    mailing_list,
    print_batch,
    reader,
    subscriber,
    subscription,
)


@dataclass(frozen=True, slots=True)
class NotServed:
    """A reader an edition did not reach, and what would help."""

    edition_id: int
    reader_id: int
    name: str
    reason: str


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
    ever, left = connection.execute(
        select(
            func.count(subscription.c.subscriber_id),
            func.count(subscription.c.ended_at),
        ).where(subscription.c.mailing_list_id == list_id)
    ).one()
    return {"subscribed": ever - left, "left": left}


def emails_due(connection: Connection, now: datetime) -> int:
    """Return how many emails are planned for now or before, in all editions."""
    found = select(func.count()).where(
        delivery.c.channel == "email",
        delivery.c.state == "planned",
        or_(delivery.c.next_attempt_at.is_(None), delivery.c.next_attempt_at <= now),
    )
    return connection.scalar(found) or 0


def not_served(connection: Connection, edition_id: int) -> list[NotServed]:
    """Return who an edition did not reach: out of reach, or refused."""
    out = select(
        left_out.c.edition_id,
        left_out.c.reader_id,
        subscriber.c.name,
        left_out.c.reason,
    ).where(left_out.c.kind == "unreachable")
    refused = select(
        delivery.c.edition_id, delivery.c.reader_id, subscriber.c.name, delivery.c.reply
    ).where(
        or_(
            delivery.c.state.in_(["refused", "expired", "uncertain"]),
            # A letter that cannot be laid out waits for somebody to mend it.
            and_(
                delivery.c.state == "planned",
                delivery.c.channel == "post",
                delivery.c.reply.is_not(None),
            ),
        )
    )
    found = [
        *connection.execute(
            out.join(reader, reader.c.id == left_out.c.reader_id)
            .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
            .where(left_out.c.edition_id == edition_id)
        ),
        *connection.execute(
            refused.join(subscriber, subscriber.c.id == delivery.c.subscriber_id).where(
                delivery.c.edition_id == edition_id
            )
        ),
    ]
    return [NotServed(*row) for row in sorted(found, key=lambda row: row.reader_id)]


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
