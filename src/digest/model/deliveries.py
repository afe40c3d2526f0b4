"""The life of one copy of one edition on its way to one reader."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    HANDING_OVER = "handing-over"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ENDED = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.REFUSED,
        DeliveryState.CANCELLED,
        DeliveryState.EXPIRED,
    }
)

MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.PLANNED: frozenset(
        {
            DeliveryState.HANDING_OVER,
            DeliveryState.CANCELLED,
            DeliveryState.EXPIRED,
        }
    ),
    DeliveryState.HANDING_OVER: frozenset(
        {
            DeliveryState.PLANNED,
            DeliveryState.ACCEPTED,
            DeliveryState.REFUSED,
            DeliveryState.UNCERTAIN,
        }
    ),
    DeliveryState.UNCERTAIN: frozenset({DeliveryState.PLANNED, DeliveryState.ACCEPTED}),
    DeliveryState.ACCEPTED: frozenset(),
    DeliveryState.REFUSED: frozenset(),
    DeliveryState.CANCELLED: frozenset(),
    DeliveryState.EXPIRED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """The next carrier has taken responsibility for the copy."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now; the same copy may be tried again. Nothing was accepted.

    Where it says nothing about the reader, the attempt is not charged to them.
    """

    reply: str
    is_charged: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """Not ever; trying again would be rude."""

    reply: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The final dot was sent and no answer came: it may have arrived."""

    reply: str


Outcome = Accepted | Deferred | Refused | Uncertain


def is_charged(outcome: Outcome) -> bool:
    """Whether an attempt that ended so counts against the reader."""
    return not isinstance(outcome, Deferred) or outcome.is_charged


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait before each new attempt; when the waits are used up, stop."""

    waits: tuple[timedelta, ...] = (
        timedelta(minutes=5),
        timedelta(minutes=25),
        timedelta(hours=1),
        timedelta(hours=2),
        timedelta(hours=3),
        timedelta(hours=6),
        timedelta(hours=12),
    )

    def wait_after(self, attempts: int) -> timedelta | None:
        """Return the pause after this many attempts, or None to give up."""
        return self.waits[attempts - 1] if attempts <= len(self.waits) else None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a delivery goes after an attempt, and when it is tried again."""

    state: DeliveryState
    reply: str
    next_attempt_at: datetime | None = None


def settle(
    outcome: Outcome, attempts: int, now: datetime, policy: RetryPolicy
) -> Settlement:
    """Return what an attempt's outcome makes of a delivery.

    `attempts` counts this one. A delay beyond the policy's patience is a
    refusal whose words say so.
    """
    match outcome:
        case Accepted(reply):
            return Settlement(DeliveryState.ACCEPTED, reply)
        case Refused(reply):
            return Settlement(DeliveryState.REFUSED, reply)
        case Uncertain(reply):
            return Settlement(DeliveryState.UNCERTAIN, reply)
        case Deferred(reply):
            wait = policy.wait_after(max(attempts, 1))
            if wait is None:
                words = f"gave up after {attempts} attempts: {reply}"
                return Settlement(DeliveryState.REFUSED, words)
            return Settlement(DeliveryState.PLANNED, reply, now + wait)
