"""Who may go on: one request to a host at a time, and few readers at work."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from digest.gather import limits


class HostQueue:
    """Gives each host's turns out one by one, whichever thread asks."""

    def __init__(
        self,
        gap: float = limits.HOST_GAP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._gap = gap
        self._clock = clock
        self._wait = wait
        self._changed = threading.Condition()
        self._busy: set[str] = set()
        self._free_at: dict[str, float] = {}

    @contextmanager
    def of(self, host: str) -> Iterator[None]:
        """Hold the host's turn for as long as the block lasts."""
        with self._changed:
            self._changed.wait_for(lambda: host not in self._busy)
            self._busy.add(host)
            early = self._free_at.get(host, 0) - self._clock()
        try:
            if early > 0:
                self._wait(early)
            yield
        finally:
            with self._changed:
                self._busy.remove(host)
                now = self._clock()
                late = [name for name, at in self._free_at.items() if at <= now]
                for name in late:  # so that a long life remembers few hosts
                    del self._free_at[name]
                self._free_at[host] = now + self._gap
                self._changed.notify_all()


class ThreadPermits:
    """Lets a few threads work at once, however many wait for the web.

    What a reader holds while it parses is many times what it fetched: so many
    of those, and no more, are in memory at one time.
    """

    def __init__(self, count: int = limits.PARSERS_AT_ONCE) -> None:
        self._free = threading.Semaphore(count)
        self._mine = threading.local()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Work, as soon as there is a permit."""
        with self._free:
            self._mine.is_working = True
            try:
                yield
            finally:
                self._mine.is_working = False

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait for something: the permit, if this thread has one, is another's now."""
        if not getattr(self._mine, "is_working", False):
            yield
            return
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()
