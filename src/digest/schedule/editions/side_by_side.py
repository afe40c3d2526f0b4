"""Errands of a timetable side by side, so that none waits for another's sources."""

import threading
from collections.abc import Callable

from digest.schedule.guard import guarded
from digest.schedule.limits import ERRANDS_AT_ONCE

# Returns whether to look again, as it has changed something.
Errand = Callable[[], bool]


class SideBySide:
    """Runs errands in threads of their own, of each name one at a time.

    One whose name is taken is not run. `again` is called when that name is free then,
    and when an errand has changed something, so that somebody looks at what follows.
    """

    def __init__(self, again: Callable[[], None]) -> None:
        self._again = again
        self._turns = threading.Semaphore(ERRANDS_AT_ONCE)
        self._changed = threading.Condition()
        self._running: dict[str, threading.Thread] = {}
        self._missed = set[str]()

    def __call__(self, name: str, errand: Errand) -> None:
        """Run the errand, unless one of that name is running."""
        with self._changed:
            if name in self._running:
                self._missed.add(name)
                return
            thread = threading.Thread(
                target=self._run, args=(name, errand), name=name, daemon=True
            )
            self._running[name] = thread
        thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for those that run, so long at most; whether all have ended."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def _run(self, name: str, errand: Errand) -> None:
        has_changed = False
        try:
            with self._turns, guarded("an errand", name):
                has_changed = errand()
        finally:
            with self._changed:
                del self._running[name]
                was_missed = name in self._missed
                self._missed.discard(name)
                self._changed.notify_all()
            if was_missed or has_changed:
                self._again()


def at_once(_name: str, errand: Errand) -> None:
    """Run the errand here and now."""
    errand()
