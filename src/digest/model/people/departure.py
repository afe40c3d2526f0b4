"""Leaving a campaign: by which means somebody said so."""

from enum import StrEnum


class LeavingMeans(StrEnum):
    """How somebody let us know that they leave a campaign."""

    LINK = "link"
    PHONE = "phone"
    LETTER = "letter"
    VISIT = "visit"
    COMPLAINT = "complaint"

    @property
    def words(self) -> str:
        """The same for staff, as the reason why a copy was not sent."""
        if self is LeavingMeans.LINK:
            return "left by the link in an edition"
        if self is LeavingMeans.COMPLAINT:
            return "called it spam, and so has left"
        return f"left, as they said by {self}"


# As people tell somebody who writes it down.
TOLD = (LeavingMeans.PHONE, LeavingMeans.LETTER, LeavingMeans.VISIT)
