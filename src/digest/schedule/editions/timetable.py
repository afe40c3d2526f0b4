"""APScheduler's jobs, derived from what is stored; it holds no truth of its own."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import Engine

from digest.errors import DigestError
from digest.schedule.editions.due import next_slots
from digest.schedule.limits import SWEEP
from digest.store.base.engine import reading
from digest.store.editions.holding_back import leaving

log = logging.getLogger(__name__)


class Timetable:
    """Calls `act` at every slot, when what was held back leaves, and at every sweep.

    APScheduler only says when to look. What is due is read from the database
    each time, so that a job lost, late or fired twice changes nothing.
    """

    def __init__(
        self, engine: Engine, act: Callable[[], None], sweep: timedelta = SWEEP
    ) -> None:
        self._engine = engine
        self._act = act
        self._sweep = sweep
        self._wake = threading.Event()
        self._jobs = set[str]()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "misfire_grace_time": None},
        )

    def run(self, stop: threading.Event, clock: Callable[[], datetime]) -> None:
        """Look and act until `stop` is set; trouble is logged and outlived."""
        self._scheduler.start()
        try:
            while not stop.is_set():
                self._wake.clear()
                self._look(clock)
                self._wake.wait(self._sweep.total_seconds())
        finally:
            self._scheduler.shutdown(wait=False)

    def wake(self) -> None:
        """Look now: something was changed, or it is time to stop."""
        self._wake.set()

    def _look(self, clock: Callable[[], datetime]) -> None:
        now = clock()
        try:
            self._act()
            # From before it acted, so that what came due meanwhile is looked at now.
            self._derive_jobs(now, clock() - now)
        except DigestError as problem:
            log.error("timetable stopped short why=%s", problem)  # noqa: TRY400 - its words say it all
        except Exception:
            # A bug in one edition must not end the timetable of all others.
            log.exception("timetable stopped short")

    def _derive_jobs(self, now: datetime, since: timedelta) -> None:
        with reading(self._engine) as connection:
            slots = next_slots(connection, now)
            held_back = leaving(connection, now)
        wanted = {
            f"slot of schedule {slot.schedule_id}": slot.closes
            if slot.closes > now
            else slot.at
            for slot in slots
        }
        wanted |= {f"edition {number}": at for number, at in held_back.items()}
        for name, at in wanted.items():
            # By this machine's clock, which may differ from the one that rules; and
            # anew each time, for that may have been a hair behind when it fired.
            self._scheduler.add_job(
                self._wake.set,
                DateTrigger(datetime.now(UTC) + (at - now) - since),
                id=name,
                replace_existing=True,
            )
        for name in self._jobs - wanted.keys():
            with suppress(JobLookupError):  # it fired: that is how it ended
                self._scheduler.remove_job(name)
        self._jobs = set(wanted)
