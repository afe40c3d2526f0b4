"""A PostgreSQL database that a test has used, made as it was before, for the next.

To copy one is to copy nine hundred files, and to drop one to remove them: many times
what it takes to remove the few rows that a test has made. One that has changed in any
other way, or that somebody still speaks to, cannot be cleaned.
"""

from dataclasses import dataclass
from time import sleep

import psycopg

# How often, a millisecond apart, we look whether the last connection has gone.
_LOOKS = 50

_TABLES = """
    SELECT quote_ident(nspname) || '.' || quote_ident(relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND pg_class.oid >= 16384 ORDER BY 1
"""
_SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value),
        last_value IS NOT NULL
    FROM pg_sequences ORDER BY 1
"""
# Whatever is made, changed or dropped leaves another newest row or another number of
# them in one of these, as does a setting of the database.
_CATALOGUES = (
    "pg_class WHERE oid >= 16384",
    "pg_attribute WHERE attrelid >= 16384",
    "pg_attrdef",
    "pg_constraint",
    "pg_index WHERE indexrelid >= 16384",
    "pg_trigger",
    "pg_proc WHERE oid >= 16384",
    "pg_type WHERE oid >= 16384",
    "pg_rewrite WHERE oid >= 16384",
    "pg_sequence",
    "pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'",
    "pg_extension",
    "pg_database WHERE datname = current_database()",
    "pg_db_role_setting",
)
_SHAPE = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {catalogue}"  # noqa: S608 - ours
    for catalogue in _CATALOGUES
).encode()
# Rows that are gone still cost whoever reads a table.
_LARGEST = """
    SELECT FROM pg_class
    WHERE oid >= 16384 AND relkind = 'r' AND pg_relation_size(oid) > 200000 LIMIT 1
"""
_OTHERS = """
    SELECT pg_stat_get_db_numbackends(oid) FROM pg_database
    WHERE datname = current_database()
"""


_HAS_STATISTICS = "SELECT FROM pg_statistic WHERE starelid >= 16384 LIMIT 1"
# As they are of tables that nobody has counted the rows of.
_FORGET_STATISTICS = """
    SET LOCAL allow_system_table_mods = on;
    DELETE FROM pg_statistic WHERE starelid >= 16384;
    UPDATE pg_class SET reltuples = -1, relpages = 0
    WHERE oid >= 16384 AND relkind = 'r' AND reltuples >= 0;
    UPDATE pg_class SET reltuples = 0, relpages = 1
    WHERE oid >= 16384 AND relkind = 'i' AND (reltuples > 0 OR relpages > 1)
"""

Shape = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database that nobody has used yet."""

    tables: list[str]
    rows: list[tuple[str, list[bytes]]]
    sequences: list[tuple[str, int, bool]]

    @classmethod
    def of(cls, connection: psycopg.Connection) -> "Contents":
        """Look into a database that nobody has used yet."""
        tables = [name for (name,) in connection.execute(_TABLES)]
        rows = [(table, _copied(connection, table)) for table in tables]
        return cls(
            tables,
            [(table, data) for table, data in rows if data],
            connection.execute(_SEQUENCES).fetchall(),
        )


def shape_of(connection: psycopg.Connection) -> Shape:
    """Return what is another one as soon as a table or anything else is changed."""
    return connection.execute(_SHAPE).fetchall()


def cleaned(
    connection: psycopg.Connection, shape: Shape, contents: Contents, ours: int
) -> Shape | None:
    """Have a database be as it was; return its shape, or None where it cannot be.

    So many connections to it are `ours`.
    """
    try:
        if not _is_left(connection, ours) or _has_changed(connection, shape):
            return None
        with connection.transaction():
            _bring_back(connection, contents)
        if connection.execute(_HAS_STATISTICS).fetchone() is None:
            return shape
        forget_statistics(connection)
        return shape_of(connection)
    except psycopg.Error:
        return None


def forget_statistics(connection: psycopg.Connection) -> None:
    """Have a database be as one whose rows nobody has counted."""
    with connection.transaction():
        connection.execute(_FORGET_STATISTICS)


def _is_left(connection: psycopg.Connection, ours: int) -> bool:
    """Whether nobody but us speaks to a database, or soon nobody does."""
    for _ in range(_LOOKS):
        # Within a transaction it would be told the same each time.
        if connection.execute(_OTHERS).fetchone() == (ours,):
            return True
        sleep(0.001)
    return False


def _has_changed(connection: psycopg.Connection, shape: Shape) -> bool:
    return (
        shape_of(connection) != shape
        or connection.execute(_LARGEST).fetchone() is not None
    )


def _bring_back(connection: psycopg.Connection, contents: Contents) -> None:
    removals = "; ".join(f"DELETE FROM {it}" for it in contents.tables)  # noqa: S608
    # No key and no trigger has a say.
    connection.execute(
        f"SET LOCAL session_replication_role = replica; {removals}".encode()
    )
    for table, data in contents.rows:
        with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for line in data:
                copy.write(line)
    places = ", ".join(
        f"setval('{name}', {value}, {is_called})"
        for name, value, is_called in contents.sequences
    )
    connection.execute(f"SELECT {places}".encode())


def _copied(connection: psycopg.Connection, table: str) -> list[bytes]:
    with connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return [bytes(line) for line in copy]
