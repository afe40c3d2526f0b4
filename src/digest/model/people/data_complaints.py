"""A complaint about how somebody's data is used: by when it has to be dealt with.

Data Protection Act 2018, section 164A, as the Data (Use and Access) Act 2025 has it, in
force since 19 June 2026: it is acknowledged within 30 days, looked into without undue
delay, and whoever complained is told what came of it.
"""

from datetime import date, timedelta
from enum import StrEnum

ACKNOWLEDGED_WITHIN = timedelta(days=30)
_SATURDAY = 5


class ComplaintChannel(StrEnum):
    """How a complaint came to us."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    VISIT = "visit"
    WEB = "web"


class ComplaintOutcome(StrEnum):
    """What a complaint came to."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly upheld"
    NOT_UPHELD = "not upheld"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"

    @property
    def needs_an_answer(self) -> bool:
        """Whether who complained has to have been told of it first."""
        return self not in (ComplaintOutcome.WITHDRAWN, ComplaintOutcome.ERASED)


# What staff choose from: the last comes of an erasure alone.
OUTCOMES = tuple(
    each for each in ComplaintOutcome if each is not ComplaintOutcome.ERASED
)


def acknowledge_by(received_on: date) -> date:
    """Return the last day on which a complaint of that day may be acknowledged.

    The day after it came is the first; a last day on a weekend is Monday's.
    """
    day = received_on + ACKNOWLEDGED_WITHIN
    weekday = day.weekday()
    return day + timedelta(days=7 - weekday) if weekday >= _SATURDAY else day
