"""What the child may cost, and one event in it."""

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from digest.gather import limits


class TookTooLongError(BaseException):
    """One event has had its share of time.

    Not an Exception, so that no library takes it for a fault of its own.
    """


def confine() -> None:
    """Hold this process to its limits, whatever becomes of its parent.

    The kernel ends it when it has computed for that long, in the middle of
    anything; and what waits for a parent that is gone ends by itself.
    """
    resource.setrlimit(
        resource.RLIMIT_AS, (limits.CALENDAR_MEMORY, limits.CALENDAR_MEMORY)
    )
    resource.setrlimit(
        resource.RLIMIT_CPU, (limits.CALENDAR_SECONDS, limits.CALENDAR_SECONDS)
    )
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def within(end: float) -> Iterator[None]:
    """Raise TookTooLongError if what is inside takes an event's share, or passes `end`.

    Only in the main thread. Both are of our own computing time, so that the verdict
    is the same on a busy machine.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    share = min(limits.CALENDAR_EVENT_SECONDS, end - time.process_time())
    signal.setitimer(signal.ITIMER_VIRTUAL, max(0.01, share))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
