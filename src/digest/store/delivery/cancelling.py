"""Copies that will not leave: whose are cancelled, and what they say of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, not_, select

from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.store.base.tables import delivery, edition
from digest.store.delivery.deliveries import move_those
from digest.store.editions.holding_back import is_going

PAUSED = "its reader paused before the copy went"
STOPPED = "its edition was stopped before this copy had left"


def cancel_subscribers(
    connection: Connection,
    subscriber_ids: Iterable[int],
    now: datetime,
    why: str,
    **facts: Any,
) -> int:
    """Cancel every copy still planned for these people; see `cancel`.

    For the doors by which people leave. A copy that a door forgets is stopped
    all the same when it is taken; this is for what is shown meanwhile.
    """
    those = delivery.c.subscriber_id.in_(list(subscriber_ids))
    return cancel(connection, those, now, why, **facts)


def cancel_by_others(
    connection: Connection, subscriber_id: int, channel: Channel, now: datetime
) -> int:
    """Cancel somebody's planned copies that go by another channel; return how many."""
    those = and_(
        delivery.c.subscriber_id == subscriber_id, delivery.c.channel != channel
    )
    return cancel(connection, those, now, f"they now get it by {channel}")


def cancel_in_campaign(
    connection: Connection,
    campaign_id: int,
    subscriber_id: int,
    now: datetime,
    why: str,
) -> int:
    """Cancel every copy of a campaign still planned for somebody; return how many."""
    those = and_(
        delivery.c.subscriber_id == subscriber_id,
        delivery.c.edition_id.in_(
            select(edition.c.id).where(edition.c.campaign_id == campaign_id)
        ),
    )
    return cancel(connection, those, now, why)


def cancel(
    connection: Connection,
    those: ColumnElement[bool],
    now: datetime,
    why: str,
    **facts: Any,
) -> int:
    """Cancel `those` copies that are still planned; return how many.

    `facts` are further columns, as of `move_those`.
    """
    to = DeliveryState.CANCELLED
    return move_those(connection, those, to, now, reply=why, **facts)


def cancel_stopped(
    connection: Connection, edition_id: int, those: ColumnElement[bool], now: datetime
) -> int:
    """Cancel `those` copies that are planned, if the edition is stopped: how many."""
    # Asked by itself first: SQLite would look through all of them before.
    if connection.scalar(select(is_going(edition_id))):
        return 0
    return cancel(connection, and_(those, not_(is_going(edition_id))), now, STOPPED)


def take_back_letters(
    connection: Connection, print_batch_id: int, now: datetime
) -> int:
    """Cancel the letters of a print batch that will not be posted; return how many."""
    return move_those(
        connection,
        delivery.c.print_batch_id == print_batch_id,
        DeliveryState.CANCELLED,
        now,
        only_from=DeliveryState.ACCEPTED,
        reply=STOPPED,
    )
