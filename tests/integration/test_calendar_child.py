"""The child that works calendars out: cheap, confined, and gone with its parent."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from digest.gather.calendars.ics.answer import CalendarQuestion
from digest.gather.calendars.ics.process import ask
from tests.builders import EIGHT
from tests.ics import STARTS, WEEK, a_calendar, an_ics_event

QUESTION = CalendarQuestion(EIGHT, EIGHT + 4 * WEEK, EIGHT + 2 * WEEK, "Europe/London")
GOOD = an_ics_event(uid="good")
ENDLESS = "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"
# A parent of its own: what its children cost is what the calendar cost.
PARENT = """
import resource, sys
from digest.gather.calendars.ics.answer import CalendarQuestion
from digest.gather.calendars.ics.process import ask
answer = ask(sys.stdin.buffer.read(), CalendarQuestion.from_json(sys.argv[1]))
cost = resource.getrusage(resource.RUSAGE_CHILDREN)
print(len(answer.occurrences), cost.ru_utime + cost.ru_stime, cost.ru_maxrss * 1024)
print(answer.refused)
"""


def many(count: int, *lines: str) -> bytes:
    return a_calendar(
        *(an_ics_event(STARTS, *lines, uid=str(n)) for n in range(count)), GOOD
    )


def endless(count: int) -> bytes:
    bad = ("DTSTART:19700101T100000Z", ENDLESS)
    return a_calendar(*(an_ics_event(*bad, uid=str(n)) for n in range(count)), GOOD)


def test_five_hundred_events_cost_less_than_two_seconds_of_computing() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The machine may be busy: what is counted is computing, not time.
    answer = ask(many(500, "RRULE:FREQ=WEEKLY"), QUESTION, seconds=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert len(answer.occurrences) > 1000
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 2


def test_the_child_imports_little_of_the_program() -> None:
    program = "import sys, digest.gather.calendars.ics.expand; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    heavy = {"sqlalchemy", "httpx", "pydantic", "lxml", "fastapi", "digest.bootstrap"}

    assert heavy.isdisjoint(done.stdout.split())


def test_a_calendar_of_events_that_never_end_costs_its_good_ones_nothing() -> None:
    answer = ask(endless(20), QUESTION)

    assert answer.refused == ""
    assert [occurrence.key for occurrence in answer.occurrences] == ["good"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            many(1, "DESCRIPTION:" + "words " * 1_500_000), id="a description of 9 MB"
        ),
        pytest.param(many(19_000), id="19,000 events"),
        pytest.param(many(1, "RDATE:" + "20260701T000000Z," * 500_000), id="dates"),
    ],
)
def test_no_calendar_takes_more_than_its_memory_and_time(content: bytes) -> None:
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", PARENT, QUESTION.to_json()],
        input=content,
        capture_output=True,
        check=True,
    )
    figures, refused = done.stdout.decode().splitlines()
    occurrences, seconds, peak = map(float, figures.split())

    assert occurrences or refused
    assert seconds < 6
    assert peak < 256_000_000 or sys.platform == "darwin"


def test_what_asks_for_more_memory_than_it_may_is_refused_in_words() -> None:
    answer = ask(b"BEGIN:VCALENDAR\n" + b"\n" * 30_000_000, QUESTION, seconds=30)

    assert "256 MB" in answer.refused


def test_a_parent_that_is_killed_leaves_no_child_behind() -> None:
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-c", PARENT, QUESTION.to_json()], stdin=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        parent.stdin.write(endless(50))
        parent.stdin.close()
        child = wait_for_child(parent.pid)
        parent.send_signal(signal.SIGKILL)

    wait_until_gone(child)


def wait_for_child(parent: int) -> int:
    children = Path(f"/proc/{parent}/task/{parent}/children")
    if not children.exists():
        pytest.skip("this system does not tell of child processes: 0 tried")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if pids := children.read_text().split():
            return int(pids[0])
        os.sched_yield()
    raise AssertionError("no child was started")


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":  # ended, and nobody has asked how
            return
        os.sched_yield()
    raise AssertionError("the child lives on")
