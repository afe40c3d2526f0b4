"""Night tasks: each done once a night by one timetable, its own fault its own."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from digest.schedule import limits
from digest.schedule.guard import guarded
from digest.schedule.readers.erasure import Erasures
from digest.schedule.upkeep.retention import Retention, RetentionKind
from digest.store.base.engine import writing
from digest.store.upkeep import night_tasks

log = logging.getLogger(__name__)

# Handed the instant, it returns of how much it did; None where it is not the time.
Act = Callable[[datetime], int | None]
ERASED, REWRITING = "people erased", "database written anew"


@dataclass(frozen=True, slots=True)
class NightTask:
    """What is done each night; at night alone, where others have to wait for it."""

    name: str
    act: Act
    keeps_others_waiting: bool = False


@dataclass(frozen=True, slots=True)
class NightTasks:
    """Does what is due of the tasks, by the clock of `timezone`."""

    engine: Engine
    clock: Callable[[], datetime]
    timezone: str
    tasks: tuple[NightTask, ...]

    def do_due(self) -> bool:
        """Do what is due, each as an errand of its own; False: nothing follows of it.

        What was due while no timetable ran is done when one does, by day as well, but
        for what keeps others waiting. What failed is tried again, later each time.
        """
        for task in self.tasks:
            with guarded("looking at a night task", f"task={task.name!r}"):
                self._do(task)
        return False

    def _do(self, task: NightTask) -> None:
        now = self.clock()
        lease = now + limits.NIGHT_TASK_LEASE
        following = coming_night(now, self.timezone)
        with writing(self.engine) as connection:
            if not night_tasks.claim(connection, task.name, now, following, lease):
                return
        if task.keeps_others_waiting and not is_night(now, self.timezone):
            self._put_off(task, following)
            return
        amount: int | None = None
        with guarded("doing a night task", f"task={task.name!r}") as fault:
            amount = task.act(now)
        if fault:
            self._note_failed(task, fault.words)
        elif amount is None:
            self._put_off(task, self.clock() + limits.NIGHT_TASK_PUT_OFF)
        else:
            if amount:
                log.info("night task done task=%r amount=%s", task.name, amount)
            with writing(self.engine) as connection:
                night_tasks.note_done(
                    connection, task.name, amount, self.clock(), following
                )

    def _put_off(self, task: NightTask, until: datetime) -> None:
        with writing(self.engine) as connection:
            night_tasks.put_off(connection, task.name, until)

    def _note_failed(self, task: NightTask, why: str) -> None:
        now = self.clock()
        with writing(self.engine) as connection:
            failures = night_tasks.failures_of(connection, task.name)
            again_at = now + retry_after(failures)
            night_tasks.note_failed(connection, task.name, why, now, again_at)


def tasks_of(erasures: Erasures, retention: Retention) -> tuple[NightTask, ...]:
    """Return the tasks in the order in which they are done."""

    def removal_of(kind: RetentionKind) -> Act:
        return lambda _now: retention.apply(kind)

    def erase_again(_now: datetime) -> int:
        erasure = erasures.replay()
        return len(erasure.erased) + erasure.messages + len(erasure.letters)

    def rewrite(now: datetime) -> int | None:
        return 1 if erasures.rewrite_unless_busy(now) else None

    return (
        NightTask(ERASED, erase_again),
        *(NightTask(task_name(kind), removal_of(kind)) for kind in retention.kinds),
        # Last: so that nothing that the others removed lies in its files.
        NightTask(REWRITING, rewrite, keeps_others_waiting=True),
    )


def task_name(kind: RetentionKind) -> str:
    """Return the name of the task that removes what is over its time of a kind."""
    return f"retention of {kind.name}"


def retry_after(failures: int) -> timedelta:
    """Return how long what failed is left alone, that had failed so often before."""
    wait = limits.NIGHT_TASK_RETRY
    for _ in range(failures):
        wait = min(wait * 2, limits.NIGHT_TASK_LONGEST_RETRY)
    return wait


def coming_night(now: datetime, timezone: str) -> datetime:
    """Return when the next night begins, after `now`."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    nights = (
        datetime.combine(
            today + timedelta(days=days), time(limits.NIGHT_BEGINS_AT_HOUR), zone
        )
        for days in range(3)
    )
    return next(night for night in nights if night > now)


def is_night(now: datetime, timezone: str) -> bool:
    """Whether nobody is at work."""
    hour = now.astimezone(ZoneInfo(timezone)).hour
    return limits.NIGHT_BEGINS_AT_HOUR <= hour < limits.NIGHT_ENDS_AT_HOUR
