"""What people have left on record, and taking back those of whom nothing else is."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, or_, select

from digest.store.base.bulk import one_of
from digest.store.base.tables import (
    audit,
    consent,
    metadata,
    reader,
    subscriber,
    subscription,
)

# What is made with somebody, and goes with them where nothing else is on record.
_OWN = (subscription, reader, consent)


def changed_since(
    connection: Connection, people: Sequence[int], at: datetime, list_id: int
) -> set[int]:
    """Return who of these was changed, or did something, after that instant.

    What was stored as of the instant itself is no change; nor is what the list says
    of them. Who has come onto another list since has changed too.
    """
    if not people:
        return set()
    rows = connection.execute(
        select(subscriber.c.id).where(
            one_of(connection, subscriber.c.id, people),
            or_(subscriber.c.changed_at > at, subscriber.c.erased_at.is_not(None)),
        )
    )
    changed = {row.id for row in rows}
    subjects = {f"person {who}": who for who in people}
    acts = connection.execute(
        select(audit.c.subject)
        .where(one_of(connection, audit.c.subject, subjects), audit.c.at >= at)
        .distinct()
    )
    changed |= {subjects[row.subject] for row in acts}
    elsewhere = connection.execute(
        select(subscription.c.subscriber_id).where(
            one_of(connection, subscription.c.subscriber_id, people),
            subscription.c.mailing_list_id != list_id,
            subscription.c.started_at > at,
        )
    )
    return changed | {row.subscriber_id for row in elsewhere}


def with_history(connection: Connection, people: Sequence[int]) -> set[int]:
    """Return of whom of these more is on record than their list and their place."""
    if not people:
        return set()
    people_with_more: set[int] = set()
    for table, column in _pointing_to(subscriber):
        if table not in _OWN:
            rows = select(column).where(one_of(connection, column, people))
            people_with_more |= set(connection.scalars(rows.distinct()))
    for table, column in _pointing_to(reader):
        of_readers = (
            select(reader.c.subscriber_id)
            .join(table, column == reader.c.id)
            .where(one_of(connection, reader.c.subscriber_id, people))
        )
        people_with_more |= set(connection.scalars(of_readers.distinct()))
    return people_with_more


def remove(connection: Connection, people: Sequence[int]) -> None:
    """Remove people of whom nothing else is on record, and their places."""
    if not people:
        return
    for table in _OWN:
        connection.execute(
            delete(table).where(one_of(connection, table.c.subscriber_id, people))
        )
    connection.execute(
        delete(subscriber).where(one_of(connection, subscriber.c.id, people))
    )


def _pointing_to(target: Table) -> Iterable[tuple[Table, Column[int]]]:
    """Return every column that points to the table's rows, of whatever table."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table is target for key in column.foreign_keys):
                yield table, column
