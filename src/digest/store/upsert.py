"""INSERT … ON CONFLICT, in one way on both databases."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, or_
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]


def insert_for(
    connection: Connection, table: Table
) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can say what to do on conflict, as this database does."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_new(
    connection: Connection, table: Table, rows: Rows, *, key: Iterable[str]
) -> int:
    """Insert the rows whose `key` is not there yet; return how many were new."""
    if not rows:
        return 0
    statement = insert_for(connection, table).on_conflict_do_nothing(
        index_elements=list(key)
    )
    return connection.execute(
        statement.execution_options(preserve_rowcount=True), rows
    ).rowcount


def upsert(
    connection: Connection,
    table: Table,
    rows: Rows,
    *,
    key: Iterable[str],
    update: Iterable[str],
) -> int:
    """Insert the rows, or update those there whose `update` columns differ.

    Returns how many rows were inserted or changed. Keys inside one call must
    be distinct.
    """
    if not rows:
        return 0
    statement = insert_for(connection, table)
    changed = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=list(key),
        set_={name: changed[name] for name in update},
        where=or_(*(table.c[n].is_distinct_from(changed[n]) for n in update)),
    )
    return connection.execute(
        statement.execution_options(preserve_rowcount=True), rows
    ).rowcount
