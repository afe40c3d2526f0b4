"""The throttles: who is too often wrong waits, and no caller pays for the others."""

import sys
from datetime import timedelta

import pytest

from digest.web import limits
from digest.web.doors.throttle import Throttle

MINUTE = timedelta(minutes=1)


class HandWound:
    """Seconds that go on when they are told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Return the seconds so far."""
        return self.seconds


@pytest.fixture
def clock() -> HandWound:
    return HandWound()


def test_a_caller_waits_until_the_first_of_so_many_is_long_enough_ago(
    clock: HandWound,
) -> None:
    throttle = Throttle(2, MINUTE, clock)
    assert [throttle.too_often("a") for _ in range(3)] == [False, False, True]
    assert not throttle.too_often("b")

    clock.seconds += 59.9
    assert throttle.is_full("a")
    assert throttle.too_often("a")
    clock.seconds += 0.1
    # What was refused did not count.
    assert not throttle.is_full("a")
    assert [throttle.too_often("a") for _ in range(3)] == [False, False, True]


def test_to_look_counts_nothing(clock: HandWound) -> None:
    throttle = Throttle(1, MINUTE, clock)

    assert [throttle.is_full("a") for _ in range(3)] == [False] * 3
    assert not throttle.too_often("a")
    assert throttle.is_full("a")


def test_those_who_came_long_ago_are_forgotten_and_those_who_came_again_are_not(
    clock: HandWound,
) -> None:
    throttle = Throttle(3, MINUTE, clock)
    for number in range(1000):
        throttle.too_often(str(number))
        throttle.too_often("again")
        clock.seconds += 1
    counted = len(throttle._attempts)  # noqa: SLF001 - what it keeps is the point

    assert counted <= 63
    assert throttle.is_full("again")


def test_there_are_never_too_many(
    clock: HandWound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CALLERS_COUNTED", 50)
    throttle = Throttle(3, MINUTE, clock)
    for number in range(1000):
        throttle.too_often(str(number))

    assert len(throttle._attempts) <= 51  # noqa: SLF001 - what it keeps is the point


def test_what_a_call_costs_does_not_grow_with_how_many_callers_there_are(
    clock: HandWound,
) -> None:
    throttle, costs = Throttle(3, MINUTE, clock), set[int]()
    for number in range(5000):
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(count)
        throttle.too_often(str(number))
        sys.setprofile(None)
        costs.add(calls)

    # A walk through the callers would be thousands; the first find nobody to forget.
    assert max(costs) < 100
