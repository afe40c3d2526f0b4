"""Machines whose clocks differ agree on the time, since the database tells it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier

import time_machine
from sqlalchemy import Engine

from digest.store.base import machine_clocks
from digest.store.base.clock import DatabaseClock, clock_of
from digest.store.base.engine import reading, writing
from digest.store.delivery.sending import send_batches
from tests.builders import EIGHT
from tests.rows import a_planned_edition

TEN_MINUTES = timedelta(minutes=10)
LEASE = timedelta(seconds=30)


@dataclass
class Stopwatch:
    """Counts only what it is told to."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """Return how long it has been running."""
        return self.seconds


def test_a_wrong_clock_on_this_machine_changes_nothing(
    postgresql_engine: Engine,
) -> None:
    right = datetime.now(UTC)
    with time_machine.travel(right + TEN_MINUTES, tick=True):
        time = clock_of(postgresql_engine)()
    assert abs(time - right) < timedelta(seconds=60)


def test_a_machine_knows_how_far_its_clock_is_from_the_databases(
    postgresql_engine: Engine,
) -> None:
    with time_machine.travel(datetime.now(UTC) - TEN_MINUTES, tick=True):
        ahead = machine_clocks.ahead_of_database(postgresql_engine)
    assert ahead is not None
    assert abs(ahead + TEN_MINUTES) < timedelta(seconds=1)
    machine_clocks.note(postgresql_engine, "here", ahead, EIGHT)
    with reading(postgresql_engine) as connection:
        assert machine_clocks.listed(connection, EIGHT - LEASE) == {"here": ahead}


def test_two_processes_that_begin_at_once_both_say_how_far_their_clock_is(
    postgresql_engine: Engine,
) -> None:
    both = Barrier(2)

    def note(machine: str) -> None:
        both.wait()
        machine_clocks.note(postgresql_engine, machine, TEN_MINUTES, EIGHT)

    machines = [f"machine-{number}" for number in range(40)]
    with ThreadPoolExecutor(2) as processes:
        for machine in machines:
            for done in [processes.submit(note, machine) for _ in range(2)]:
                done.result(timeout=30)

    with reading(postgresql_engine) as connection:
        noted = machine_clocks.listed(connection, EIGHT - LEASE)
    assert noted == dict.fromkeys(machines, TEN_MINUTES)


def test_a_database_on_this_machines_disk_goes_by_its_clock(
    sqlite_engine: Engine,
) -> None:
    assert machine_clocks.ahead_of_database(sqlite_engine) is None


def test_between_two_looks_time_goes_by_without_asking(
    postgresql_engine: Engine,
) -> None:
    stopwatch = Stopwatch()
    clock = DatabaseClock(postgresql_engine, stopwatch)
    first = clock()
    stopwatch.seconds = 59
    assert clock() == first + timedelta(seconds=59)
    stopwatch.seconds = 61
    assert clock() < first + timedelta(seconds=59), "asked again, so put right"


def test_a_lease_holds_and_ends_for_a_machine_that_is_ten_minutes_ahead(
    postgresql_engine: Engine,
) -> None:
    a_planned_edition(postgresql_engine)
    ours = clock_of(postgresql_engine)

    def claimed(owner: str, now: datetime) -> bool:
        with writing(postgresql_engine) as connection:
            return send_batches.claim(connection, owner, now, LEASE) is not None

    assert claimed("here/1/a/b", ours())
    with time_machine.travel(datetime.now(UTC) + TEN_MINUTES, tick=True):
        theirs = clock_of(postgresql_engine)
        assert not claimed("there/1/a/b", theirs())
        assert claimed("there/1/a/b", theirs() + LEASE)
