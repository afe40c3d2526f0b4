"""What comes of ringing a reader, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model.formats import FORMATS, PHONE, Format

# Of a day nobody answers all the time: two hours on, the meal or the visit is over.
RING_AGAIN_AFTER = timedelta(hours=2)

# How the reason of a number begins that is somebody else's.
WRONG_NUMBER = "wrong number"


class CallOutcome(StrEnum):
    """What a caller writes down of a call."""

    SPOKEN = "spoken"
    NO_ANSWER = "no-answer"
    LATER = "later"
    WRONG_NUMBER = "wrong-number"
    STOP = "stop"
    ANOTHER_WAY = "another-way"

    @property
    def words(self) -> str:
        """The outcome as staff read it."""
        return _WORDS[self]

    @property
    def is_about_reader(self) -> bool:
        """Whether it changes what is held of the reader, and not of this call alone."""
        return self in {
            CallOutcome.WRONG_NUMBER,
            CallOutcome.STOP,
            CallOutcome.ANOTHER_WAY,
        }

    @property
    def rings_again(self) -> bool:
        """Whether the same reader is rung once more for the same edition."""
        return self in {CallOutcome.NO_ANSWER, CallOutcome.LATER}


_WORDS = {
    CallOutcome.SPOKEN: "Spoken to",
    CallOutcome.NO_ANSWER: "No answer",
    CallOutcome.LATER: "Asked to be rung later",
    CallOutcome.WRONG_NUMBER: "Wrong number",
    CallOutcome.STOP: "Asked us to stop",
    CallOutcome.ANOTHER_WAY: "Wants it another way",
}
# What somebody who was rung may have instead.
OTHER_WAYS: tuple[Format, ...] = tuple(
    row for row in FORMATS.values() if row.channel and row is not PHONE
)


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a caller writes down of one call.

    `note` is what the reader would have passed on. `again_at` is when they asked to be
    rung, and `format` what they would have instead. `after` is how many tries the
    caller saw before this one: of two people who press at once, one is heard.
    """

    outcome: CallOutcome
    note: str = ""
    again_at: datetime | None = None
    format: Format | None = None
    after: int | None = None

    def rings_again_at(self, now: datetime, until: datetime | None) -> datetime:
        """Return when to ring once more, no later than the call is of use."""
        again = max(self.again_at or now + RING_AGAIN_AFTER, now)
        return min(again, until or again)
