"""INSERT … ON CONFLICT, in one way on both databases."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]


def insert_for(
    connection: Connection, table: Table
) -> "sqlite.Insert | postgresql.Insert":
    """Return an insert that can say what to do on conflict, as this database does."""
    # Each has been imported by then, and the other is slow to import.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415

    return sqlite.insert(table)


def insert_new(
    connection: Connection, table: Table, rows: Rows, *, key: Iterable[str] = ()
) -> int:
    """Insert the rows whose `key` is not there yet; return how many were new.

    Without a key, those of whom nothing that is unique is there yet.
    """
    if not rows:
        return 0
    statement = insert_for(connection, table).on_conflict_do_nothing(
        index_elements=list(key) or None
    )
    return connection.execute(
        statement.execution_options(preserve_rowcount=True), rows
    ).rowcount
