"""Merges: two rows of people that are one person's, and what undoes that.

The row that was absorbed stays, with its copies, its consents and the links in its
mail; whoever looks for it finds the one that was kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from digest.errors import NotFound
from digest.store.base.asked_together import rows_of
from digest.store.base.tables import need, person_merge, reader, subscriber
from digest.store.upkeep.overdue_rows import OverdueCount


@dataclass(frozen=True, slots=True)
class PersonMerge:
    """A merge; `before` is what undoes it, None where that is kept no more."""

    id: int
    kept_id: int
    absorbed_id: int
    merged_at: datetime
    before: Mapping[str, Any] | None
    undone_at: datetime | None


def begin(connection: Connection, kept_id: int, absorbed_id: int, now: datetime) -> int:
    """Keep that two are made one; return the merge's number."""
    values = {"kept_id": kept_id, "absorbed_id": absorbed_id, "merged_at": now}
    statement = insert(person_merge).values(values).returning(person_merge.c.id)
    return int(connection.execute(statement).scalar_one())


def note_before(
    connection: Connection, merge_id: int, before: Mapping[str, Any]
) -> None:
    """Keep what undoes a merge."""
    which = person_merge.c.id == merge_id
    connection.execute(update(person_merge).where(which).values(before=dict(before)))


def close(connection: Connection, merge_id: int, now: datetime) -> None:
    """Keep that a merge is undone, and forget what undid it."""
    which = person_merge.c.id == merge_id
    connection.execute(
        update(person_merge).where(which).values(before=None, undone_at=now)
    )


def with_id(connection: Connection, merge_id: int) -> PersonMerge:
    """Return that merge. Raises NotFound in words."""
    row = connection.execute(
        select(person_merge).where(person_merge.c.id == merge_id)
    ).first()
    if row is None:
        raise NotFound(f"There is no merge of the number {merge_id}.")
    return _merge(row)


def of_person(connection: Connection, subscriber_id: int) -> list[PersonMerge]:
    """Return the merges into or of somebody that stand, the latest first."""
    rows = rows_of(connection, that_stand, subscriber_id)
    return [_merge(row) for row in sorted(rows, key=lambda row: -row.id)]


def that_stand(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Return the question that `of_person` asks, to be asked with others."""
    merge = person_merge.c
    return select(person_merge).where(
        or_(merge.kept_id == subscriber_id, merge.absorbed_id == subscriber_id),
        merge.undone_at.is_(None),
    )


def absorbed_by(connection: Connection, subscriber_id: int) -> list[int]:
    """Return the rows that are merged into somebody's, by number."""
    rows = select(subscriber.c.id).where(subscriber.c.merged_into == subscriber_id)
    return list(connection.scalars(rows.order_by(subscriber.c.id)))


def whose(column: Column[Any], subscriber_id: int) -> ColumnElement[bool]:
    """Return the condition that a row is somebody's, or of one merged into them."""
    absorbed = select(subscriber.c.id).where(subscriber.c.merged_into == subscriber_id)
    return column.in_(union_all(select(literal(subscriber_id)), absorbed))


def all_readers(
    connection: Connection, campaign_id: int, subscriber_id: int
) -> list[int]:
    """Return as whom somebody reads a campaign, they and who was merged into them."""
    ids = select(reader.c.id).where(
        reader.c.campaign_id == campaign_id,
        whose(reader.c.subscriber_id, subscriber_id),
    )
    return list(connection.scalars(ids.order_by(reader.c.id)))


def lock(connection: Connection, *subscriber_ids: int) -> None:
    """Have nobody else plan or merge these people until the transaction ends."""
    for row in (subscriber.c.id, reader.c.subscriber_id):
        ids = select(row.table.c.id).where(row.in_(subscriber_ids))
        ordered = ids.order_by(row.table.c.id).with_for_update(key_share=True)
        connection.execute(ordered).all()


def absorb(
    connection: Connection, kept_id: int, absorbed_id: int, identity: str
) -> None:
    """Have a row be the kept one's, and known by that identity: nobody is found there.

    So are those that were merged into it before.
    """
    values = {"merged_into": kept_id, "identity": identity, "name_key": None}
    connection.execute(
        update(subscriber).where(subscriber.c.id == absorbed_id).values(values)
    )
    connection.execute(
        update(subscriber)
        .where(subscriber.c.merged_into == absorbed_id)
        .values(merged_into=kept_id)
    )


def set_free(connection: Connection, absorbed_id: int, identity: str) -> None:
    """Have a row be a person's own again, and those that were merged into it its."""
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == absorbed_id)
        .values(merged_into=None, identity=identity)
    )
    own = select(person_merge.c.absorbed_id).where(
        person_merge.c.kept_id == absorbed_id, person_merge.c.undone_at.is_(None)
    )
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id.in_(own))
        .values(merged_into=absorbed_id)
    )


def identities(connection: Connection, *subscriber_ids: int) -> dict[int, str]:
    """Return by what these rows are kept."""
    rows = connection.execute(
        select(subscriber.c.id, subscriber.c.identity).where(
            subscriber.c.id.in_(subscriber_ids)
        )
    )
    return {row.id: row.identity for row in rows}


def rename(connection: Connection, subscriber_id: int, identity: str) -> None:
    """Have a row be kept by another identity, which no other row has."""
    which = subscriber.c.id == subscriber_id
    connection.execute(update(subscriber).where(which).values(identity=identity))


def move_needs(
    connection: Connection, absorbed_id: int, kept_id: int, ids: list[int] | None = None
) -> list[int]:
    """Have somebody's needs be another's, all or those; return which."""
    theirs = need.c.subscriber_id == absorbed_id
    if ids is not None:
        theirs = theirs & need.c.id.in_(ids)
    moved = update(need).where(theirs).values(subscriber_id=kept_id)
    return list(connection.scalars(moved.returning(need.c.id)))


def count_old(connection: Connection, before: datetime) -> OverdueCount:
    """Return of how many merges `forget_old` has something to forget."""
    oldest = func.min(person_merge.c.merged_at)
    overdue = select(func.count(), oldest).where(_is_old(before))
    return OverdueCount(*connection.execute(overdue).one())


def forget_old(connection: Connection, before: datetime, most: int) -> int:
    """Forget of merges made before an instant what would undo them.

    Of the rows that were absorbed there stay the name, by what somebody is known
    still, and keyed hashes. Of `most` merges at most; returns of how many.
    """
    old = select(person_merge.c.id, person_merge.c.absorbed_id).where(_is_old(before))
    rows = connection.execute(old.limit(most)).all()
    for row in rows:
        _forget(connection, row.id, row.absorbed_id)
    return len(rows)


def forget(connection: Connection, subscriber_id: int) -> None:
    """Forget what would undo the merges of somebody who is erased."""
    for merge in of_person(connection, subscriber_id):
        which = person_merge.c.id == merge.id
        connection.execute(update(person_merge).where(which).values(before=None))


def _forget(connection: Connection, merge_id: int, absorbed_id: int) -> None:
    emptied = (
        *("email", "email_key", "phone", "postcode", "country", "organiser", "notes"),
        *("mailbox", "phone_digits", "name_sound", "topics"),
    )
    connection.execute(
        update(subscriber)
        .where(
            subscriber.c.id == absorbed_id,
            subscriber.c.merged_into.is_not(None),
        )
        .values(dict.fromkeys(emptied) | {"address": []})
    )
    which = person_merge.c.id == merge_id
    connection.execute(update(person_merge).where(which).values(before=None))


def _is_old(before: datetime) -> ColumnElement[bool]:
    return person_merge.c.before.is_not(None) & (person_merge.c.merged_at < before)


def _merge(row: Row[Any]) -> PersonMerge:
    return PersonMerge(
        row.id, row.kept_id, row.absorbed_id, row.merged_at, row.before, row.undone_at
    )
