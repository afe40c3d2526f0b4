"""Edition after edition, each sent through many kills, each then judged."""

import multiprocessing
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from sqlalchemy import Engine

from digest.audience.unsubscribing import unsubscribe
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.store.base.engine import reading, writing
from digest.store.delivery import settling
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.editions import editions
from tests.kills.ground import DATABASES, peopled, something_new
from tests.kills.points import IN_PLANNING, LATEST, SEEN_BY_SINK, Point
from tests.kills.program import Orders, edition_at, work
from tests.kills.returns import Returns
from tests.kills.sink import Sink, listening
from tests.kills.verdict import (
    MOST_SECONDS,
    Verdict,
    falsely_sent,
    judge,
    record_of,
    unmarked,
)

_LEAVERS = 3
_MOST_EDITIONS = 200
_MOMENT_SECONDS = 0.05
_LONGEST_RUN_SECONDS = 300
_READERS_A_SECOND = 12_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a matrix is."""

    database: str
    workers: int
    readers: int = 10_000
    connections: int = 8
    randomly: int = 200
    each: int = 25
    seed: int = 1

    @property
    def usual_seconds(self) -> float:
        """Return about how long a run goes on: a kill is to come before its end."""
        return 0.1 + self.readers / _READERS_A_SECOND

    def kills(self) -> Counter[Point]:
        """Return how often each point is to be hit."""
        counts = Counter(dict.fromkeys(Point, self.each))
        counts[Point.RANDOM] = self.randomly
        return counts


@dataclass(slots=True)
class Result:
    """What came of a matrix; `killed` counts the kills that were made."""

    plan: Plan
    killed: Counter[Point] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)
    editions: int = 0
    seconds: float = 0.0


class Group:
    """The processes of one run, killed together; nobody else's number is used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._id: int | None = None
        self._processes: list[BaseProcess] = []
        self.was_killed = False

    def start(self, orders: Orders, workers: int) -> None:
        """Start so many processes, and let them go when all are there."""
        context: Any = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.kills.program"])
        pipes, group = [], 0
        self._processes = []
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(orders, group, theirs))
            process.start()
            group = ours.recv()
            pipes.append(ours)
            self._processes.append(process)
        with self._lock:
            self._id, self.was_killed = group, False
        for pipe in pipes:
            pipe.send(None)
            pipe.close()

    def kill(self) -> None:
        """Kill what runs, if anything does."""
        with self._lock:
            if self._id is not None:
                with suppress(ProcessLookupError):
                    os.killpg(self._id, signal.SIGKILL)
                self._id = None

    def wait(self, seconds: float) -> bool:
        """Wait for all to end, so long at most; return whether they have."""
        until = monotonic() + seconds
        while running := [
            process.sentinel for process in self._processes if process.is_alive()
        ]:
            if monotonic() >= until:
                return False
            wait(running, until - monotonic())
        with self._lock:
            self._id = None
        self._judge_ends()
        return True

    def _judge_ends(self) -> None:
        codes = {process.exitcode for process in self._processes}
        if codes - {0, -signal.SIGKILL}:
            raise RuntimeError("the program under test failed: its own words say why")
        self.was_killed = -signal.SIGKILL in codes


class Matrix:
    """Runs one plan."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._say = say
        # Which instants are hit is to be repeatable; nobody is to be fooled by it.
        self._random = random.Random(plan.seed)  # noqa: S311
        self._left = plan.kills()
        self._group = Group()
        self._point: Point | None = None
        self._countdown = 0
        self._lock = threading.Lock()
        self._left_at = dict[int, datetime]()
        self._on_wire = set[tuple[int, datetime | None]]()
        self._result = Result(plan)

    def run(self) -> Result:
        """Send editions until every kill was made, and judge each."""
        began = monotonic()
        with (
            DATABASES[self._plan.database]() as address,
            peopled(address, self._plan.readers) as (engine, first),
            TemporaryDirectory(prefix="digest-sink-") as folder,
        ):
            self._sink = Sink(Path(folder) / "journal", self._on_step)
            self._returns = Returns(engine, Path(folder) / "returned")
            with listening(self._sink) as server:
                while self._left.total():
                    number = self._result.editions
                    self._slot = replace(
                        first, at=first.at + timedelta(microseconds=number)
                    )
                    something_new(engine, number, self._slot.at)
                    self._engine = engine
                    self._edition(self._orders(address, server))
                    if number > _MOST_EDITIONS:
                        raise RuntimeError(f"never reached: {set(self._left)}")
        self._result.seconds = monotonic() - began
        return self._result

    def _orders(self, address: str, server: str) -> Orders:
        chunk = max(self._plan.readers // 10, 1)
        connections = self._plan.connections
        return Orders(
            address,
            server,
            connections,
            self._slot,
            chunk,
            self._returns.place,
            Point.RANDOM,
            0,
        )

    def _edition(self, orders: Orders) -> None:
        engine = self._engine
        self._sink.arrivals.clear()
        self._on_wire.clear()
        for point in self._share():
            self._run_until_killed(orders, point)
        seconds = self._finish(orders)
        edition_id = edition_at(engine, orders.slot)
        verdict = Verdict(slowest_finish=seconds)
        verdict.slow_finishes = int(seconds > MOST_SECONDS)
        verdict.for_a_person = self._settle_by_hand(engine, edition_id)
        if verdict.for_a_person:
            self._finish(orders)
        with reading(engine) as connection:
            if editions.get(connection, edition_id).state is not EditionState.SENT:
                raise RuntimeError("every copy has an end, but the edition has not")
        returned = self._returns.judge()
        verdict.reports = returned.reports
        verdict.reports_astray = returned.astray
        verdict.reports_half_done = returned.half_done
        # All of them are taken in by now: who is named in one gets nothing more.
        for reader_id in self._returns.readers:
            self._left_at.setdefault(reader_id, datetime.now(UTC))
        verdict += judge(
            record_of(engine, edition_id), self._sink.arrivals, self._left_at
        )
        self._result.verdict += verdict
        self._result.editions += 1
        self._say(f"edition {self._result.editions}: {self._left.total()} kills to go")

    def _share(self) -> list[Point]:
        """Return the kills of one edition, those in its planning first."""
        editions_left = max(self._left[Point.EDITION_CREATED], 1)
        shares = {
            point: -(-often // editions_left) for point, often in self._left.items()
        }
        planning = [point for point in IN_PLANNING for _ in range(shares.pop(point, 0))]
        sending = [point for point, often in shares.items() for _ in range(often)]
        self._random.shuffle(sending)
        return planning + sending

    def _run_until_killed(self, orders: Orders, point: Point) -> None:
        passes = self._random.randint(1, LATEST.get(point, 100))
        if point is Point.BOUNCE:
            self._returns.bring()
        with self._lock:
            self._point, self._countdown = point, passes
        self._group.start(replace(orders, point=point, at=passes), self._plan.workers)
        wait_seconds: float = _LONGEST_RUN_SECONDS
        if point is Point.RANDOM:
            wait_seconds = self._random.uniform(0, self._plan.usual_seconds)
        if not self._group.wait(wait_seconds):
            if point is not Point.RANDOM:
                raise TimeoutError(f"a run did not end by itself: {point}")
            self._group.kill()
            self._group.wait(_LONGEST_RUN_SECONDS)
        with self._lock:
            self._point = None
        self._sink.wait_until_quiet()
        if self._group.was_killed:
            self._look(point)

    def _look(self, point: Point) -> None:
        """See what a kill has left behind."""
        self._left -= Counter([point])
        self._result.killed[point] += 1
        record = record_of(self._engine, edition_at(self._engine, self._slot))
        on_wire = {
            (reader_id, row.handed_over_at)
            for reader_id, row in record.copies.items()
            if row.state is DeliveryState.HANDING_OVER
        }
        # What an earlier kill left there may wait for its batch to be taken back:
        # a run can be killed again before it comes to that.
        left_there = on_wire - self._on_wire
        self._on_wire = on_wire
        verdict = self._result.verdict
        verdict.uncertain += len(left_there)
        most = self._plan.connections * self._plan.workers
        verdict.too_many_on_wire += max(len(left_there) - most, 0)
        verdict.most_at_once = max(verdict.most_at_once, len(left_there))
        verdict.falsely_sent += len(falsely_sent(record, self._sink.arrivals))
        verdict.unmarked += len(unmarked(record, self._sink.arrivals))

    def _finish(self, orders: Orders) -> float:
        """Send what is left and return how long that took."""
        began = monotonic()
        self._group.start(orders, self._plan.workers)
        if not self._group.wait(_LONGEST_RUN_SECONDS):
            self._group.kill()
            self._group.wait(_LONGEST_RUN_SECONDS)
            raise TimeoutError("a run that nobody killed did not end")
        took = monotonic() - began
        self._sink.wait_until_quiet()
        return took

    def _settle_by_hand(self, engine: Engine, edition_id: int) -> int:
        """Have copies that were in doubt too often sent again; return how many."""
        record = record_of(engine, edition_id)
        unsettled = [
            DeliveryKey(edition_id, reader_id)
            for reader_id, row in record.copies.items()
            if row.state is DeliveryState.UNCERTAIN
        ]
        for key in unsettled:
            with writing(engine) as connection:
                settling.settle_one(
                    connection, key, DeliveryState.PLANNED, datetime.now(UTC)
                )
        return len(unsettled)

    def _on_step(self, point: Point) -> None:
        """Kill at the step that was meant, before the mail server answers it."""
        with self._lock:
            meant = self._point
            wanted = Point.AFTER_RCPT if meant is Point.LEAVING else meant
            if point is not wanted or point not in SEEN_BY_SINK:
                return
            self._countdown -= 1
            if self._countdown:
                return
        if meant is Point.LEAVING:
            self._let_some_leave()
        self._group.kill()

    def _let_some_leave(self) -> None:
        """Let a few of those next in line leave, and the run go on for a moment."""
        record = record_of(self._engine, edition_at(self._engine, self._slot))
        waiting = sorted(
            reader_id
            for reader_id, row in record.copies.items()
            if row.state is DeliveryState.PLANNED
        )[:50]
        for reader_id in self._random.sample(waiting, min(_LEAVERS, len(waiting))):
            with writing(self._engine) as connection:
                unsubscribe(connection, reader_id, datetime.now(UTC))
            self._left_at[reader_id] = datetime.now(UTC)
        threading.Event().wait(self._random.uniform(0, _MOMENT_SECONDS))
