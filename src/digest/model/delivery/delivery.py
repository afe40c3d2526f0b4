"""The life of one copy of one edition on its way to one reader."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    HANDING_OVER = "handing-over"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# Where a copy has ended without having left: its posts are owed to its reader.
NEVER_LEFT = frozenset({DeliveryState.CANCELLED, DeliveryState.EXPIRED})
# How a letter stands that is laid out, in words.
TO_POST, PRINTED, POSTED = "ready to print and post", "printed", "posted"
# Of a rehearsal: nobody posts them.
PROOFS = "laid out as proofs"


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
    """Not ever; trying again would be rude.

    Where it is about the message and not the reader, it is not charged to them.
    """

    reply: str
    is_charged: bool = True


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The final dot was sent and no answer came: it may have arrived."""

    reply: str


Outcome = Accepted | Deferred | Refused | Uncertain
_MAY_BE_FREE = (Deferred, Refused)


def is_charged(outcome: Outcome) -> bool:
    """Whether an attempt that ended so counts against the reader."""
    return not isinstance(outcome, _MAY_BE_FREE) or outcome.is_charged


@dataclass(frozen=True, slots=True)
class Patience:
    """From when to when a copy is of use: None where that is not known."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait before each new attempt. Only time ends patience.

    RFC 5321 §4.5.4.1: two tries in the first hour, then one every two or three.
    A delay that says nothing about the reader, such as greylisting, is tried
    again `soon`, and less and less often the longer it has lasted.
    """

    first: timedelta = timedelta(minutes=30)
    after: timedelta = timedelta(hours=2, minutes=30)
    soon: timedelta = timedelta(minutes=5)

    def wait_after(self, attempts: int) -> timedelta:
        """Return the pause after this many attempts that are charged."""
        return self.first if attempts <= 1 else self.after

    def wait_uncharged(self, lasted: timedelta) -> timedelta:
        """Return the pause after an attempt that is charged to nobody."""
        return min(max(self.soon, lasted / 2), self.after)


class Settlement(NamedTuple):
    """Where a delivery goes after an attempt, and when it is tried again."""

    state: DeliveryState
    reply: str
    next_attempt_at: datetime | None = None


def settle(
    outcome: Outcome,
    attempts: int,
    now: datetime,
    policy: RetryPolicy,
    patience: Patience = Patience(),
) -> Settlement:
    """Return what an attempt's outcome makes of a delivery.

    `attempts` counts those that are charged, this one too. A copy that waits is
    planned for no later than when it stops being of use: then it expires.
    """
    match outcome:
        case Accepted(reply):
            return Settlement(DeliveryState.ACCEPTED, reply)
        case Refused(reply):
            return Settlement(DeliveryState.REFUSED, reply)
        case Uncertain(reply):
            return Settlement(DeliveryState.UNCERTAIN, reply)
        case Deferred(reply, charged):
            wait = (
                policy.wait_after(attempts)
                if charged
                else policy.wait_uncharged(now - (patience.since or now))
            )
            again = min(now + wait, patience.until or now + wait)
            return Settlement(DeliveryState.PLANNED, reply, again)


def letter_standing(
    printed_at: datetime | None, posted_at: datetime | None, *, is_rehearsal: bool
) -> str:
    """Return what became of a letter on paper, by what became of its print batch.

    To be laid out says nothing of paper: a worker does that by itself.
    """
    if posted_at:
        return POSTED
    if is_rehearsal:
        return PROOFS
    return PRINTED if printed_at else TO_POST
