"""Connections to PostgreSQL that one test has let go, as new for the next.

To whoever connects, the server gives a process that knows nothing yet: of each table
that it is asked about it reads anew what columns, keys and types it has. That takes it
longer than what most tests ask.
"""

import os
from collections import defaultdict
from collections.abc import Mapping
from threading import Lock

import psycopg
from psycopg.pq import TransactionStatus

# Of one database. Few tests have more at once, and a server takes only so many.
MOST = 3
# Who connects otherwise may do less, or has something set from the beginning.
_USER, _USUAL = "postgres", {"host", "dbname", "user", "context"}

_COUNTS_WHEN_ASKED = 150_000

_lock = Lock()
_idle: defaultdict[str, list[psycopg.Connection]] = defaultdict(list)
_databases = set[str]()
# A fork has what we keep as well, and is to speak by none of it.
_process = os.getpid()


def warm(database: str) -> None:
    """Have connections to that database be kept from now on."""
    _databases.add(database)


def count(database: str) -> int:
    """Return how many are kept."""
    return len(_idle[database])


def let_go(database: str) -> None:
    """Have none of them be kept any longer."""
    with _lock:
        _databases.discard(database)
        for connection in _idle.pop(database, ()):
            connection.close()


def take(names: Mapping[str, object]) -> psycopg.Connection | None:
    """Return one that is kept for who connects so, and is kept no longer, or None."""
    database = str(names.get("dbname"))
    if names.get("user") != _USER or not names.keys() <= _USUAL:
        return None
    with _lock:
        if os.getpid() != _process or not _idle[database]:
            return None
        return _idle[database].pop()


def keep(connection: psycopg.Connection) -> bool:
    """Keep one for the next, as if it were new; say whether that is so."""
    database = connection.info.dbname
    if (
        os.getpid() != _process
        or database not in _databases
        or (connection.info.user, connection.info.options) != (_USER, "")
        or len(_idle[database]) >= MOST
        or not _is_as_new(connection)
    ):
        return False
    with _lock:
        _idle[database].append(connection)
    return True


def _is_as_new(connection: psycopg.Connection) -> bool:
    """Have it forget all that was set on it; whether it could."""
    info = connection.info
    is_idle = info.transaction_status is TransactionStatus.IDLE
    if not is_idle or info.server_version < _COUNTS_WHEN_ASKED:
        return False
    try:
        connection.autocommit = True
        connection.execute("DISCARD ALL")
        # As one that ends does: what it has counted is no longer its own.
        connection.execute("SELECT pg_stat_force_next_flush()")
        connection.autocommit = False
    except psycopg.Error:
        return False
    # What the server has forgotten.
    connection._prepared.clear()  # noqa: SLF001
    connection._prepared._to_flush.clear()  # noqa: SLF001
    connection._notice_handlers.clear()  # noqa: SLF001
    return True
