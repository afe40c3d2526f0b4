"""People who are on no mailing list any more: of them nothing is needed but a hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from digest.model.moves import DELIVERY_MOVES
from digest.store.base.tables import (
    data_complaint,
    delivery,
    departure,
    joining_request,
    subscriber,
    subscription,
)
from digest.store.people.subscriptions import BY_LINK
from digest.store.upkeep.overdue_rows import OverdueCount


def count(connection: Connection, before: datetime) -> OverdueCount:
    """Return how many people have been on no list since before then."""
    of_each = select(_last_end().label("at")).where(_is_off(before)).subquery()
    overdue = select(func.count(), func.min(of_each.c.at)).select_from(of_each)
    return OverdueCount(*connection.execute(overdue).one())


def some(connection: Connection, before: datetime, after: int, most: int) -> list[int]:
    """Return the numbers of some of them, past that number, in order."""
    ids = select(subscriber.c.id).where(_is_off(before), subscriber.c.id > after)
    return list(connection.scalars(ids.order_by(subscriber.c.id).limit(most)))


def is_still(connection: Connection, subscriber_id: int, before: datetime) -> bool:
    """Whether somebody is one of them, and stays so while this transaction lasts."""
    theirs = subscription.c.subscriber_id == subscriber_id
    for table, which in (
        (subscriber, subscriber.c.id == subscriber_id),
        (subscription, theirs),
    ):
        connection.execute(select(table).where(which).with_for_update())
    is_it = select(subscriber.c.id).where(
        subscriber.c.id == subscriber_id, _is_off(before)
    )
    return connection.scalar(is_it) is not None


def asked_to_leave(connection: Connection, subscriber_id: int) -> bool:
    """Whether somebody left by their own word, and was not only taken off a list."""
    has_departed = exists().where(
        departure.c.subscriber_id == subscriber_id, departure.c.returned_at.is_(None)
    )
    by_link = exists().where(
        subscription.c.subscriber_id == subscriber_id,
        subscription.c.ended_reason == BY_LINK,
    )
    return bool(connection.scalar(select(has_departed | by_link)))


def _last_end() -> Any:
    ends = select(func.max(subscription.c.ended_at))
    return ends.where(subscription.c.subscriber_id == subscriber.c.id).scalar_subquery()


def _is_off(before: datetime) -> ColumnElement[bool]:
    """Return the condition of who is not needed any more, for anything that goes on."""
    ends = subscription.c.ended_at
    is_theirs = subscription.c.subscriber_id == subscriber.c.id
    is_awaited = exists().where(
        joining_request.c.subscriber_id == subscriber.c.id,
        joining_request.c.settled_at.is_(None),
    )
    is_on_its_way = exists().where(
        delivery.c.subscriber_id == subscriber.c.id,
        delivery.c.state.in_(DELIVERY_MOVES.unfinished),
    )
    # What was said of it is to be shown for as long.
    complains = exists().where(
        data_complaint.c.subscriber_id == subscriber.c.id,
        data_complaint.c.closed_at.is_(None) | (data_complaint.c.closed_at >= before),
    )
    return and_(
        subscriber.c.erased_at.is_(None),
        subscriber.c.merged_into.is_(None),
        exists().where(is_theirs, ends < before),
        ~exists().where(is_theirs, ends.is_(None) | (ends >= before)),
        ~is_awaited,
        ~complains,
        ~is_on_its_way,
    )
