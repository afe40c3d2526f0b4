"""What an email that came to one of our addresses was, and what was made of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class MailDoor(StrEnum):
    """By which door an email, or a mail service's word of one, came in."""

    FILES = "files"
    MAILBOX = "mailbox"
    LISTENER = "listener"
    SES = "ses"
    POSTMARK = "postmark"
    MAILGUN = "mailgun"
    SENDGRID = "sendgrid"


class IncomingState(StrEnum):
    """What was made of an email that came in.

    NEW: a report on a copy, taken in now. LEFT: its reader left by it. REPLY: a person
    wrote it, and it goes on to the campaign's people. AUTOMATIC: a program wrote it.
    """

    NEW = "new"
    LEFT = "left"
    REPLY = "reply"
    AUTOMATIC = "automatic"
    SEEN = "seen before"
    NOTHING = "nothing to do"
    NOT_OURS = "not ours"
    NOT_UNDERSTOOD = "not understood"
    UNREAD = "unread"

    @property
    def is_dealt_with(self) -> bool:
        """Whether it may be put away: else it is for others, or for people to see."""
        return self not in (
            IncomingState.NOT_OURS,
            IncomingState.NOT_UNDERSTOOD,
            IncomingState.UNREAD,
        )


@dataclass(frozen=True, slots=True)
class IncomingNote:
    """What is kept of an email that came in: of whom and what, and none of its words.

    `words` are our own, or a mail server's on a copy. `reader_id` and `edition_id`
    are 0 where it is about none.
    """

    mark: str
    door: MailDoor
    state: IncomingState
    words: str = ""
    campaign_id: int = 0
    edition_id: int = 0
    reader_id: int = 0
    sender_hash: str = ""


# A mail that could not be forwarded is tried again, at last once a day, without end.
_FIRST_WAIT = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(days=1)


def forward_again_at(attempts: int, now: datetime) -> datetime:
    """Return when a reply is tried again that has been tried so often."""
    doubled: timedelta = _FIRST_WAIT * 2 ** min(attempts - 1, 10)
    return now + min(doubled, _LONGEST_WAIT)
