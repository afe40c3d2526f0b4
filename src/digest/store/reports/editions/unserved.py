"""Readers that editions did not reach: who they are, how many, and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from digest.model.delivery.delivery import DeliveryState
from digest.store import limits
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.indexed_copies import by_letters, by_trouble, stands_in
from digest.store.base.read_once import of_edition
from digest.store.base.tables import delivery, edition, left_out, reader, subscriber
from digest.store.delivery.by_channel import WAITS_FOR_A_PERSON
from digest.store.reports.editions import outcomes

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


@dataclass(frozen=True, slots=True)
class UnservedCause:
    """Readers of a campaign whom editions did not reach, all for one reason.

    Some by name.

    `last` is the last of them in `edition_id`, the newest of those editions.
    """

    campaign_id: int
    state: str
    reason: str
    readers: int
    names: tuple[str, ...]
    edition_id: int
    reader_id: int


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
    return of_edition(connection, _not_served_of_each, edition_id) or 0


def _not_served_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, int]:
    counts = Counter[int](outcomes.unreachable_of_each(connection, edition_ids))
    for edition_id, copies in outcomes.copies_of_each(connection, edition_ids).items():
        for (_, state), count in copies.items():
            counts[edition_id] += count if state in _UNSERVED else 0
    for edition_id, letters in rows_of(connection, _waiting, tuple(edition_ids)):
        counts[edition_id] += letters
    return counts


def _waiting(connection: Connection, edition_ids: Sequence[int]) -> Select[Any]:
    ours = one_of(connection, delivery.c.edition_id, edition_ids)
    waiting = select(delivery.c.edition_id, func.count())
    return by_letters(
        waiting.where(ours, WAITS_FOR_A_PERSON).group_by(delivery.c.edition_id)
    )


def count_questions(edition_ids: Sequence[int]) -> tuple[Asked, ...]:
    """Return what `count_not_served` asks, to be asked with others."""
    ids = tuple(edition_ids)
    return (
        outcomes.copies_question(ids),
        outcomes.unreachable_question(ids),
        (_waiting, ids),
    )


def cause_questions(edition_ids: Sequence[int], most_names: int) -> tuple[Asked, ...]:
    """Return what `unserved_causes` asks, to be asked with others."""
    return ((_causes, tuple(edition_ids), most_names),)


def count_left_out(connection: Connection, edition_id: int) -> int:
    """Return how many readers of an edition get no copy, and cannot be reached."""
    out = select(func.count()).select_from(left_out).where(_is_out(edition_id))
    return connection.scalar(out) or 0


def unserved_causes(
    connection: Connection, edition_ids: Sequence[int], most_names: int
) -> list[UnservedCause]:
    """Return why editions did not reach readers, the reason that most share first.

    Each reader counts once, in the newest of these editions that they missed, and
    not at all where a later one reached them.
    """
    rows = sorted(
        rows_of(connection, _causes, tuple(edition_ids), most_names),
        key=lambda row: (
            -row.readers,
            row.campaign_id,
            row.state,
            row.reason or "",
            row.place,
        ),
    )
    return [
        UnservedCause(
            campaign_id,
            state,
            reason or "",
            sharing[0].readers,
            tuple(row.name for row in sharing),
            max(row.edition_id for row in sharing),
            sharing[0].reader_id,
        )
        for (campaign_id, state, reason), rows_of_cause in groupby(
            rows, key=lambda row: (row.campaign_id, row.state, row.reason)
        )
        if (sharing := list(rows_of_cause))
    ]


def _causes(
    _connection: Connection, edition_ids: Sequence[int], most_names: int
) -> Select[Any]:
    missed = _missed(edition_ids).cte("missed")
    last = (
        select(missed.c.reader_id, func.max(missed.c.edition_id).label("edition_id"))
        .group_by(missed.c.reader_id)
        .subquery()
    )
    later = delivery.alias("later")
    reached = select(later.c.edition_id).where(
        later.c.reader_id == last.c.reader_id,
        later.c.edition_id > last.c.edition_id,
        later.c.edition_id.in_(edition_ids),
    )
    cause = (edition.c.campaign_id, missed.c.state, missed.c.reason)
    readers = (
        select(
            *cause,
            missed.c.edition_id,
            missed.c.reader_id,
            func.count().over(partition_by=cause).label("readers"),
            func.row_number(type_=Integer)
            .over(partition_by=cause, order_by=missed.c.reader_id)
            .label("place"),
        )
        .join(
            last,
            and_(
                last.c.reader_id == missed.c.reader_id,
                last.c.edition_id == missed.c.edition_id,
            ),
        )
        .join(edition, edition.c.id == missed.c.edition_id)
        .where(~reached.exists())
        .subquery()
    )
    # The names of the few that are named, and of nobody else.
    return (
        select(readers, subscriber.c.name)
        .join(reader, reader.c.id == readers.c.reader_id)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(readers.c.place <= most_names)
    )


def _missed(edition_ids: Sequence[int]) -> CompoundSelect[Any]:
    """Return the readers that editions did not reach, with the reason.

    Each by an index of its own: very many others are in the same editions.
    """
    out = select(
        left_out.c.edition_id,
        left_out.c.reader_id,
        literal("left-out").label("state"),
        left_out.c.reason,
    ).where(_is_out(*edition_ids))
    copies = select(
        delivery.c.edition_id,
        delivery.c.reader_id,
        delivery.c.state,
        delivery.c.reply,
    ).where(delivery.c.edition_id.in_(edition_ids))
    return union_all(
        out,
        by_trouble(copies.where(stands_in(_UNSERVED))),
        by_letters(copies.where(WAITS_FOR_A_PERSON)),
    )


def _is_out(*edition_ids: int) -> ColumnElement[bool]:
    return and_(
        left_out.c.edition_id.in_(edition_ids), left_out.c.kind == "unreachable"
    )


def _is_unserved(*edition_ids: int) -> ColumnElement[bool]:
    return and_(
        delivery.c.edition_id.in_(edition_ids),
        or_(
            stands_in(_UNSERVED),
            WAITS_FOR_A_PERSON,
        ),
    )
