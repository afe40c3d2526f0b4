"""The timetable looks when a slot comes, by the clock that rules the database."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import Engine

from digest.schedule.editions.due import open_due
from digest.schedule.editions.timetable import Timetable
from tests.builders import EIGHT
from tests.stored import a_stored_campaign

SLOT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)  # 16:00 in London
BLINK = timedelta(seconds=0.2)


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(timedelta(0), id="as this machine's"),
        pytest.param(timedelta(milliseconds=30), id="a hair behind when it fires"),
    ],
)
def test_a_slot_is_seen_when_it_comes_whatever_this_machines_clock_says(
    sqlite_engine: Engine, behind: timedelta
) -> None:
    a_stored_campaign(sqlite_engine, now=EIGHT)
    begun, stop = monotonic(), threading.Event()
    clock = _clock(SLOT - BLINK, begun, behind)
    looks = list[datetime]()

    def act() -> None:
        now = clock()
        if open_due(sqlite_engine, now):
            looks.append(now)
            stop.set()
            timetable.wake()

    timetable = Timetable(sqlite_engine, act, sweep=timedelta(seconds=60))
    thread = threading.Thread(target=timetable.run, args=(stop, clock), daemon=True)
    thread.start()
    thread.join(20)

    [at] = looks
    assert SLOT <= at < SLOT + timedelta(seconds=10)


def _clock(start: datetime, begun: float, behind: timedelta) -> Callable[[], datetime]:
    """Return a clock that runs on from `start` and is late at first by that much."""

    def now() -> datetime:
        time = start + timedelta(seconds=monotonic() - begun)
        return time - behind if time < SLOT + behind else time

    return now
