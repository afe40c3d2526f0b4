"""What the child may cost, and one event in it."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

MEMORY = 256_000_000  # bytes
SECONDS = 5
# Of computing, for one event; and for all by the clock, which leaves time to answer.
EVENT_SECONDS = 0.5
ALL_SECONDS = 3


class TookTooLongError(BaseException):
    """One event has had its share of time.

    Not an Exception, so that no library takes it for a fault of its own.
    """


def confine() -> None:
    """Hold this process to its limits, whatever becomes of its parent.

    The kernel ends it when its time is up, in the middle of anything.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, SECONDS + 1)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TookTooLongError if what is inside takes more computing than that.

    Only in the main thread. It counts our own time, so that a busy machine
    costs no event its place.
    """

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLongError

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
