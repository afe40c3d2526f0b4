"""Closing an edition: it is sent once each of its copies has ended."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, literal, or_, select

from digest.model.delivery.delivery import DeliveryState
from digest.model.moves import DELIVERY_MOVES
from digest.store.base.indexed_copies import (
    IS_POSTED,
    IS_RUNG,
    IS_TROUBLED,
    by_calls,
    by_letters,
    by_trouble,
)
from digest.store.base.tables import delivery, send_batch
from digest.store.editions import moves

_GOING = sorted({*DeliveryState} - DELIVERY_MOVES.ended)
_LEAVING = (DeliveryState.PLANNED, DeliveryState.HANDING_OVER)


def close_edition(connection: Connection, edition_id: int, now: datetime) -> bool:
    """Call the edition sent, or rehearsed, if all its copies have ended; say whether.

    A copy whose end is uncertain, a letter that waits for an address to be
    mended, or somebody who has not been rung yet keeps it open.
    """
    # All copies are looked through once, when it seems to be over: before, an index
    # has one that keeps it open. Asked as a condition, not as a value, for which
    # SQLite would look through all of them each time, whatever it has found already.
    for is_open in (_is_seen_going(edition_id), _is_going(edition_id)):
        if connection.execute(select(literal(1)).where(is_open)).first():
            return False
    return moves.end(connection, edition_id, now)


def _is_seen_going(edition_id: int) -> ColumnElement[bool]:
    """Return the condition that a copy is easily seen to keep an edition open."""
    emails = exists().where(
        send_batch.c.edition_id == edition_id,
        send_batch.c.state != "done",
        exists().where(
            delivery.c.edition_id == edition_id,
            delivery.c.reader_id.between(
                send_batch.c.first_reader_id, send_batch.c.last_reader_id
            ),
            delivery.c.state.in_(_LEAVING),
        ),
    )
    # Each by an index of those few.
    listed = select(delivery.c.reader_id).where(
        delivery.c.edition_id == edition_id, delivery.c.listed_state.in_(_GOING)
    )
    return or_(
        emails,
        by_letters(listed.where(IS_POSTED)).exists(),
        by_calls(listed.where(IS_RUNG)).exists(),
        by_trouble(listed.where(IS_TROUBLED)).exists(),
    )


def _is_going(edition_id: int) -> ColumnElement[bool]:
    return exists().where(
        delivery.c.edition_id == edition_id, delivery.c.state.in_(_GOING)
    )
