"""What helps people read or understand, as they said it, and when to ask them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

from digest.errors import NotFound
from digest.store.base.asked_together import rows_of
from digest.store.base.bulk import one_of
from digest.store.base.tables import need, subscriber
from digest.store.staff.audit import Act, record


@dataclass(frozen=True, slots=True)
class PersonNeed:
    """A need of somebody's, in their words; `name` is theirs.

    `may_share` says that who prints, posts or phones may be told.
    """

    id: int
    subscriber_id: int
    name: str
    words: str
    may_share: bool
    recorded_at: datetime
    review_on: date
    ended_at: datetime | None = None


def add(  # noqa: PLR0913 - what there is to keep of a need, each by name
    connection: Connection,
    subscriber_id: int,
    words: str,
    review_on: date,
    now: datetime,
    *,
    may_share: bool,
) -> int:
    """Keep a need; return its number. On record is that there is one, not which."""
    statement = insert(need).values(
        subscriber_id=subscriber_id,
        words=words,
        may_share=may_share,
        recorded_at=now,
        review_on=review_on,
    )
    number = int(connection.execute(statement.returning(need.c.id)).scalar_one())
    facts = {"ask again": review_on.isoformat()}
    _record(connection, "recorded a need of", subscriber_id, facts, now)
    return number


def review(
    connection: Connection, need_id: int, review_on: date, now: datetime
) -> PersonNeed:
    """Keep that a need is as it was, and when to ask next. Raises NotFound in words."""
    before = with_id(connection, need_id)
    connection.execute(
        update(need).where(need.c.id == need_id).values(review_on=review_on)
    )
    facts = {"ask again": review_on.isoformat()}
    _record(connection, "asked again about a need of", before.subscriber_id, facts, now)
    return before


def end(connection: Connection, need_id: int, now: datetime) -> PersonNeed:
    """Keep that it is none any more. Raises NotFound in words."""
    return _set_ended(connection, need_id, now, now, "ended a need of")


def reopen(connection: Connection, need_id: int, now: datetime) -> PersonNeed:
    """Take that back. Raises NotFound in words."""
    return _set_ended(connection, need_id, None, now, "took back the end of a need of")


def with_id(connection: Connection, need_id: int) -> PersonNeed:
    """Return that need, whether it is one still. Raises NotFound in words."""
    row = connection.execute(_needs().where(need.c.id == need_id)).first()
    if row is None:
        raise NotFound(f"There is no need of the number {need_id}.")
    return _need(row)


def of_person(connection: Connection, subscriber_id: int) -> list[PersonNeed]:
    """Return somebody's needs, those that are to be asked about first at the top."""
    needs = [_need(row) for row in rows_of(connection, of_one, subscriber_id)]
    needs.sort(key=lambda each: (each.review_on, each.id))
    # Those that have ended come last.
    return sorted(needs, key=lambda each: each.ended_at is not None)


def of_one(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Return the question that `of_person` asks, to be asked with others."""
    rows: Select[Any] = _needs().where(need.c.subscriber_id == subscriber_id)
    return rows


def shared_by(
    connection: Connection, subscriber_ids: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    """Return what helps each of these people that who prints or phones may be told."""
    shared: dict[int, tuple[str, ...]] = {}
    rows = rows_of(connection, shared_with_others, tuple(subscriber_ids))
    for row in sorted(rows, key=lambda row: row.id):
        before = shared.get(row.subscriber_id, ())
        shared[row.subscriber_id] = (*before, row.words)
    return shared


def shared_with_others(
    connection: Connection, subscriber_ids: Sequence[int]
) -> Select[Any]:
    """Return the question that `shared_by` asks, to be asked with others."""
    return select(need.c.id, need.c.subscriber_id, need.c.words).where(
        one_of(connection, need.c.subscriber_id, subscriber_ids),
        need.c.may_share,
        need.c.ended_at.is_(None),
    )


def due(
    connection: Connection, by: date, limit: int, after: PersonNeed | None = None
) -> list[PersonNeed]:
    """Return needs that are to be asked about by that day, the longest due first."""
    rows = _needs().where(need.c.review_on <= by, need.c.ended_at.is_(None))
    if after is not None:
        rows = rows.where(
            or_(
                need.c.review_on > after.review_on,
                and_(need.c.review_on == after.review_on, need.c.id > after.id),
            )
        )
    ordered = rows.order_by(need.c.review_on, need.c.id).limit(limit)
    return [_need(row) for row in connection.execute(ordered)]


def erase(connection: Connection, subscriber_id: int) -> None:
    """Remove all that is kept of somebody's needs."""
    connection.execute(delete(need).where(need.c.subscriber_id == subscriber_id))


def _set_ended(
    connection: Connection,
    need_id: int,
    ended_at: datetime | None,
    now: datetime,
    verb: str,
) -> PersonNeed:
    before = with_id(connection, need_id)
    if (before.ended_at is None) != (ended_at is None):
        connection.execute(
            update(need).where(need.c.id == need_id).values(ended_at=ended_at)
        )
        _record(connection, verb, before.subscriber_id, {}, now)
    return before


def _record(
    connection: Connection,
    verb: str,
    subscriber_id: int,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    act = Act(verb, subject=f"person {subscriber_id}", after=facts or None)
    record(connection, act, now)


def _needs() -> Any:
    return select(
        need.c.id,
        need.c.subscriber_id,
        subscriber.c.name,
        need.c.words,
        need.c.may_share,
        need.c.recorded_at,
        need.c.review_on,
        need.c.ended_at,
    ).join(subscriber, subscriber.c.id == need.c.subscriber_id)


def _need(row: Row[Any]) -> PersonNeed:
    return PersonNeed(
        row.id,
        row.subscriber_id,
        row.name,
        row.words,
        row.may_share,
        row.recorded_at,
        row.review_on,
        row.ended_at,
    )
