"""A database filled fast, by statements of our own whose rows are known to fit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from digest.store.base.engine import writing

# Nothing is looked up that refers to another table, and nobody misses what is lost.
_HURRY = {
    "sqlite": (
        "PRAGMA synchronous=OFF",
        "PRAGMA foreign_keys=OFF",
        "PRAGMA ignore_check_constraints=ON",
        "PRAGMA cache_size=-1048576",
        "PRAGMA threads=2",
    ),
    "postgresql": (
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
        "SET maintenance_work_mem = '1GB'",
    ),
}
_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' "
    "AND sql IS NOT NULL AND tbl_name = :name",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :name "
    "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
}


@contextmanager
def hurried(engine: Engine, without_indexes: tuple[str, ...] = ()) -> Iterator[None]:
    """Have the database hurry in a block; it makes these tables' indexes at the end.

    All who have a connection of the engine lose it, before and after.
    """
    kind = engine.dialect.name

    def hurry(connection: Any, *_rest: object) -> None:
        cursor = connection.cursor()
        for words in _HURRY[kind]:
            cursor.execute(words)
        cursor.close()
        if kind == "postgresql":
            connection.commit()

    event.listen(engine, "connect", hurry)
    engine.dispose()
    try:
        with writing(engine) as connection:
            indexes = _dropped(connection, without_indexes)
        yield
        with writing(engine) as connection:
            for words in indexes:
                connection.exec_driver_sql(words)
    finally:
        event.remove(engine, "connect", hurry)
        engine.dispose()


def _dropped(connection: Connection, tables: tuple[str, ...]) -> list[str]:
    """Drop the tables' indexes; return what makes them again."""
    kind = connection.dialect.name
    made_by = list[str]()
    for table in tables:
        rows = connection.execute(text(_INDEXES[kind]), {"name": table}).all()
        for name, words in rows:
            connection.exec_driver_sql(f"DROP INDEX {name}")
            made_by.append(words)
    return made_by
