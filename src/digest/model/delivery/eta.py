"""How fast a run goes and how long it has left, said no better than it is known."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.model import limits
from digest.model.delivery.rate_limits import RateLimit
from digest.model.staff_words import counted, moment_in_words

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(slots=True)
class ThroughputWindow:
    """Counts copies over a sliding window; is told the time, in seconds."""

    window: float = limits.RATE_WINDOW_SECONDS
    _samples: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, at: float, ended: int) -> None:
        """Note that by then so many copies had had their turn."""
        self._samples.append((at, ended))
        while len(self._samples) > 2 and self._samples[1][0] <= at - self.window:
            self._samples.popleft()

    @property
    def rate(self) -> float | None:
        """Copies a second over the window; None while that cannot be told."""
        if not self._samples:
            return None
        (began, first), (at, last) = self._samples[0], self._samples[-1]
        return rate_of(last - first, at - began)


@dataclass(frozen=True, slots=True)
class TimeRemaining:
    """What is left of a run.

    `ready` copies may go now, or are on the wire; `waiting` may not before
    `soonest`, because a server or a limit has put them off. `is_held` is
    whether staff must act before any more are begun. `calls` are for people to
    make, in their own time: no rate holds for them. Times are told in `zone`.
    """

    ready: int
    waiting: int = 0
    soonest: datetime | None = None
    is_held: bool = False
    calls: int = 0
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A limit, and how many copies count against it now."""

    limit: RateLimit
    used: int = 0

    def seconds_for(self, copies: int) -> float:
        """Return the least time that so many more copies take under it."""
        over = copies + min(self.used, self.limit.copies) - self.limit.copies
        return max(over, 0) / self.limit.copies * self.limit.window.total_seconds()


def rate_of(copies: int, seconds: float) -> float | None:
    """Return copies a second; None where the time is too short to tell."""
    return copies / seconds if seconds >= limits.RATE_SECONDS else None


def seconds_left(
    remaining: TimeRemaining, rate: float | None, allowances: Sequence[LimitUse] = ()
) -> float | None:
    """Return how long those that may go now will take; None where none can tell.

    Never less than the limits ask for, however fast it goes just now; and that
    where nothing goes because they are used up.
    """
    ready = remaining.ready
    if not ready:
        return 0.0
    if remaining.is_held:
        return None
    least = max((allowance.seconds_for(ready) for allowance in allowances), default=0.0)
    if rate:
        return max(ready / rate, least)
    may_not = any(allowance.used >= allowance.limit.copies for allowance in allowances)
    return least if rate is not None and may_not else None


def left_in_words(seconds: float) -> str:
    """Return a length of time as one says it of something not known exactly."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {round(seconds / 5) * 5} seconds"
    if seconds < 90:
        return "about a minute"
    if seconds < 55 * _MINUTE:
        return f"about {round(seconds / _MINUTE)} minutes"
    if seconds < 36 * _HOUR:
        hours = max(round(seconds / _HOUR), 1)
        return "about an hour" if hours == 1 else f"about {hours} hours"
    return f"about {round(seconds / _DAY)} days"


def rate_in_words(rate: float) -> str:
    """Return a rate as one says it."""
    if rate >= 10:
        return f"{round(rate):,} a second"
    if rate >= 1:
        return f"{rate:.1f} a second"
    return f"{round(rate * _MINUTE)} a minute"


def outlook(
    remaining: TimeRemaining, rate: float | None, allowances: Sequence[LimitUse] = ()
) -> str:
    """Return in words how fast it goes, how long it has left, and what waits."""
    clauses = []
    if remaining.ready:
        clauses.append(_going(remaining, rate, allowances))
    if remaining.waiting:
        clauses.append(_waiting(remaining))
    if remaining.calls:
        clauses.append(f"{counted(remaining.calls, 'call', 'calls')} to make")
    return "; ".join(clauses) or "nothing is left to send"


def _going(
    remaining: TimeRemaining, rate: float | None, allowances: Sequence[LimitUse]
) -> str:
    if remaining.is_held:
        return "no more are begun just now"
    if rate is None:
        return "the time left cannot be told yet"
    seconds = seconds_left(remaining, rate, allowances)
    if seconds is None:
        return "nothing is going just now"
    speed = rate_in_words(rate) if rate else "nothing may go just now"
    return f"{speed}, {left_in_words(seconds)} left"


def _waiting(remaining: TimeRemaining) -> str:
    verb = "waits" if remaining.waiting == 1 else "wait"
    words = f"{remaining.waiting:,} {verb} to be tried again"
    if remaining.soonest is None:
        return words
    return f"{words}, the first on {moment_in_words(remaining.soonest, remaining.zone)}"
