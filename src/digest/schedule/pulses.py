"""Whether the loops of this process turn: asked without the database."""

import threading
from collections.abc import Callable
from time import monotonic


class Pulses:
    """When each loop of a process last turned, by a clock that nobody sets.

    Any thread may note and ask.
    """

    def __init__(self, since_start: Callable[[], float] = monotonic) -> None:
        self._since_start = since_start
        self._lock = threading.Lock()
        self._beats: dict[str, float] = {}
        self._patience: dict[str, float] = {}
        self._ended = set[str]()

    def expect(self, name: str, seconds: float | None = None) -> None:
        """Expect the loop to run from now on, and to turn at least every so often."""
        with self._lock:
            self._beats[name] = self._since_start()
            if seconds is not None:
                self._patience[name] = seconds

    def beat(self, name: str) -> None:
        """Note that the loop turns."""
        with self._lock:
            self._beats[name] = self._since_start()

    def end(self, name: str) -> None:
        """Note that the loop has ended: it does not come back by itself."""
        with self._lock:
            self._ended.add(name)

    def trouble(self) -> str:
        """Return in words which loops have ended or stand still, "" while all turn."""
        with self._lock:
            now = self._since_start()
            silent = {
                name
                for name, seconds in self._patience.items()
                if now - self._beats[name] > seconds
            }
            faults = [f"the {name} has ended" for name in sorted(self._ended)]
            faults += [
                f"the {name} stands still" for name in sorted(silent - self._ended)
            ]
        return "; ".join(faults)
