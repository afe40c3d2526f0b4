"""digest serve, web, timetable and work: run apart or together, and stopped."""

import logging
import sys
import threading
from collections.abc import Callable
from socket import gethostname
from typing import TYPE_CHECKING

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.delivery.eta import LimitUse
from digest.schedule.delivery.worker import WorkReport
from digest.schedule.editions import nudges
from digest.schedule.editions.clock_watch import ClockWatch
from digest.schedule.editions.publishing import plan_released, publish_due
from digest.schedule.editions.side_by_side import SideBySide
from digest.schedule.editions.timetable import Timetable
from digest.schedule.guard import guarded
from digest.schedule.limits import (
    CONFIRMATIONS_LOOK_SECONDS,
    ERRANDS_END_SECONDS,
    LOOP_STALLED_SECONDS,
    OPERATORS_LOOK_SECONDS,
)
from digest.schedule.pulses import Pulses
from digest.store.base import machine_clocks
from digest.store.delivery import rate_limits
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.reports import overview

if TYPE_CHECKING:
    from uvicorn import Server

log = logging.getLogger(__name__)

# The loops of a process, as /healthz names them.
TIMETABLE, WORKER = "timetable", "worker"


def serve_pages(digest: App, host: str, port: int) -> None:
    """Serve the pages until asked to stop."""
    stop = threading.Event()
    watch_over_it(digest, stop)
    mail_confirmations(digest, stop)
    _server(digest, host, port).run()


def serve_all(digest: App, host: str, port: int, stop: threading.Event) -> None:
    """Serve the pages, watch the clock and send, until asked to stop.

    What is on the wire when asked is finished and recorded first.
    """
    pulses = Pulses()
    server = _server(digest, host, port, pulses)
    pulses.expect(TIMETABLE, LOOP_STALLED_SECONDS)
    # One of its rounds lasts as long as there is anything to send.
    pulses.expect(WORKER)
    threads = [
        _started(TIMETABLE, lambda: watch_the_clock(digest, stop, pulses), pulses),
        _started(WORKER, lambda: work_until_stopped(digest, stop), pulses),
    ]

    def end_the_pages() -> None:
        # Also who is asked before the pages are up, and listen for it themselves.
        stop.wait()
        server.should_exit = True

    _started("stopping", end_the_pages, pulses)
    watch_over_it(digest, stop)
    mail_confirmations(digest, stop)
    try:
        server.run()
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def watch_over_it(digest: App, stop: threading.Event) -> None:
    """Have a thread tell the operators by mail how it is, until asked to stop.

    And compare this machine's clock with the database's, from the start on.
    """

    def compare_clocks() -> None:
        with guarded("comparing clocks", "with the database's"):
            if (ahead := machine_clocks.ahead_of_database(digest.engine)) is not None:
                machine_clocks.note(digest.engine, gethostname(), ahead, digest.now())

    def look() -> None:
        compare_clocks()
        while not stop.wait(OPERATORS_LOOK_SECONDS):
            compare_clocks()
            with guarded("watching over it", "for the operators"):
                digest.operator_watch.look(digest.now())

    threading.Thread(target=look, name="watching over it", daemon=True).start()


def mail_confirmations(digest: App, stop: threading.Event) -> None:
    """Have a thread send the mails that ask who signed up, until asked to stop."""

    def look() -> None:
        while not stop.wait(CONFIRMATIONS_LOOK_SECONDS):
            with guarded("mailing confirmations", "to who signed up"):
                if not holds.look(digest.engine, digest.now()):
                    digest.confirmation_outbox.send_due(digest.now())

    threading.Thread(target=look, name="confirmations", daemon=True).start()


def watch_the_clock(
    digest: App, stop: threading.Event, pulses: Pulses | None = None
) -> None:
    """Open editions at their slots and carry them forward, until asked to stop."""
    engine, submit = digest.acting_as("the timetable").engine, digest.dispatcher.submit

    clock_watch = ClockWatch()

    def act() -> None:
        if pulses:
            pulses.beat(TIMETABLE)
        if not clock_watch.may_act(engine, digest.now()):
            return
        publish_due(engine, digest.fetcher, digest.now(), submit, side_by_side)
        if not holds.look(engine, digest.now()):
            base_url = digest.settings.base_url
            nudges.send_due(engine, digest.carrier, base_url, digest.now())

    timetable = Timetable(engine, act)
    side_by_side = SideBySide(again=timetable.wake)

    def wake_to_stop() -> None:
        stop.wait()
        timetable.wake()

    threading.Thread(target=wake_to_stop, daemon=True).start()
    timetable.run(stop, digest.clock)
    side_by_side.wait(ERRANDS_END_SECONDS)


def work_until_stopped(
    digest: App,
    stop: threading.Event,
    report: Callable[[WorkReport], None] = lambda _worked: None,
) -> None:
    """Send and print what is planned, in rounds, until asked to stop.

    `report` is told of every round that did something.
    """
    held_by: Hold | None = None

    def may_act() -> bool:
        nonlocal held_by
        before, held_by = held_by, holds.look(digest.engine, digest.now())
        if held_by and held_by != before:
            log.warning("%s", held_by.words)
        return held_by is None

    program = digest.acting_as("a worker")
    with digest.dispatcher.supply(stop) as supply, program.work(supply) as work:
        for worked in work.rounds(stop, may_act, supply):
            if worked.is_something:
                report(worked)


def work_until_done(
    digest: App, stop: threading.Event, *, as_json: bool = False
) -> WorkReport:
    """Send and print what is due now, say meanwhile how it goes, and what it came to.

    What was held back and may go now is planned first: there may be no timetable. A
    person at a terminal gets a bar, a log a line every ten seconds, and a
    program, if it asks for JSON, an object every second.
    """
    from digest.cli.parts.progress import ProgressTracker, bar, json_lines, lines

    plan_released(digest.engine, digest.now(), digest.dispatcher.submit)
    with digest.reading() as connection:
        due = overview.emails_due(connection, digest.now())
    tracker = ProgressTracker(due, lambda: _used(digest))
    on_a_terminal = bar if sys.stderr.isatty() else lines
    display = json_lines if as_json else on_a_terminal
    with digest.work() as work, display(tracker):
        return work.once(stop, tracker)


def _used(digest: App) -> tuple[LimitUse, ...]:
    """Return what is used of the limits; nothing where the database is away."""
    limits = digest.settings.limits.overall
    if not limits:
        return ()
    try:
        with digest.reading() as connection:
            return rate_limits.allowances(connection, limits, digest.now())
    except DigestError:
        return tuple(map(LimitUse, limits))


def _server(
    digest: App, host: str, port: int, pulses: Pulses | None = None
) -> "Server":
    # Here, so that whoever only sends need not know of the pages.
    import uvicorn

    from digest.web.app import make_app

    return uvicorn.Server(
        uvicorn.Config(
            make_app(digest, pulses),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    )


def _started(name: str, run: Callable[[], object], pulses: Pulses) -> threading.Thread:
    def guarded() -> None:
        try:
            run()
        except Exception:
            # The other parts go on; /healthz and the log say what stopped.
            log.exception("%s stopped", name)
            pulses.end(name)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread
