"""Who may go on: a host's turns with a pause between, and few readers at work."""

import threading
from contextlib import AbstractContextManager

import pytest

from digest.gather.fetching.host_queue import HostQueue, ThreadPermits


class Clock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Let the time pass."""
        self.waits.append(round(seconds, 3))
        self.now += seconds


def turns_of(clock: Clock) -> HostQueue:
    return HostQueue(gap=0.2, clock=clock, wait=clock.wait)


def test_a_host_has_a_pause_between_two_turns_and_another_host_has_not() -> None:
    clock = Clock()
    turns = turns_of(clock)
    for host in ("a.example.org", "b.example.org", "a.example.org"):
        with turns.of(host):
            clock.now += 0.05

    assert clock.waits == [0.15]


def test_a_pause_that_is_over_is_not_waited_for() -> None:
    clock = Clock()
    turns = turns_of(clock)
    for _ in range(3):
        with turns.of("a.example.org"):
            pass
        clock.now += 1

    assert clock.waits == []


def test_a_turn_that_ends_badly_is_given_back() -> None:
    turns = HostQueue(gap=0)
    with pytest.raises(ZeroDivisionError), turns.of("a.example.org"):
        1 / 0  # noqa: B018 - a trouble like any other

    assert comes_in(turns.of("a.example.org"))


def test_a_permit_of_one_who_waits_lets_another_thread_work() -> None:
    permits, other_worked = ThreadPermits(1), threading.Event()

    def work() -> None:
        with permits.working():
            other_worked.set()

    thread = threading.Thread(target=work)
    with permits.working():
        thread.start()
        assert not other_worked.is_set()
        with permits.waiting():
            assert other_worked.wait(5)
    thread.join()


def test_without_a_permit_there_is_none_to_give_up() -> None:
    permits = ThreadPermits(1)
    with permits.waiting():
        assert comes_in(permits.working())


def comes_in(turn: AbstractContextManager[object]) -> bool:
    """Whether somebody else can have it, within a time that nobody minds."""
    inside = threading.Event()

    def come() -> None:
        with turn:
            inside.set()

    threading.Thread(target=come, daemon=True).start()
    return inside.wait(10)
