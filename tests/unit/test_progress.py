"""What the command line says while it sends."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from digest.cli.parts.progress import ProgressTracker
from digest.deliver.sending.run_state import CopyEnd
from digest.model.delivery.eta import LimitUse
from digest.model.delivery.rate_limits import RateLimit


@dataclass
class Stopwatch:
    """Shows what it is told to."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """Return how long it has been running."""
        return self.seconds


def test_a_run_is_tracked_by_how_its_copies_end() -> None:
    stopwatch = Stopwatch()
    tracker = ProgressTracker(100, clock=stopwatch)
    for end in [CopyEnd.ACCEPTED] * 18 + [CopyEnd.DEFERRED, CopyEnd.REFUSED]:
        tracker(end)
    stopwatch.seconds = 10
    how = tracker.standing()

    assert (how.ended, how.total, how.rate, how.seconds_left) == (20, 100, 2.0, 40.0)
    assert how.counts["deferred"] == 1
    assert how.outlook == (
        "2.0 a second, about 40 seconds left; 1 waits to be tried again"
    )


def test_more_than_was_due_is_no_more_than_all() -> None:
    tracker = ProgressTracker(1, clock=Stopwatch())
    for _ in range(3):
        tracker(CopyEnd.ACCEPTED)

    assert (tracker.standing().ended, tracker.standing().total) == (3, 3)


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (2, "nothing is going just now (the limits are 5/h)"),
        (5, "nothing may go just now, about 2 hours left (the limits are 5/h)"),
    ],
)
def test_a_standstill_under_limits_names_them(used: int, words: str) -> None:
    stopwatch = Stopwatch()
    hourly = RateLimit(5, timedelta(hours=1))
    tracker = ProgressTracker(10, lambda: (LimitUse(hourly, used),), stopwatch)
    stopwatch.seconds = 30

    assert tracker.standing().outlook == words


def test_what_is_used_of_a_limit_is_asked_for_each_time() -> None:
    stopwatch = Stopwatch()
    hourly, used = RateLimit(20, timedelta(hours=1)), [0]
    tracker = ProgressTracker(40, lambda: (LimitUse(hourly, used[0]),), stopwatch)
    for _ in range(20):
        tracker(CopyEnd.ACCEPTED)
    stopwatch.seconds, used[0] = 10, 20
    assert tracker.standing().seconds_left == 3600

    stopwatch.seconds, used[0] = 100, 0
    standing = tracker.standing()
    assert standing.seconds_left is None
    assert standing.outlook.startswith("nothing is going just now")
