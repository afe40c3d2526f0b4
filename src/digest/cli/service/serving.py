"""digest serve, web and timetable: run apart or together, and stopped."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from digest.bootstrap import App
from digest.cli.service.worker_processes import run_worker_processes
from digest.cli.service.working import (
    take_in_mail,
    tell_webhooks,
    watch_over_it,
    work_until_stopped,
)
from digest.errors import DigestError
from digest.schedule.editions import nudges
from digest.schedule.editions.clock_watch import ClockWatch
from digest.schedule.editions.publishing import publish_due
from digest.schedule.editions.side_by_side import SideBySide
from digest.schedule.editions.timetable import Timetable
from digest.schedule.guard import guarded
from digest.schedule.limits import (
    CONFIRMATIONS_LOOK_SECONDS,
    ERRANDS_END_SECONDS,
    LOOP_STALLED_SECONDS,
)
from digest.schedule.pulses import Pulses
from digest.schedule.reports.tallies import keep_tallies
from digest.store.holds import holds

if TYPE_CHECKING:
    from uvicorn import Server

log = logging.getLogger(__name__)

# The loops of a process, as /healthz names them.
TIMETABLE, WORKER, WORKERS = "timetable", "worker", "worker processes"


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Yield what the pages are served on; nothing is answered there yet.

    Raises DigestError where the place is another's, or is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as problem:
        # Without what it was told, which is said again below.
        why = str(problem.strerror).partition(" (")[0]
        raise DigestError(
            f"pages cannot be served on {host}, port {port} ({why}): end what listens "
            "there, or say another port with --port"
        ) from problem
    with listener:
        yield listener


def serve_pages(digest: App, listener: socket.socket) -> None:
    """Serve the pages until asked to stop."""
    stop = threading.Event()
    watch_over_it(digest, stop)
    mail_confirmations(digest, stop)
    _server(digest).run([listener])


def serve_all(
    digest: App,
    listener: socket.socket,
    stop: threading.Event,
    others: Sequence[int] = (),
) -> None:
    """Serve the pages, watch the clock and send, until asked to stop.

    With `others`, also from processes of their own, each with so many connections.
    What is on the wire when asked is finished and recorded first.
    """
    pulses = Pulses()
    server = _server(digest, pulses)
    pulses.expect(TIMETABLE, LOOP_STALLED_SECONDS)
    # One of its rounds lasts as long as there is anything to send.
    pulses.expect(WORKER)
    threads = [
        _started(
            TIMETABLE, lambda: watch_the_clock(digest, stop, pulses), pulses, stop
        ),
        _started(WORKER, lambda: work_until_stopped(digest, stop), pulses, stop),
    ]
    if others:
        run = partial(run_worker_processes, others, stop)
        threads.append(_started(WORKERS, run, pulses, stop))

    def end_the_pages() -> None:
        # Also who is asked before the pages are up, and listen for it themselves.
        stop.wait()
        server.should_exit = True

    _started("stopping", end_the_pages, pulses, stop)
    watch_over_it(digest, stop)
    mail_confirmations(digest, stop)
    tell_webhooks(digest, stop)
    take_in_mail(digest, stop)
    try:
        server.run([listener])
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


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
    night_tasks = replace(digest, engine=engine).night_tasks

    def act() -> None:
        if pulses:
            pulses.beat(TIMETABLE)
        if not clock_watch.may_act(engine, digest.now()):
            return
        publish_due(engine, digest.fetcher, digest.now(), submit, side_by_side)
        if not holds.look(engine, digest.now()):
            base_url = digest.settings.base_url
            nudges.send_due(engine, digest.carrier, base_url, digest.now())
        keep_tallies(engine)
        if not _is_held(digest):
            side_by_side("night tasks", night_tasks.do_due)

    timetable = Timetable(engine, act)
    side_by_side = SideBySide(again=timetable.wake)

    def wake_to_stop() -> None:
        stop.wait()
        timetable.wake()

    threading.Thread(target=wake_to_stop, daemon=True).start()
    timetable.run(stop, digest.clock)
    side_by_side.wait(ERRANDS_END_SECONDS)


def _is_held(digest: App) -> bool:
    """Whether a restored database waits for a word: what it has may be wanted."""
    hold = holds.look(digest.engine, digest.now())
    return hold is not None and hold.because != holds.PAUSED


def _server(digest: App, pulses: Pulses | None = None) -> "Server":
    # Here, so that whoever only sends need not know of the pages.
    import uvicorn

    from digest.web.app import make_app

    return uvicorn.Server(
        uvicorn.Config(
            make_app(digest, pulses),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    )


def _started(
    name: str, run: Callable[[], object], pulses: Pulses, stop: threading.Event
) -> threading.Thread:
    def guarded() -> None:
        try:
            run()
        except Exception:
            # The other parts go on; /healthz and the log say what stopped.
            log.exception("%s stopped", name)
        finally:
            # Also one that returned, or was ended by what is no error.
            if not stop.is_set():
                pulses.end(name)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread
