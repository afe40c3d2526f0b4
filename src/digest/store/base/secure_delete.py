"""A transaction that leaves nothing of what it removes in the database's files."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from digest.store.base.engine import writing


@contextmanager
def overwriting(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a writing transaction, committed at the end.

    On SQLite what is removed is overwritten with zeros, and the journal that
    still holds it is emptied unless somebody is reading from it just then;
    it is overwritten by and by all the same. Elsewhere VACUUM sees to it.
    """
    if engine.dialect.name != "sqlite":
        with writing(engine) as connection:
            yield connection
        return
    with writing(engine) as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        yield connection
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()
