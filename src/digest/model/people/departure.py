"""Leaving a campaign: by which means somebody said so, who and when."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class LeavingMeans(StrEnum):
    """How somebody let us know that they leave a campaign."""

    LINK = "link"
    MAIL = "mail"
    PHONE = "phone"
    LETTER = "letter"
    VISIT = "visit"
    COMPLAINT = "complaint"

    @property
    def words(self) -> str:
        """The same for staff, as the reason why a copy was not sent."""
        if self is LeavingMeans.LINK:
            return "left by the link in an edition"
        if self is LeavingMeans.MAIL:
            return "left by email"
        if self is LeavingMeans.COMPLAINT:
            return "called it spam, and so has left"
        return f"left, as they said by {self}"


class LeavingReason(StrEnum):
    """Why somebody left, if they liked to say; of a few, so that it names nobody."""

    TOO_OFTEN = "too often"
    NOT_FOR_ME = "not for me"
    NEVER_ASKED = "never asked for it"
    MOVED = "moved away"
    OTHER = "something else"


# As people tell somebody who writes it down.
TOLD = (LeavingMeans.PHONE, LeavingMeans.LETTER, LeavingMeans.VISIT)


class DepartureAsker(StrEnum):
    """Who asked for it; by no name, as it is written down for good."""

    THEMSELVES = "themselves"
    FOR_THEM = "somebody for them"


@dataclass(frozen=True, slots=True)
class LeavingRequest:
    """What somebody told us: by which means, who it was, and on which day.

    The day as somebody writes it; "" is today.
    """

    means: LeavingMeans
    asker: DepartureAsker = DepartureAsker.THEMSELVES
    on: str = ""


# For so long whoever wrote it down may say that it was a mistake.
UNDOABLE = timedelta(days=28)
