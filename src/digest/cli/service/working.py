"""What a worker runs: rounds of sending and printing, and who is told how it is."""

import logging
import sys
import threading
from collections.abc import Callable
from socket import gethostname

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.delivery.eta import LimitUse
from digest.schedule.delivery.releasing import plan_released
from digest.schedule.delivery.worker import WorkReport
from digest.schedule.guard import guarded
from digest.schedule.limits import (
    INCOMING_LOOK_SECONDS,
    OPERATORS_LOOK_SECONDS,
    WEBHOOKS_LOOK_SECONDS,
)
from digest.store.base import machine_clocks
from digest.store.delivery.sending import rate_limits
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.reports import overview
from digest.store.webhooks import outbox

log = logging.getLogger(__name__)


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


def tell_webhooks(digest: App, stop: threading.Event) -> None:
    """Have a thread tell other systems what happens, until asked to stop.

    Several processes may do so: each message is taken by one. What it needs is
    imported once there is something to tell.
    """

    def look() -> None:
        while not stop.wait(WEBHOOKS_LOOK_SECONDS):
            with guarded("telling webhooks", "what is due"):
                now = digest.now()
                with digest.reading() as connection:
                    is_due = bool(outbox.endpoints_due(connection, now))
                if is_due:
                    digest.webhooks.send_due(now)

    threading.Thread(target=look, name="webhooks", daemon=True).start()


def take_in_mail(digest: App, stop: threading.Event) -> None:
    """Have threads look into the mailbox, listen, and pass on replies, until stopped.

    Several processes may do so: one of them looks at a time, and one of a machine
    listens.
    """

    def look() -> None:
        while not stop.wait(INCOMING_LOOK_SECONDS):
            with guarded("looking into the mailbox", "of mail that comes back"):
                if digest.mailbox_watch is not None:
                    digest.mailbox_watch.look()
            with guarded("passing on replies", "of readers"):
                if not holds.look(digest.engine, digest.now()):
                    digest.reply_forwarder.send_due(digest.now())

    def listen() -> None:
        with (
            guarded("listening for mail", "to our addresses"),
            digest.mail_listener(),
        ):
            stop.wait()

    threading.Thread(target=look, name="mail that comes in", daemon=True).start()
    if digest.settings.mail_listen is not None:
        threading.Thread(target=listen, name="mail listener", daemon=True).start()


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
