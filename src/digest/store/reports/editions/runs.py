"""How an edition's emails are getting on: what goes, what waits, how fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    or_,
    select,
)

from digest.model.delivery.delivery import DeliveryState
from digest.store import limits
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.indexed_copies import by_delay
from digest.store.base.read_once import of_edition, read_once, with_those_ahead
from digest.store.base.tables import delivery, send_batch
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.sending.send_batches import LEASED


@dataclass(frozen=True, slots=True)
class DelayedEmails:
    """Emails that have been put off: how many, until when, and why.

    `reasons` are a server's words or ours, each with how many it keeps, the
    most frequent first.
    """

    copies: int = 0
    soonest: datetime | None = None
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RecentOutcomes:
    """Emails that ended lately, and since when."""

    copies: int
    since: datetime


def waits(connection: Connection, edition_id: int, now: datetime) -> DelayedEmails:
    """Return what is put off until later than `now`: by the index of those alone."""
    those = with_those_ahead(connection, edition_id)
    every = read_once(
        connection,
        ("delayed", now, *those),
        lambda: _delayed_of_each(connection, those, now),
    )
    return every.get(edition_id, DelayedEmails())


def questions(edition_ids: Sequence[int], now: datetime) -> tuple[Asked, ...]:
    """Return what is asked of how these get on, to be asked with others."""
    ids = tuple(edition_ids)
    return ((_delayed, ids, now), (_states, ids))


def _delayed_of_each(
    connection: Connection, edition_ids: Sequence[int], now: datetime
) -> dict[int, DelayedEmails]:
    rows = sorted(
        rows_of(connection, _delayed, tuple(edition_ids), now),
        key=lambda row: (row.edition_id, -row.copies, row.reply or ""),
    )
    delayed = {}
    for edition_id, of_it in groupby(rows, key=lambda row: int(row.edition_id)):
        reasons = [*of_it]
        delayed[edition_id] = DelayedEmails(
            sum(row.copies for row in reasons),
            min(row.soonest for row in reasons),
            tuple(
                (row.reply or "", row.copies) for row in reasons[: limits.DELAY_REASONS]
            ),
        )
    return delayed


def _delayed(
    connection: Connection, edition_ids: Sequence[int], now: datetime
) -> Select[Any]:
    return by_delay(
        select(
            delivery.c.edition_id,
            delivery.c.reply,
            func.count().label("copies"),
            func.min(delivery.c.next_attempt_at).label("soonest"),
        )
        .where(
            one_of(connection, delivery.c.edition_id, edition_ids),
            IS_EMAIL,
            delivery.c.state == DeliveryState.PLANNED,
            delivery.c.next_attempt_at > now,
        )
        .group_by(delivery.c.edition_id, delivery.c.reply)
    )


def lately(
    connection: Connection, edition_id: int, now: datetime, window: timedelta
) -> RecentOutcomes:
    """Return how many emails have ended in the last while, and since when.

    That is the beginning of the window, or the first of them where the run is
    younger. Only batches in hand then are looked at, however long the edition: one
    that was given back ended its lease at that time.
    """
    since = now - window
    ended = and_(
        _of_batches(
            send_batch.c.edition_id == edition_id,
            or_(
                send_batch.c.state == LEASED,
                send_batch.c.lease_until >= since,
            ),
        ),
        delivery.c.settled_at >= since,
    )
    copies, first = connection.execute(
        select(func.count(), func.min(delivery.c.settled_at)).where(ended)
    ).one()
    return RecentOutcomes(copies, first or since)


def batches(connection: Connection, edition_id: int) -> dict[str, int]:
    """Return how many send batches an edition has in each state."""
    return of_edition(connection, _batches_of_each, edition_id) or {}


def _batches_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, dict[str, int]]:
    states = dict[int, dict[str, int]]()
    for edition_id, state, count in rows_of(connection, _states, tuple(edition_ids)):
        states.setdefault(edition_id, {})[state] = count
    return states


def _states(connection: Connection, edition_ids: Sequence[int]) -> Select[Any]:
    return (
        select(send_batch.c.edition_id, send_batch.c.state, func.count())
        .where(one_of(connection, send_batch.c.edition_id, edition_ids))
        .group_by(send_batch.c.edition_id, send_batch.c.state)
    )


def _of_batches(*those: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(
        *those,
        delivery.c.edition_id == send_batch.c.edition_id,
        delivery.c.reader_id.between(
            send_batch.c.first_reader_id, send_batch.c.last_reader_id
        ),
        IS_EMAIL,
    )
