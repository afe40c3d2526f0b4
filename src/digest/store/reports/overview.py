"""What staff see at a glance of campaigns, lists and posts: read-only counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, and_, case, func, or_, select

from digest.errors import NotFound
from digest.model.delivery.delivery import DeliveryState
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import (
    delivery,
    item,
    mailing_list,
    reader,
    subscription,
)
from digest.store.delivery.by_channel import IS_EMAIL


def readers_by_format(connection: Connection, campaign_id: int) -> dict[str, int]:
    """Return how many readers a campaign has of each format."""
    rows = connection.execute(
        select(reader.c.format, func.count())
        .where(reader.c.campaign_id == campaign_id)
        .group_by(reader.c.format)
        .order_by(reader.c.format)
    )
    return {row[0]: row[1] for row in rows}


def posts_held_as_old(connection: Connection, campaign_id: int) -> int:
    """Return how many posts are held since they came in, for their dates are past."""
    return _posts_of_each(connection).get(campaign_id, (0, 0))[0]


def posts_waiting(connection: Connection, campaign_id: int) -> int:
    """Return how many accepted items wait for staff to release them."""
    return _posts_of_each(connection).get(campaign_id, (0, 0))[1]


def _posts_of_each(connection: Connection) -> dict[int, tuple[int, int]]:
    """Return the posts that are held as old, and those that wait, by campaign."""
    return {
        row.campaign_id: (int(row.old), int(row.waiting))
        for row in rows_of(connection, _posts_that_stay)
    }


def _posts_that_stay(_connection: Connection) -> Select[Any]:
    is_old = item.c.held_at == item.c.accepted_at
    waits = and_(
        item.c.position.is_(None),
        item.c.passed_over.is_(False),
        item.c.duplicate_of.is_(None),
    )
    return (
        select(
            item.c.campaign_id,
            func.sum(case((is_old, 1), else_=0)).cast(BigInteger).label("old"),
            func.sum(case((waits, 1), else_=0)).cast(BigInteger).label("waiting"),
        )
        .where(item.c.withdrawn_at.is_(None))
        .group_by(item.c.campaign_id)
    )


# What is asked of every campaign's posts, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_posts_that_stay,),)


def list_made_at(connection: Connection, name: str) -> datetime | None:
    """Return when a mailing list was made."""
    instant = select(mailing_list.c.created_at).where(mailing_list.c.name == name)
    return connection.scalar(instant)


def list_counts(connection: Connection, name: str) -> dict[str, int]:
    """Return how many are on a mailing list and have left it.

    Raises NotFound listing the lists there are.
    """
    counts = connection.execute(
        select(
            mailing_list.c.id,
            func.count(subscription.c.subscriber_id).label("ever"),
            func.count(subscription.c.ended_at).label("ended"),
        )
        .outerjoin(subscription, subscription.c.mailing_list_id == mailing_list.c.id)
        .where(mailing_list.c.name == name)
        .group_by(mailing_list.c.id)
    ).first()
    if counts is None:
        names = connection.scalars(select(mailing_list.c.name).order_by("name")).all()
        there = ", ".join(names) or "none yet"
        raise NotFound(f'no mailing list is called "{name}"; there are: {there}')
    return {"subscribed": counts.ever - counts.ended, "left": counts.ended}


def emails_due(connection: Connection, now: datetime) -> int:
    """Return how many emails are planned for now or before, in all editions."""
    matching = select(func.count()).where(
        IS_EMAIL,
        delivery.c.state == DeliveryState.PLANNED,
        or_(delivery.c.next_attempt_at.is_(None), delivery.c.next_attempt_at <= now),
    )
    return connection.scalar(matching) or 0
