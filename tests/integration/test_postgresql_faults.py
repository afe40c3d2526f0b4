"""A PostgreSQL that goes away, is full, locked or read-only: nothing goes unrecorded.

The faults are real ones, of a server of these tests' own that keeps its promises:
nothing of its durability is turned off. Each test has a database of its own on it.
See test_storage_faults.py for SQLite.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from digest.deliver.printing.print_room import PrintRoom
from digest.deliver.sending.run_state import RunTally
from digest.errors import StoreError
from digest.schedule.delivery.dispatch import EmbeddedDispatcher
from digest.schedule.delivery.worker import Work
from digest.store.base.engine import open_engine, writing
from digest.store.migrate import migrate
from tests.builders import EIGHT
from tests.fakes.carrier import ScriptedCarrier
from tests.postgres import PATTERN, Server, migrated, programs, running
from tests.rows import a_planned_edition
from tests.storage import (
    ACCEPTED,
    READERS,
    Rounds,
    a_disk,
    a_sender,
    assert_goes_on,
    assert_nothing_unrecorded,
    at_copy,
    fill,
    no_letters,
    recorded,
)

pytestmark = pytest.mark.skipif(
    programs() is None, reason="no PostgreSQL: apt-get install postgresql"
)
NAME, EMPTY = "digest", "template1"


def make_anew(server: Server, pattern: str) -> None:
    """Have the server's database be a copy of another."""
    server.command(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    server.command(f"CREATE DATABASE {NAME} TEMPLATE {pattern}")


@pytest.fixture(scope="module")
def roomy_server() -> Iterator[Server]:
    """Yield a server with a disk that is large enough, and a migrated pattern."""
    with running(settings=()) as server:
        migrated(server)
        yield server


@pytest.fixture
def server(roomy_server: Server) -> Server:
    """Return a server with a migrated database that nobody has used."""
    make_anew(roomy_server, PATTERN)
    return roomy_server


@contextmanager
def a_database(server: Server, lock_wait_ms: int = 100) -> Iterator[Engine]:
    """Yield an edition planned for some readers, on that server."""
    engine = open_engine(server.url(NAME), lock_wait_ms)
    migrate(engine)
    a_planned_edition(engine, emails=READERS)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def a_locker(server: Server) -> Iterator[psycopg.Connection]:
    """Yield another session, whose transaction ends with the block at the latest."""
    where = f"host={server.folder} user=postgres dbname={NAME}"
    with psycopg.connect(where) as session:
        yield session


def pack(server: Server) -> None:
    """Leave no room on the pages of deliveries: each change to one needs a new page."""
    where = f"host={server.folder} user=postgres dbname={NAME}"
    with psycopg.connect(where, autocommit=True) as session:
        session.execute("ALTER TABLE delivery SET (fillfactor = 100)")
        session.execute("VACUUM FULL delivery")


def lock(session: psycopg.Connection) -> None:
    """Have nobody else write a delivery until the session's transaction ends."""
    session.execute("LOCK TABLE delivery IN EXCLUSIVE MODE")


def test_a_server_that_dies_in_mid_run_forgets_nothing_it_acknowledged(
    server: Server,
) -> None:
    with a_database(server) as engine:
        carrier = ScriptedCarrier(on_wire=at_copy(10, server.stop))

        with pytest.raises(StoreError, match="no database server answers"):
            a_sender(engine, carrier).send_due(threading.Event())
        assert len(carrier.copies) < READERS
        server.start()
        assert_nothing_unrecorded(engine, carrier)
        assert_goes_on(engine, carrier)


def test_work_goes_on_by_itself_when_the_server_is_back(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    with a_database(server) as engine:
        carrier = ScriptedCarrier(on_wire=at_copy(10, server.stop))
        sender = replace(a_sender(engine, carrier), clock=lambda: EIGHT)
        letters = PrintRoom(engine, tmp_path, no_letters, lambda: EIGHT)
        work = Work(engine, lambda: sender, lambda: letters, lambda: EIGHT)
        rounds = Rounds({2: server.start}, most=3)
        with EmbeddedDispatcher().supply(rounds) as supply:
            list(work.rounds(rounds, lambda: True, supply))

        assert caplog.messages == 2 * [
            "work stopped short why=no database server answers: start it, "
            "or look at its own log, or mend host and port in DIGEST_DATABASE_URL "
            "(postgresql+psycopg://user:password@host/name)"
        ]
        assert len(recorded(engine, ACCEPTED)) == READERS


def test_a_full_disk_stops_the_sender_before_anything_goes_unrecorded() -> None:
    small = partial(a_disk, megabytes=100)
    with running(settings=(), on=small) as server:
        make_anew(server, EMPTY)
        with a_database(server) as engine:
            pack(server)
            filler = server.data / "filler"
            carrier = ScriptedCarrier(on_wire=at_copy(10, lambda: fill(filler)))

            with pytest.raises(
                StoreError, match=r"disk is full: make room|no database server"
            ):
                a_sender(engine, carrier).send_due(threading.Event())
            assert len(carrier.copies) < READERS
            filler.unlink()
            # Without room for its log it ends itself, so as to forget nothing.
            server.stop()
            server.start()
            engine.dispose()
            assert_nothing_unrecorded(engine, carrier)
            assert_goes_on(engine, carrier)


def test_of_a_server_that_only_lets_itself_be_read_nothing_leaves(
    server: Server,
) -> None:
    carrier = ScriptedCarrier()
    with a_database(server) as engine:
        server.command(f"ALTER DATABASE {NAME} SET default_transaction_read_only = on")
        engine.dispose()
        with pytest.raises(StoreError, match="only lets itself be read"):
            a_sender(engine, carrier).send_due(threading.Event())
        assert carrier.copies == []
        server.command(f"ALTER DATABASE {NAME} RESET default_transaction_read_only")
        engine.dispose()
        assert_goes_on(engine, carrier)


def test_a_lock_held_longer_than_we_wait_stops_the_sender(server: Server) -> None:
    with a_database(server) as engine, a_locker(server) as session:
        carrier = ScriptedCarrier(on_wire=at_copy(10, lambda: lock(session)))

        with pytest.raises(StoreError, match="locked by another program"):
            a_sender(engine, carrier).send_due(threading.Event())
        assert len(carrier.copies) < READERS
        session.rollback()
        assert_nothing_unrecorded(engine, carrier)
        assert_goes_on(engine, carrier)


def test_a_lock_held_for_less_is_waited_for(server: Server) -> None:
    with a_database(server, 30_000) as engine, a_locker(server) as session:

        def lock_for_a_while() -> None:
            lock(session)
            threading.Timer(0.5, session.rollback).start()

        carrier = ScriptedCarrier(on_wire=at_copy(10, lock_for_a_while))
        tally = a_sender(engine, carrier).send_due(threading.Event())
        assert tally == RunTally(accepted=READERS)
        assert len(carrier.copies) == READERS


def test_who_starts_while_another_machine_migrates_waits_however_long(
    server: Server,
) -> None:
    make_anew(server, EMPTY)
    engine = open_engine(server.url(NAME), lock_wait_ms=100)
    with a_locker(server) as session:
        session.execute("SELECT pg_advisory_xact_lock(20260706)")
        threading.Timer(0.5, session.rollback).start()

        assert migrate(engine)
    engine.dispose()


def read_as_a_stranger(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE ROLE a_stranger")
        connection.exec_driver_sql("SET LOCAL ROLE a_stranger")
        connection.exec_driver_sql("SELECT id FROM campaign")


def test_a_role_without_rights_is_told_in_a_line(postgresql_engine: Engine) -> None:
    """As after a backup was restored by another role than ours."""
    with pytest.raises(StoreError, match="make that role the owner of the database"):
        read_as_a_stranger(postgresql_engine)
