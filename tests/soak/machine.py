"""The machine that the product runs on: it looks, sends, dies, and is put back.

A run is what `digest serve` does between two waits: the timetable looks, then a worker
sends and prints what is due. One that is to be killed runs in a process of its own.
"""

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, event, func, select

from digest.bootstrap import App
from digest.deliver.carrier import Carrier
from digest.gather.fetching.fetch import Fetcher
from digest.model.editions.mode import Mode
from digest.schedule.delivery.worker import WorkReport
from digest.schedule.editions import nudges
from digest.schedule.editions.clock_watch import ClockWatch
from digest.schedule.editions.due import next_slots
from digest.schedule.editions.publishing import publish_due
from digest.settings import Settings
from digest.store.base.engine import open_engine, reading
from digest.store.base.modes import in_mode
from digest.store.base.tables import send_batch
from digest.store.editions.holding_back import leaving
from digest.store.holds import holds
from digest.store.holds.mark_file import beside
from digest.store.migrate import migrate
from tests.builders import LOOPBACK
from tests.fakes.sending import HandWoundClock
from tests.soak.ground import Ground
from tests.soak.recorder import MailServer, RecordedCarrier

_SECRET = "a secret of the soak's own, of 32 characters or more"  # noqa: S105 - opens nothing
AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class SoakApp(App):
    """The program with the recorder for its mail server."""

    outside: Carrier

    @property
    def fetcher(self) -> Fetcher:
        """A door to the loopback that waits for nobody between two requests."""
        return LOOPBACK

    @contextmanager
    def carrier(self) -> Iterator[Carrier]:
        """Yield the recorder."""
        yield self.outside


class FaultLog(logging.Handler):
    """Keeps what the product logs as a fault of its own: a traceback is a bug."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, where it has a traceback."""
        if record.exc_info:
            words = logging.Formatter().format(record)
            self.faults.append(words)


@dataclass
class Machine:
    """One machine, its data folder and its database.

    `fault_log` has what the product logged as a bug of its own.
    """

    ground: Ground
    folder: Path
    carrier: RecordedCarrier
    clock: HandWoundClock
    app: App = field(init=False)
    fault_log: FaultLog = field(default_factory=FaultLog)
    _watch: ClockWatch = field(init=False)
    # The injected clock as a steady one sees it: less what was set wrong.
    wrong_by: timedelta = timedelta(0)

    def install(self) -> None:
        """Make the database, and start."""
        engine = beside(open_engine(self.ground.url), self.folder)
        migrate(engine)
        engine.dispose()
        self.start()

    def start(self) -> None:
        """Start the program."""
        settings = Settings(
            data_dir=self.folder,
            database_url=SecretStr(self.ground.url),
            smtp_url=SecretStr("smtp://127.0.0.1:9?tls=none"),
            base_url="https://digest.example.org",
            secret_key=SecretStr(_SECRET),
            live=True,
            fetch_allow="127.0.0.0/8",  # type: ignore[arg-type]  # pydantic parses it
        )
        engine = beside(open_engine(self.ground.url), self.folder)
        ours = in_mode(engine, Mode.LIVE)
        self.app = SoakApp(settings, ours, self.clock, _SECRET, self.carrier)
        self._watch = ClockWatch(steady=self._steady)

    def stop(self) -> None:
        """Stop the program; nothing of it is connected to the database."""
        self.app.engine.dispose()

    def run(self) -> WorkReport:
        """Look, then send and print what is due."""
        self._look()
        with self.app.acting_as("a worker").work() as work:
            return work.once(threading.Event())

    def run_killed(self, statement: int) -> bool:
        """Run, and die at so many statements; return whether it came so far."""
        return self._in_processes([statement])[0] != 0

    def run_twice(self) -> None:
        """Run in two processes at once, as two machines do. Raises RuntimeError."""
        ends = self._in_processes([0, 0])
        if any(ends):
            raise RuntimeError(f"two machines at once ended with {ends}")

    def back_up(self, name: str) -> None:
        """Make a backup of the database."""
        self.stop()
        self.ground.back_up(name)

    def next_wake(self) -> datetime | None:
        """Return when the program wants to be woken next, by what it says itself."""
        now = self.clock()
        with reading(self.app.engine) as connection:
            moments = [
                at
                for slot in next_slots(connection, now)
                for at in (slot.closes, slot.at)
            ]
            moments += leaving(connection, now).values()
            due = select(func.min(send_batch.c.due_at)).where(
                send_batch.c.state != "done"
            )
            # What is due already could not leave: a worker tries again and again.
            if at := connection.scalar(due):
                moments.append(max(at, now + AGAIN))
        return min((at for at in moments if at > now), default=None)

    def hold(self) -> holds.Hold | None:
        """Return why nothing may leave."""
        with reading(self.app.engine) as connection:
            return holds.standing(connection, self.clock())

    def _look(self) -> None:
        """Do what the timetable does each time that it looks."""
        engine = self.app.acting_as("the timetable").engine
        if not self._watch.may_act(engine, self.clock()):
            return
        submit = self.app.dispatcher.submit
        publish_due(engine, self.app.fetcher, self.clock(), submit)
        if not holds.look(engine, self.clock()):
            base_url = self.app.settings.base_url
            nudges.send_due(engine, self.app.carrier, base_url, self.clock())

    def _steady(self) -> float:
        return (self.clock() - self.wrong_by).timestamp()

    def _in_processes(self, statements: list[int]) -> list[int | None]:
        """Run in a process for each, and return how each ended."""
        self.stop()
        context: Any = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        order = Order(self.ground, self.folder, self.carrier.server, self.clock.now)
        runs = [context.Process(target=live, args=(order, each)) for each in statements]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        return [run.exitcode for run in runs]


@dataclass(frozen=True, slots=True)
class Order:
    """What a process of its own is to run: where, with which mail server, when."""

    ground: Ground
    folder: Path
    server: MailServer
    now: datetime


def live(order: Order, statement: int) -> None:
    """Run once, in a process of its own, and die at that statement unless it is 0."""
    clock = HandWoundClock(order.now)
    carrier = RecordedCarrier(order.server, clock)
    machine = Machine(order.ground, order.folder, carrier, clock)
    logging.getLogger("digest").addHandler(machine.fault_log)
    machine.start()
    if statement:
        _die_at(machine.app.engine, statement)
    machine.run()
    machine.stop()
    if machine.fault_log.faults:
        sys.exit(3)


def _die_at(engine: Engine, statement: int) -> None:
    remaining = [statement]

    def count(*_args: Any) -> None:
        remaining[0] -= 1
        if remaining[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
