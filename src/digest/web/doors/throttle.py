"""The throttle on wrong keys: how often somebody may be wrong before they wait."""

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from digest.web import limits


class Throttle:
    """Counts what went wrong, by caller; in this process, good for many threads."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most = most
        self._within = within
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def too_often(self, caller: str, now: datetime) -> bool:
        """Count one more; return whether that is more than may be."""
        with self._lock:
            times = self._times.setdefault(caller, deque(maxlen=self._most + 1))
            self._times.move_to_end(caller)
            while len(self._times) > limits.WRONG_KEYS_CALLERS:
                self._times.popitem(last=False)
            while times and now - times[0] >= self._within:
                times.popleft()
            times.append(now)
            return len(times) > self._most


def of_wrong_keys() -> Throttle:
    """Return what counts wrong keys, within the limits of a caller."""
    return Throttle(limits.WRONG_KEYS, limits.WRONG_KEYS_WITHIN)
