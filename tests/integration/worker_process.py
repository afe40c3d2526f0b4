"""A machine of its own: takes jobs, sends, prints a line for every copy that ended.

Its clock is wrong by so many seconds.
"""

import signal
import sys
import threading
from datetime import UTC, datetime, timedelta

import time_machine

from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.schedule.delivery.jobs import HeartbeatIntervals, JobDispatcher
from digest.store.base.clock import clock_of
from digest.store.base.engine import open_engine
from tests.fakes.sending import MESSAGE, FakeLinks

QUICK = HeartbeatIntervals(heartbeat=0.5, stalled_after=2, sweep=0.5)


def _say(end: str) -> None:
    sys.stdout.write(end + "\n")
    sys.stdout.flush()


def _work(database: str, url: str) -> None:
    engine, stop = open_engine(database), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    clock = clock_of(engine)
    with JobDispatcher(engine, clock, QUICK).supply(stop) as supply:
        sender = EmailSender(
            engine=engine,
            carrier=SmtpCarrier(SmtpServer.parse(url)),
            message_for=lambda _edition, _variant: MESSAGE,
            links=FakeLinks(),
            clock=clock,
            connections=2,
            batches=supply,
        )
        while not stop.is_set():
            sender.send_due(stop, _say)
            supply.wait(1)
    engine.dispose()


if __name__ == "__main__":
    wrong_by = timedelta(seconds=float(sys.argv[3]))
    with time_machine.travel(datetime.now(UTC) + wrong_by, tick=True):
        _work(sys.argv[1], sys.argv[2])
