"""Who got what of editions that ended long ago, and editions as they were rendered.

What became of their readers is counted for good, in `store.reports.editions.outcomes`,
before any row goes, so that reports stay as they are.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
)

from digest.model.editions.edition import DONE, EditionState
from digest.model.moves import DELIVERY_MOVES
from digest.store.base.tables import (
    bounce,
    call_attempt,
    delivery,
    edition,
    left_out,
    print_batch,
    rendition,
)
from digest.store.delivery.printing.print_batches import OVER
from digest.store.upkeep.overdue_rows import NONE_OVERDUE, OverdueCount

_ENDED = (*DONE.values(), EditionState.STOPPED)
_SINCE = func.coalesce(edition.c.ended_at, edition.c.stopped_at)


def count_copies(connection: Connection, before: datetime) -> OverdueCount:
    """Return how many rows say what became of readers of editions of before then."""
    total = NONE_OVERDUE
    for table, which in _parts():
        total += _count(connection, table, and_(which, _has_ended(before)))
    return total


def remove_copies(connection: Connection, before: datetime, most: int) -> int:
    """Remove `most` of them at most, oldest edition first; return how many."""
    for table, which in _parts():
        ids = _editions(table, and_(which, _has_ended(before)))
        edition_id = connection.scalar(ids.order_by(_SINCE, edition.c.id).limit(1))
        if edition_id is None:
            continue
        of_it = table.c.edition_id == edition_id
        key = [*table.primary_key][-1]
        keys = connection.scalars(select(key).where(of_it, which).limit(most)).all()
        connection.execute(delete(table).where(of_it, key.in_(keys)))
        return len(keys)
    return 0


def count_renditions(connection: Connection, before: datetime) -> OverdueCount:
    """Return how many renditions there are of editions that ended before then."""
    return _count(connection, rendition, _is_done_with(before))


def remove_renditions(connection: Connection, before: datetime, most: int) -> int:
    """Remove those of `most` editions at most; return how many.

    Whatever is wanted again is made again, of what the edition still has.
    """
    ids = _editions(rendition, _is_done_with(before)).distinct().limit(most)
    edition_ids = connection.scalars(ids).all()
    which = rendition.c.edition_id.in_(edition_ids)
    return connection.execute(delete(rendition).where(which)).rowcount


def _parts() -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield what says who got what, and which of it nothing goes by any more."""
    # What is owed still is carried by an edition to come; a letter may lie unposted.
    is_to_post = exists().where(
        print_batch.c.id == delivery.c.print_batch_id, print_batch.c.state.not_in(OVER)
    )
    is_settled = and_(
        or_(~delivery.c.owes, delivery.c.carried_by.is_not(None)),
        delivery.c.state.not_in(DELIVERY_MOVES.unfinished),
        or_(~is_to_post, _is_a_proof()),
    )
    for table in (call_attempt, bounce, left_out):
        yield table, table.c.edition_id.is_not(None)
    yield delivery, is_settled


def _is_a_proof() -> ColumnElement[bool]:
    of_it = edition.alias()
    return exists().where(
        of_it.c.id == delivery.c.edition_id, of_it.c.state == EditionState.REHEARSED
    )


def _has_ended(before: datetime) -> ColumnElement[bool]:
    return and_(
        edition.c.state.in_(_ENDED), edition.c.is_tallied.is_(True), before > _SINCE
    )


def _is_done_with(before: datetime) -> ColumnElement[bool]:
    is_going = exists().where(
        delivery.c.edition_id == edition.c.id,
        delivery.c.state.in_(DELIVERY_MOVES.unfinished),
    )
    return and_(edition.c.state.in_(_ENDED), before > _SINCE, ~is_going)


def _editions(table: Table, which: ColumnElement[bool]) -> Select[Any]:
    joined = table.join(edition, edition.c.id == table.c.edition_id)
    return select(edition.c.id).select_from(joined).where(which)


def _count(
    connection: Connection, table: Table, which: ColumnElement[bool]
) -> OverdueCount:
    joined = table.join(edition, edition.c.id == table.c.edition_id)
    overdue = select(func.count(), func.min(_SINCE)).select_from(joined).where(which)
    return OverdueCount(*connection.execute(overdue).one())
