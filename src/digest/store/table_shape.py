"""Whether the database's tables are those that this program knows, whatever it says."""

from collections.abc import Iterator

from sqlalchemy import Connection, Index, inspect

from digest.errors import StoreError
from digest.store.base.tables import metadata

# Of several faults: more are no help to who restores a backup.
_NAMED = 5


def missing_indexes(connection: Connection) -> list[Index]:
    """Return the indexes of ours that are missing where their tables are whole.

    What they hold is in the tables: to make them anew is safe.
    """
    without = _missing_columns(connection)
    there = inspect(connection).get_multi_indexes()
    names = {row["name"] for rows in there.values() for row in rows}
    return [
        index
        for table in metadata.sorted_tables
        if table.name not in without
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if index.name not in names
    ]


def refuse_other_tables(connection: Connection) -> None:
    """Raise StoreError where a table, column or index of ours is missing.

    It names what is, and what to do. Whoever took a table or a column away has done so
    beside our migrations, which would have to know what was in it.
    """
    indexes = [f"the index {index.name}" for index in missing_indexes(connection)]
    if missing := [*_named(_missing_columns(connection))]:
        _refuse(
            [*missing, *indexes],
            "restore a backup of before that and run digest migrate, or report this",
        )
    if indexes:
        _refuse(indexes, "run digest migrate, which makes them anew")


def _refuse(missing: list[str], cure: str) -> None:
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    raise StoreError(
        f"the database lacks {', '.join(missing[:_NAMED])}{more}, though it says that "
        f"it is up to date: {cure}"
    )


def _missing_columns(connection: Connection) -> dict[str, list[str]]:
    """Return the columns that tables lack; none of a table that is missing."""
    there = {
        table: {row["name"] for row in rows}
        for (_, table), rows in inspect(connection).get_multi_columns().items()
    }
    return {
        table.name: [c.name for c in table.c if c.name not in there.get(table.name, ())]
        if table.name in there
        else []
        for table in metadata.sorted_tables
        if not {c.name for c in table.c} <= there.get(table.name, set())
    }


def _named(columns: dict[str, list[str]]) -> Iterator[str]:
    for table, names in columns.items():
        yield from (f"the column {table}.{name}" for name in names)
        if not names:
            yield f"the table {table}"
