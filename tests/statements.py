"""Statements compiled once for every database of a kind, not once for each.

An engine keeps what it has compiled, as a program has one for as long as it runs. Each
of thousands of tests has one of its own, and nearly all that it asks was asked before.
"""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from tests import warm

_compiled: MutableMapping[Any, Any] = LRUCache(4000)
_of_server: dict[str, Any] = {}


class _OneOfAKind:
    """A dialect that is as good as any other of its class."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Have an engine keep what it compiles where all of them do."""
        engine.update_execution_options(compiled_cache=_compiled)


class SharingSqlite(_OneOfAKind, SQLiteDialect_pysqlite):
    """SQLite, with its statements kept for every database of this process."""

    supports_statement_cache = True


class SharingPostgresql(_OneOfAKind, PGDialect_psycopg):
    """PostgreSQL, with its statements kept for every database of this process.

    What the first one says of its server is so of the others.
    """

    supports_statement_cache = True

    def initialize(self, connection: Connection) -> None:
        """Ask the server what it is, unless one has been asked."""
        if not _of_server:
            before = dict(vars(self))
            super().initialize(connection)  # type: ignore[no-untyped-call]  # SQLAlchemy's
            _of_server.update(
                (name, value)
                for name, value in vars(self).items()
                if name not in before or before[name] is not value
            )
        vars(self).update(_of_server)

    def connect(self, *words: Any, **names: Any) -> Any:
        """Return a connection that is as new; one to a warm database where it can."""
        return warm.take(names) or super().connect(*words, **names)

    def do_close(self, dbapi_connection: Any) -> None:
        """Close a connection, or keep it for who connects to the same next."""
        if not warm.keep(dbapi_connection):
            super().do_close(dbapi_connection)  # type: ignore[no-untyped-call]  # SQLAlchemy's


def compile_once() -> None:
    """Have whatever engine is opened from now on share what is compiled."""
    for name, dialect in (
        ("sqlite", SharingSqlite),
        ("postgresql.psycopg", SharingPostgresql),
    ):
        registry.register(name, __name__, dialect.__name__)
