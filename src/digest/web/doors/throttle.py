"""The throttles: how often somebody may be wrong before they wait."""

from datetime import timedelta

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from digest.web import limits


class Throttle:
    """Counts what went wrong, by caller; in this process, good for many threads."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._rate = RateLimitItemPerSecond(most, int(within.total_seconds()))
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def too_often(self, caller: str) -> bool:
        """Count one more; return whether that is more than may be."""
        return not self._limiter.hit(self._rate, caller)

    def is_full(self, caller: str) -> bool:
        """Whether one more would be more than may be; counts nothing."""
        return not self._limiter.test(self._rate, caller)


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
