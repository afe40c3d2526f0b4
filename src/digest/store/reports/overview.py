"""What staff see at a glance of campaigns, lists and posts: read-only counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, and_, case, func, or_, select

from digest.errors import NotFound
from digest.model.delivery.delivery import DeliveryState
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import (
    campaign,
    delivery,
    item,
    mailing_list,
    reader,
    subscription,
)
from digest.store.delivery.by_channel import IS_EMAIL


def readers_by_format(connection: Connection, campaign_id: int) -> dict[str, int]:
    """Return how many readers a campaign has of each format."""
    rows = rows_of(connection, _formats_of, campaign_id)
    return {row[0]: row[1] for row in sorted(rows, key=lambda row: row[0])}


def _formats_of(_connection: Connection, campaign_id: int) -> Select[Any]:
    return (
        select(reader.c.format, func.count())
        .where(reader.c.campaign_id == campaign_id)
        .group_by(reader.c.format)
    )


def of_readers(campaign_id: int, lists: Iterable[str]) -> tuple[Asked, ...]:
    """Return what is asked of a campaign's readers and lists, to be asked together."""
    return ((_formats_of, campaign_id), *((_list_counts, name) for name in lists))


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
        item.c.passed_over.is_(False),
        item.c.duplicate_of.is_(None),
    )
    return (
        select(
            item.c.campaign_id,
            func.sum(case((is_old, 1), else_=0)).cast(BigInteger).label("old"),
            func.sum(case((waits, 1), else_=0)).cast(BigInteger).label("waiting"),
        )
        .select_from(campaign)
        # By the index that has what was not released, which is little of a long log.
        .join(
            item, and_(item.c.campaign_id == campaign.c.id, item.c.position.is_(None))
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
    rows = rows_of(connection, _list_counts, name)
    if not rows:
        names = connection.scalars(select(mailing_list.c.name).order_by("name")).all()
        there = ", ".join(names) or "none yet"
        raise NotFound(f'no mailing list is called "{name}"; there are: {there}')
    [counts] = rows
    return {"subscribed": counts.ever - counts.ended, "left": counts.ended}


def _list_counts(_connection: Connection, name: str) -> Select[Any]:
    of_it = (
        select(func.count())
        .select_from(subscription)
        .where(subscription.c.mailing_list_id == mailing_list.c.id)
    )
    # By themselves, so that each count is of one index: few have left.
    ended = of_it.where(subscription.c.ended_at.is_not(None))
    return select(
        of_it.scalar_subquery().label("ever"), ended.scalar_subquery().label("ended")
    ).where(mailing_list.c.name == name)


def emails_due(connection: Connection, now: datetime) -> int:
    """Return how many emails are planned for now or before, in all editions."""
    matching = select(func.count()).where(
        IS_EMAIL,
        delivery.c.state == DeliveryState.PLANNED,
        or_(delivery.c.next_attempt_at.is_(None), delivery.c.next_attempt_at <= now),
    )
    return connection.scalar(matching) or 0
