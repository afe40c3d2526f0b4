"""What is removed leaves nothing of itself in the database's files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine

from digest.errors import StoreError
from digest.store.base.engine import writing

_NOT_ANEW = (
    "the database was not written anew ({}): try again, or stop what works on it first"
)
# How long transactions of before are waited for, and how often they are looked at.
_PATIENCE_SECONDS, _LOOK_SECONDS = 10.0, 0.05
# A transaction of any database of the server has rows kept that it, or a snapshot taken
# while it runs, could see; so does a snapshot of ours that was taken before.
_ARE_STILL_SEEN = """
    SELECT pg_snapshot_xmin(pg_current_snapshot()) <= %(before)s::text::xid8 OR EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND age(backend_xmin) >= age(%(before)s::text::xid8::xid))
"""
_Execute = Callable[..., Any]


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
    with _at_once(engine) as execute:
        if engine.dialect.name != "sqlite":
            # First: what it knows of columns is of values too, in rows of its own.
            execute("ANALYZE")
            _await_earlier_transactions(execute)
            execute("VACUUM (FULL)")
            return
        # Beside the database, and not in memory: it is as large as all of it.
        execute("PRAGMA temp_store=FILE")
        execute("VACUUM")
        execute("PRAGMA temp_store=MEMORY")
    if not _empty_journal(engine):
        raise StoreError(_NOT_ANEW.format("somebody was reading from it"))


def _await_earlier_transactions(execute: _Execute) -> None:
    """Return when nobody sees what was removed before. Raises StoreError."""
    [before] = execute("SELECT pg_current_xact_id()::text").fetchone()
    patient_until = monotonic() + _PATIENCE_SECONDS
    while execute(_ARE_STILL_SEEN, {"before": before}).fetchone() != (False,):
        if monotonic() > patient_until:
            why = "a transaction on its server has been going on since before"
            raise StoreError(_NOT_ANEW.format(why))
        sleep(_LOOK_SECONDS)


@contextmanager
def _at_once(engine: Engine) -> Iterator[_Execute]:
    """Yield what carries statements out that no transaction may hold.

    Raises StoreError where one fails.
    """
    raw = engine.raw_connection()
    driver: Any = raw.driver_connection
    is_server = engine.dialect.name != "sqlite"
    try:
        if is_server:
            driver.autocommit = True
        yield driver.execute
        if is_server:
            driver.autocommit = False
    except engine.dialect.loaded_dbapi.Error as problem:
        raw.invalidate()
        why = " ".join(str(problem).split())
        raise StoreError(_NOT_ANEW.format(why)) from problem
    except StoreError:
        raw.invalidate()
        raise
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
