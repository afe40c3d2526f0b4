"""One engine for SQLite and PostgreSQL, with transactions that mean the same."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    FromClause,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from digest.errors import StoreError
from digest.store import limits
from digest.store.base.database_errors import POSTGRESQL_FORM, in_words
from digest.store.base.read_once import NOTEBOOK

_AFTER_COMMIT = "after commit"
_REBUILDS = "rebuilds tables"
# PostgreSQL would plan anew, each time, what it believes to be cheaper for just these
# few rows: that takes twice as long as carrying it out.
_ONCE = "SET plan_cache_mode = force_generic_plan"
_AS_USUAL = "RESET plan_cache_mode"
# It takes what is asked of each row for so dear that sorting all of them seems to cost
# nothing; to sort by words takes longer than all that is asked.
_BY_HASH = "SET LOCAL enable_sort = off"
_BY_ANY = "SET LOCAL enable_sort = on"
_KINDS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
_FORM = f"write sqlite:///path/to/digest.db or {POSTGRESQL_FORM}"
# The execution option of a connection on which the driver carries out what is prepared.
BY_DRIVER = "by driver"


def open_engine(url: str, lock_wait_ms: int = limits.LOCK_WAIT_MS) -> Engine:
    """Return an engine for `url` whose errors never show a subscriber's data.

    On SQLite a writing transaction takes its lock when it begins, so that a
    read inside it cannot go stale and an upgrade cannot fail; a transaction
    opened by `reading` takes none. On both, whoever waits for another's lock for
    longer than `lock_wait_ms` is told so by a StoreError. Raises StoreError for
    a URL that names no database we know.
    """
    if understood(url).get_backend_name() == "postgresql":
        return _postgresql(url, lock_wait_ms)
    return _sqlite(url, lock_wait_ms)


def understood(url: str) -> URL:
    """Return what `url` says. Raises StoreError where it names no database we know."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError) as problem:
        raise StoreError(
            f"DIGEST_DATABASE_URL is not a database address: {_FORM}"
        ) from problem
    if parts.drivername not in _KINDS:
        raise StoreError(
            f"DIGEST_DATABASE_URL begins with {parts.drivername}:, which is not "
            f"supported: {_FORM}"
        )
    return parts


def _postgresql(url: str, lock_wait_ms: int) -> Engine:
    try:
        engine = create_engine(url, hide_parameters=True)
    except ModuleNotFoundError as problem:
        raise StoreError(
            "PostgreSQL needs more packages: pip install '.[scale]'"
        ) from problem

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # To compile a statement takes longer than to carry out any of ours.
        connection.execute(f"SET lock_timeout = {lock_wait_ms}; SET jit = off")
        connection.commit()

    _test_what_has_rested(engine)
    return engine


def _test_what_has_rested(engine: Engine) -> None:
    """Have a connection that was idle tested, and replaced where it has gone.

    Not one that was used just now, as `pool_pre_ping` would: a sender commits
    hundreds of times a second, and a test costs as much as a statement.
    """

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(
        connection: Any, record: ConnectionPoolEntry, _proxy: object
    ) -> None:
        if (
            monotonic()
            < record.info.get("rests_since", inf) + limits.UNTESTED_REST_SECONDS
        ):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as problem:
            raise DisconnectionError from problem


def _sqlite(url: str, lock_wait_ms: int) -> Engine:
    if path := make_url(url).database:
        _make_private(Path(path))
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": lock_wait_ms / 1000}
    )
    engine.dialect.statement_compiler = _CompilerWithHints

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={lock_wait_ms}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-16384",
            "temp_store=MEMORY",
            # What is removed is overwritten, whichever SQLite this is.
            "secure_delete=ON",
            "journal_size_limit=67108864",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_REBUILDS):
            # Heard outside of a transaction alone.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.info[_REBUILDS] = True
        writes = options.get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "checkin")
    def _on_checkin(connection: Any, record: ConnectionPoolEntry) -> None:
        if record.info.pop(_REBUILDS, False) and connection is not None:
            connection.execute("PRAGMA foreign_keys=ON")

    return engine


class _CompilerWithHints(SQLiteCompiler):
    """Writes down by which index a query is to be answered, where it says so."""

    def get_from_hint_text(
        self,
        table: FromClause,  # noqa: ARG002 - SQLAlchemy's signature
        text: str | None,
    ) -> str | None:
        """Return what stands behind the table's name."""
        return text


def _make_private(path: Path) -> None:
    """Make the database's file and folder, where they are missing, for us alone."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as problem:
        raise StoreError(
            f"the database {path} cannot be made: {problem.strerror}; "
            "look at its folder's owner and mode"
        ) from problem


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a writing transaction, committed at the end.

    Raises StoreError, in words, where the database itself is the trouble.
    """
    with _in_one(engine.begin, engine) as connection:
        yield connection


class WritingConnection:
    """A connection kept for many short transactions that write, one after another.

    What is prepared is carried out on it by the driver itself: SQLAlchemy hears
    nothing of it, and what it would do for each is half of what recording costs.
    One that has rested, or that has failed, is given back and another taken.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._used_at = 0.0
        self.dialect = engine.dialect
        # There a BEGIN is a journey of its own.
        self._is_postgresql = engine.dialect.name == "postgresql"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield it in a writing transaction; see `writing`."""
        self._close_if_it_has_rested()
        try:
            with _in_one(self._in_transaction, self._engine) as connection:
                yield connection
        except BaseException:
            self.close()
            raise
        self._used_at = monotonic()

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """Yield it for what is prepared alone, of which SQLAlchemy hears nothing.

        On PostgreSQL for one statement, which is a transaction by itself; on SQLite
        for any, in a transaction that the driver begins. Raises as `writing` does.
        """
        errors = self.dialect.loaded_dbapi.Error
        self._close_if_it_has_rested()
        # In one piece: several hundred times a second, each layer counts.
        try:
            connection = self._ready()
            driver: Any = connection.connection.driver_connection
            if not self._is_postgresql:
                driver.execute("BEGIN IMMEDIATE")
            yield connection
            if not self._is_postgresql:
                driver.execute("COMMIT")
        except (DBAPIError, errors) as problem:
            if self._connection is not None and isinstance(problem, errors):
                # It may be gone, and is not to be asked for anything then.
                self._connection.invalidate(problem)
            self.close()
            raise in_words(self._engine, problem) from problem
        except BaseException:
            self.close()
            raise
        self._used_at = monotonic()

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            if self._is_postgresql:
                self._plan(_AS_USUAL)
            self._connection.close()
            self._connection = None

    def _close_if_it_has_rested(self) -> None:
        if monotonic() > self._used_at + limits.UNTESTED_REST_SECONDS:
            self.close()

    @contextmanager
    def _in_transaction(self) -> Iterator[Connection]:
        connection = self._ready()
        with connection.begin():
            try:
                if not self._is_postgresql:
                    yield connection
                    return
                driver: Any = connection.connection.driver_connection
                with driver.transaction():
                    yield connection
            except self.dialect.loaded_dbapi.Error as problem:
                # It may be gone, and is not to be asked for anything then.
                connection.invalidate(problem)
                raise

    def _ready(self) -> Connection:
        if self._connection is None:
            options: dict[str, Any] = {BY_DRIVER: True}
            if self._is_postgresql:
                options["isolation_level"] = "AUTOCOMMIT"
            self._connection = self._engine.connect().execution_options(**options)
            if self._is_postgresql:
                self._plan(_ONCE)
        return self._connection

    def _plan(self, how: str) -> None:
        connection = self._connection
        if connection is None or connection.invalidated or connection.closed:
            return
        driver: Any = connection.connection.driver_connection
        with suppress(self.dialect.loaded_dbapi.Error):  # whoever uses it next is told
            driver.execute(how)


@contextmanager
def _in_one(
    begin: Callable[[], AbstractContextManager[Connection]], engine: Engine
) -> Iterator[Connection]:
    acts: list[Callable[[], None]] = []
    try:
        with begin() as connection:
            # Held on to: a connection that was cut off has to be asked for nothing.
            info = connection.info
            info[_AFTER_COMMIT] = acts
            try:
                yield connection
            finally:
                info.pop(_AFTER_COMMIT, None)
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as problem:
        raise in_words(engine, problem) from problem
    for act in acts:
        act()


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """Yield what `writing` yields, where SQLite lets a table with children be rebuilt.

    SQLite knows no other way to change a constraint: the old table is dropped and
    the new one takes its name. With its foreign keys looked after, what refers to
    the rows counts as cut off when it is committed, whatever stands there then. So
    nobody looks after them here, and who rebuilds has to look before the end:
    `cut_off` says what is.
    """
    with writing(engine.execution_options(**{_REBUILDS: True})) as connection:
        yield connection


def cut_off(connection: Connection) -> frozenset[tuple[str, int, str]]:
    """Return (table, row, other table) of each row that refers to none; SQLite's only.

    PostgreSQL lets no such row come about.
    """
    if connection.dialect.name != "sqlite":
        return frozenset()
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return frozenset((table, row, other) for table, row, other, _ in rows)


def after_commit(connection: Connection, act: Callable[[], None]) -> None:
    """Have `act` done once a transaction of `writing` is committed, before its caller.

    What it raises is raised to that caller. It is not done after a rollback.
    """
    acts: list[Callable[[], None]] = connection.info[_AFTER_COMMIT]
    acts.append(act)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that only reads and blocks no writer."""
    try:
        with engine.connect().execution_options(
            writes=False, **{NOTEBOOK: {}}
        ) as connection:
            yield connection
            # Not rolled back: psycopg then forgets the statements that it prepared.
            connection.commit()
    except DBAPIError as problem:
        raise in_words(engine, problem) from problem


@contextmanager
def grouping_by_hash(connection: Connection) -> Iterator[None]:
    """Have PostgreSQL count many rows by their kinds without sorting them."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql(_BY_HASH)
    yield
    connection.exec_driver_sql(_BY_ANY)
