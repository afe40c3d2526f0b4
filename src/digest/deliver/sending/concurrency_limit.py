"""How many connections may be open at once: fewer on trouble, more when it is quiet."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

_QUIET = 15.0
_LONGEST_QUIET = 240.0


@dataclass(frozen=True, slots=True)
class ConnectionBudget:
    """How many connections may be open, of at most `most`. Seconds throughout.

    Trouble halves it; each quiet spell adds one. Trouble soon after it was
    raised makes the next quiet spell twice as long.
    """

    most: int
    allowed: int
    changed_at: float = 0.0
    quiet: float = _QUIET

    def reduced(self, others: int, now: float) -> "ConnectionBudget":
        """Return it after trouble on one connection while `others` were open.

        The last one open is never taken away: its trouble is the carrier's.
        """
        if not others:
            return self
        is_again = self.allowed < self.most
        quiet = min(self.quiet * 2, _LONGEST_QUIET) if is_again else self.quiet
        allowed = max(1, min(self.allowed // 2, others))
        return replace(self, allowed=allowed, changed_at=now, quiet=quiet)

    def raised(self, now: float) -> "ConnectionBudget":
        """Return it with one more, where it has been quiet for long enough."""
        if self.allowed >= self.most or now - self.changed_at < self.quiet:
            return self
        allowed = self.allowed + 1
        quiet = self.quiet if allowed < self.most else _QUIET
        return replace(self, allowed=allowed, changed_at=now, quiet=quiet)


class ConcurrencyLimit:
    """The number of connections that may be open now."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._budget = ConnectionBudget(most, most, clock())

    @property
    def allowed(self) -> int:
        """How many may be open; it rises by itself as time goes by."""
        self._budget = self._budget.raised(self._clock())
        return self._budget.allowed

    def reduce(self, others: int) -> None:
        """Note trouble on one connection while so many others were open."""
        self._budget = self._budget.reduced(others, self._clock())
