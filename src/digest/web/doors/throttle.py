"""The throttles: how often somebody may be wrong before they wait."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import timedelta
from threading import Lock

from digest.web import limits


class Throttle:
    """Counts what went wrong, by caller; in this process, good for many threads.

    What one call costs does not grow with how many callers there are: else a flood from
    many places would be one of work too, and its answers would tell how many came.
    """

    def __init__(
        self,
        most: int,
        within: timedelta,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = within.total_seconds()
        self._clock = clock
        # Whoever came last stands last.
        self._attempts = OrderedDict[str, deque[float]]()
        self._lock = Lock()

    def too_often(self, caller: str) -> bool:
        """Count one more; return whether that is more than may be, and not counted."""
        with self._lock:
            now = self._clock()
            self._forget_some(now)
            attempts = self._of(caller, now)
            if len(attempts) >= self._most:
                return True
            attempts.append(now)
            self._attempts[caller] = attempts
            self._attempts.move_to_end(caller)
            return False

    def is_full(self, caller: str) -> bool:
        """Whether one more would be more than may be; counts nothing."""
        with self._lock:
            return len(self._of(caller, self._clock())) >= self._most

    def _of(self, caller: str, now: float) -> deque[float]:
        attempts = self._attempts.get(caller, deque())
        while attempts and attempts[0] <= now - self._seconds:
            attempts.popleft()
        return attempts

    def _forget_some(self, now: float) -> None:
        """Forget two of those who came longest ago, if that counts no more.

        So more are forgotten than come; and there are never too many.
        """
        for _ in range(2):
            caller = next(iter(self._attempts), None)
            if caller is None:
                return
            attempts = self._attempts[caller]
            is_over = not attempts or attempts[-1] <= now - self._seconds
            if is_over or len(self._attempts) > limits.CALLERS_COUNTED:
                del self._attempts[caller]


class WrongAttempts:
    """Counts wrong passwords and codes: of a person from one place, and of each alone.

    Somebody who tries many passwords of one person, or one password of many, has to
    wait; what they do elsewhere keeps that person out only at a rate no person has.
    """

    def __init__(self) -> None:
        within = limits.WRONG_WITHIN
        self._of_both = Throttle(limits.WRONG_ATTEMPTS, within)
        self._of_caller = Throttle(limits.WRONG_ATTEMPTS_OF_A_CALLER, within)
        self._of_person = Throttle(limits.WRONG_ATTEMPTS_OF_A_PERSON, within)
        self._on_record = Throttle(limits.REFUSALS_ON_RECORD, within)

    def are_too_many(self, caller: str, person: str) -> bool:
        """Whether another attempt is not to be looked at, right or wrong."""
        return (
            self._of_both.is_full(f"{caller} {person}")
            or self._of_caller.is_full(caller)
            or self._of_person.is_full(person)
        )

    def count(self, caller: str, person: str) -> None:
        """Count a wrong attempt."""
        self._of_both.too_often(f"{caller} {person}")
        self._of_caller.too_often(caller)
        self._of_person.too_often(person)

    def is_for_the_record(self, caller: str) -> bool:
        """Whether another refusal of that caller is put on record; counts it.

        Some of them say what happens; thousands would bury what else was done.
        """
        return not self._on_record.too_often(caller)
