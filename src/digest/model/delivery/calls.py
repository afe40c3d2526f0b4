"""What comes of ringing a reader, and what follows from it."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.model.campaigns.day_times import QuietHours
from digest.model.campaigns.written_times import wall_time
from digest.model.formats import FORMATS, PHONE, Format
from digest.model.people.person import bare_digits

# Of a day nobody answers all the time: two hours on, the meal or the visit is over.
RING_AGAIN_AFTER = timedelta(hours=2)

# Nobody is rung at these hours who has not asked for it.
NIGHT = QuietHours(time(20), time(9))

# So many calls in a row that nobody answered: they may be away, or hear no telephone.
UNANSWERED = 5

# What no database keeps, and no page shows: controls and halves of characters.
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

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
class FormatChange:
    """What somebody asked a caller for at an instant, and before: "" of nothing."""

    wanted: str
    before: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a caller writes down of one call.

    `note` is what the reader would have passed on. `again_at` is when they asked to be
    rung, and `format` what they would have instead. `after` is how many tries the
    caller saw before this one: of two people who press at once, one is heard. `number`
    is what the caller rang, where the page or the sheet may be of before a change.
    """

    outcome: CallOutcome
    note: str = ""
    again_at: datetime | None = None
    format: Format | None = None
    after: int | None = None
    number: str = ""

    def is_of_another_number(self, phone: str) -> bool:
        """Whether what was rung is not the number that is held now."""
        return bool(self.number) and bare_digits(self.number) != bare_digits(phone)

    @property
    def is_readable(self) -> bool:
        """Whether the note can be kept and shown as it is."""
        return _UNREADABLE.search(self.note) is None

    def asks_too_late(self, until: datetime | None) -> bool:
        """Whether they asked for a time at which the call is of no use any more."""
        again = self.again_at
        return again is not None and until is not None and again >= until

    def rings_again_at(
        self, now: datetime, until: datetime | None, zone: str
    ) -> datetime | None:
        """Return when to ring once more, before the call is of no use; None if never.

        At any time that they asked for. Otherwise in two hours, in the morning, or
        halfway to when it is of no use, but never by night on the clock of the zone.
        """
        if until is not None and until <= now:
            return None
        if self.again_at is not None:
            return max(self.again_at, now)
        later = now + RING_AGAIN_AFTER
        again = NIGHT.end(later, zone) or later
        if until is None or again < until:
            return again
        halfway = now + (until - now) / 2
        return None if NIGHT.end(halfway, zone) else halfway


def time_to_ring(written: str, now: datetime, zone: str) -> datetime | None:
    """Return the next instant at which the clock shows that time; None of "".

    Raises ValueError for what is no time of day.
    """
    if not written.strip():
        return None
    local = now.astimezone(ZoneInfo(zone))
    wall = wall_time(written.strip())
    today = datetime.combine(local.date(), wall, local.tzinfo)
    return today if today > now else today + timedelta(days=1)
