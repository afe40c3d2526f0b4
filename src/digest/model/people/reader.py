"""A reader in a campaign: what they need, and how a copy can reach them."""

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """What a reader needs."""

    HTML = "html"
    PLAIN = "plain"
    LETTER = "letter"
    LARGE_PRINT = "large-print"
    EASY_READ = "easy-read"
    BRAILLE = "braille"
    AUDIO = "audio"
    PHONE = "phone"
    VISIT = "visit"


class Channel(StrEnum):
    """How a copy travels."""

    EMAIL = "email"
    POST = "post"


EMAIL_FORMATS = frozenset({Format.HTML, Format.PLAIN})
LETTER_FORMATS = frozenset({Format.LETTER, Format.LARGE_PRINT})


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """All that decides how one reader is served, as known at one moment."""

    wanted: Format
    is_subscribed: bool = True
    has_email: bool = False
    has_address: bool = False
    email_suppressed: bool = False
    post_suppressed: bool = False

    @property
    def email_works(self) -> bool:
        """Whether an email may be written and can arrive."""
        return self.has_email and not self.email_suppressed

    @property
    def post_works(self) -> bool:
        """Whether a letter may be posted and can arrive."""
        return self.has_address and not self.post_suppressed


@dataclass(frozen=True, slots=True)
class Served:
    """The reader gets a copy in this format by this channel."""

    channel: Channel
    format: Format


@dataclass(frozen=True, slots=True)
class NotServed:
    """The reader gets no copy; `reason` tells staff why and what would help."""

    reason: str


Resolution = Served | NotServed


def resolve(facts: ReaderFacts) -> Resolution:
    """Return how a reader is served: need, permission, data present, what came back.

    A reader of emails whose email cannot work gets a letter where one can. A
    need for paper is never answered by email: that would not meet the need.
    """
    if not facts.is_subscribed:
        return NotServed("has left every list of this campaign")
    if facts.wanted in EMAIL_FORMATS:
        return _by_email(facts)
    if facts.wanted in LETTER_FORMATS:
        return _by_post(facts)
    return NotServed(
        f"needs {facts.wanted}, which is not made yet: take the news to them by hand"
    )


def _by_email(facts: ReaderFacts) -> Resolution:
    if facts.email_works:
        return Served(Channel.EMAIL, facts.wanted)
    if facts.post_works:
        return Served(Channel.POST, Format.LETTER)
    if facts.has_email:
        return NotServed(
            "the email address is suppressed and no postal address is held"
        )
    return NotServed("no email address and no postal address is held: add one")


def _by_post(facts: ReaderFacts) -> Resolution:
    if facts.post_works:
        return Served(Channel.POST, facts.wanted)
    if facts.has_address:
        return NotServed("post to this address is suppressed")
    return NotServed("wants a letter, but no full postal address is held: add one")
