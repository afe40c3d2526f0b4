"""What is done each night: once, by one timetable, each fault its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from digest.errors import StoreError
from digest.schedule import limits
from digest.schedule.reports.status import status_of
from digest.schedule.upkeep.night_tasks import (
    NightTask,
    NightTasks,
    coming_night,
    is_night,
    retry_after,
)
from digest.store.base.engine import reading, writing
from digest.store.upkeep import night_tasks
from digest.store.upkeep.night_tasks import NightTaskState

DAY = datetime(2026, 7, 6, 11, tzinfo=UTC)
NIGHT = datetime(2026, 7, 7, 2, tzinfo=UTC)  # 3 in London
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Clock:
    """Says what it is set to."""

    def __init__(self) -> None:
        self.now = DAY

    def __call__(self) -> datetime:
        """Return it."""
        return self.now


def tasks(engine: Engine, clock: Clock, *every: NightTask) -> NightTasks:
    return NightTasks(engine, clock, "Europe/London", every)


def state(engine: Engine, name: str) -> NightTaskState:
    with reading(engine) as connection:
        [each] = [row for row in night_tasks.listed(connection) if row.name == name]
    return each


def counting(
    times: list[datetime], result: int | None = 1
) -> Callable[..., int | None]:
    def act(now: datetime) -> int | None:
        times.append(now)
        return result

    return act


def test_a_task_is_done_once_a_night_whoever_looks(engine: Engine) -> None:
    clock, times = Clock(), list[datetime]()
    both = [tasks(engine, clock, NightTask("swept", counting(times))) for _ in "ab"]

    def look() -> None:
        for each in both:
            each.do_due()

    look()
    assert times == []  # first seen by day: nobody is to be surprised
    clock.now = NIGHT
    look()
    clock.now = NIGHT + HOUR
    look()
    assert times == [NIGHT]
    # The machine was off at night.
    clock.now = NIGHT + timedelta(days=1, hours=9)
    look()
    assert times == [NIGHT, clock.now]
    assert state(engine, "swept").next_at == NIGHT + timedelta(days=2)


def test_what_keeps_others_waiting_is_done_at_night_alone(engine: Engine) -> None:
    clock, times = Clock(), list[datetime]()
    task = NightTask("slow", counting(times), keeps_others_waiting=True)
    night = tasks(engine, clock, task)
    night.do_due()
    clock.now = NIGHT + timedelta(hours=9)
    night.do_due()
    assert times == []

    clock.now = NIGHT + timedelta(days=1)
    night.do_due()
    assert times == [clock.now]


def test_what_it_was_not_the_time_for_is_looked_at_again_soon(engine: Engine) -> None:
    clock, times = Clock(), list[datetime]()
    night = tasks(engine, clock, NightTask("busy", counting(times, result=None)))
    night.do_due()
    for later in (0 * MINUTE, MINUTE, limits.NIGHT_TASK_PUT_OFF):
        clock.now = NIGHT + later
        night.do_due()

    assert times == [NIGHT, NIGHT + limits.NIGHT_TASK_PUT_OFF]
    assert state(engine, "busy").failure == ""


def test_what_fails_is_told_once_waits_longer_each_time_and_costs_no_other(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    clock, tried, times = Clock(), list[datetime](), list[datetime]()
    # A process says a fault once: another database's is another.
    why = f"the disk of {engine.dialect.name} is full: make room"

    def fail(now: datetime) -> int:
        tried.append(now)
        raise StoreError(why)

    night = tasks(
        engine, clock, NightTask("failing", fail), NightTask("swept", counting(times))
    )
    night.do_due()
    for minutes in (0, 5, 14, 15, 44, 45, 100):
        clock.now = NIGHT + minutes * MINUTE
        night.do_due()

    assert [at - NIGHT for at in tried] == [0 * MINUTE, 15 * MINUTE, 45 * MINUTE]
    assert times == [NIGHT]
    failing = state(engine, "failing")
    assert failing.failure == why
    assert (failing.failing_since, failing.failures) == (NIGHT, 3)
    assert len([each for each in caplog.messages if why in each]) == 1


def test_what_fails_is_in_status_and_after_two_nights_an_alarm(engine: Engine) -> None:
    with writing(engine) as connection:
        night_tasks.claim(connection, "swept", NIGHT, NIGHT, NIGHT + HOUR)
        night_tasks.note_failed(connection, "swept", "no room.", NIGHT, NIGHT)

    words = (
        "What is done each night fails since Tuesday 7 July 2026, 02:00 UTC, swept: "
        "no room."
    )
    for days, broken in ((1, []), (3, [words])):
        facts = status_of(engine, NIGHT + timedelta(days=days))
        assert any(words in line for line in facts["help"])
        assert [each["what"] for each in facts["broken"]] == broken

    with writing(engine) as connection:
        night_tasks.note_done(connection, "swept", 2, NIGHT, NIGHT)
    assert status_of(engine, NIGHT + timedelta(days=3))["broken"] == []


def test_a_task_whose_machine_is_gone_is_done_by_another(engine: Engine) -> None:
    clock, times = Clock(), list[datetime]()

    def stop(_now: datetime) -> int:
        raise KeyboardInterrupt

    night = tasks(engine, clock, NightTask("swept", stop))
    night.do_due()
    clock.now = NIGHT
    with pytest.raises(KeyboardInterrupt):
        night.do_due()
    other = tasks(engine, clock, NightTask("swept", counting(times)))
    other.do_due()
    assert times == []

    clock.now = NIGHT + limits.NIGHT_TASK_LEASE
    other.do_due()
    assert times == [clock.now]


def test_a_wait_has_an_end() -> None:
    assert retry_after(0) == limits.NIGHT_TASK_RETRY
    assert retry_after(50) == limits.NIGHT_TASK_LONGEST_RETRY


@pytest.mark.parametrize(
    ("now", "night"),
    [
        pytest.param(DAY, NIGHT, id="tomorrow's"),
        pytest.param(NIGHT, NIGHT + timedelta(days=1), id="the next, not this one"),
        pytest.param(NIGHT - MINUTE, NIGHT, id="in a minute"),
        pytest.param(
            datetime(2026, 10, 24, 12, tzinfo=UTC),
            datetime(2026, 10, 25, 3, tzinfo=UTC),
            id="once clocks have gone back",
        ),
    ],
)
def test_the_coming_night_is_by_the_clock_on_the_wall(
    now: datetime, night: datetime
) -> None:
    assert coming_night(now, "Europe/London") == night
    assert is_night(night, "Europe/London")
