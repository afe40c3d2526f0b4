"""Whether the database's tables are those that this program knows, whatever it says."""

from collections.abc import Iterator

from sqlalchemy import Connection, inspect

from digest.errors import StoreError
from digest.store.base.tables import metadata

# Of several faults: more are no help to who restores a backup.
_NAMED = 5


def refuse_other_tables(connection: Connection) -> None:
    """Raise StoreError where a table, column or index of ours is missing.

    It names what is. Whoever took it away has done so beside our migrations, which
    would have to know what was in it.
    """
    if missing := [*_missing(connection)]:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise StoreError(
            f"the database lacks {', '.join(missing[:_NAMED])}{more}, though it says "
            "that it is up to date: restore a backup of before that and run digest "
            "migrate, or report this"
        )


def _missing(connection: Connection) -> Iterator[str]:
    inspector = inspect(connection)
    columns = {
        table: rows for (_, table), rows in inspector.get_multi_columns().items()
    }
    indexes = {
        table: rows for (_, table), rows in inspector.get_multi_indexes().items()
    }
    for table in metadata.sorted_tables:
        if table.name not in columns:
            yield f"the table {table.name}"
            continue
        there = {row["name"] for row in columns[table.name]}
        yield from (
            f"the column {table.name}.{column.name}"
            for column in table.c
            if column.name not in there
        )
        index_names = {row["name"] for row in indexes[table.name]}
        names = sorted(str(index.name) for index in table.indexes)
        yield from (f"the index {name}" for name in names if name not in index_names)
