"""What is removed leaves nothing of itself in the database's files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from digest.errors import StoreError
from digest.store.base.engine import writing

_NOT_ANEW = (
    "the database was not written anew ({}): try again, or stop what works on it first"
)


@contextmanager
def overwriting(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a writing transaction, committed at the end.

    On SQLite the journal that still holds what was removed is emptied, unless
    somebody is reading from it just then; it is overwritten by and by all the same.
    """
    with writing(engine) as connection:
        yield connection
    if engine.dialect.name == "sqlite":
        _empty_journal(engine)


def size_of(engine: Engine) -> int | None:
    """Return how many bytes an SQLite database has; None of one on a server."""
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    return Path(path).stat().st_size if path and Path(path).exists() else None


def rewrite(engine: Engine) -> None:
    """Write the database's files anew, without traces of what was removed.

    Where pages of its trees were moved about, SQLite leaves remnants in them that it
    overwrites only by and by; PostgreSQL leaves the whole rows. Others wait meanwhile.
    Raises StoreError where it was not done: others had it in use for too long, say.
    """
    if engine.dialect.name != "sqlite":
        # First: what it knows of columns is of values too, and is in rows of its own.
        _do_at_once(engine, "ANALYZE", "VACUUM (FULL)")
        return
    # Beside the database, and not in memory: it is as large as all of it.
    _do_at_once(engine, "PRAGMA temp_store=FILE", "VACUUM", "PRAGMA temp_store=MEMORY")
    if not _empty_journal(engine):
        raise StoreError(_NOT_ANEW.format("somebody was reading from it"))


def _do_at_once(engine: Engine, *statements: str) -> None:
    """Carry statements out that no transaction may hold. Raises StoreError."""
    raw = engine.raw_connection()
    driver: Any = raw.driver_connection
    is_server = engine.dialect.name != "sqlite"
    try:
        if is_server:
            driver.autocommit = True
        for statement in statements:
            driver.execute(statement)
        if is_server:
            driver.autocommit = False
    except engine.dialect.loaded_dbapi.Error as problem:
        raw.invalidate()
        why = " ".join(str(problem).split())
        raise StoreError(_NOT_ANEW.format(why)) from problem
    finally:
        raw.close()


def _empty_journal(engine: Engine) -> bool:
    raw = engine.raw_connection()
    try:
        [row] = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except engine.dialect.loaded_dbapi.Error:
        return False
    finally:
        raw.close()
    return not row[0]
