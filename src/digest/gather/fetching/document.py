"""What is asked of the web, within which limits, and what comes back."""

from dataclasses import dataclass, field

from digest.errors import SourceError
from digest.gather import limits


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of document: what we call it, what we accept, what helps if it is big."""

    name: str
    accept: str
    if_too_big: str


FEED = DocumentKind(
    "feed",
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, application/json;q=0.9, */*;q=0.5",
    "give the address of a shorter feed",
)
CALENDAR = DocumentKind(
    "calendar", "text/calendar, */*;q=0.5", "give the address of a shorter calendar"
)
PAGE = DocumentKind(
    "page",
    "text/html, application/xhtml+xml, */*;q=0.5",
    "give the address of a shorter page",
)
PICTURE = DocumentKind(
    "picture",
    "image/png, image/jpeg, image/webp, image/gif, image/*;q=0.5",
    "put a smaller picture there",
)


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one document may cost."""

    size: int = limits.DOCUMENT_BYTES
    connect_seconds: float = limits.CONNECT_SECONDS
    total_seconds: float = limits.DOCUMENT_SECONDS
    redirects: int = limits.REDIRECTS


LIMITS = FetchLimits()


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """What is remembered of a source's last reading, so as to ask only for news.

    `etag` and `last_modified` are its server's words. `moved_to` is where it
    has gone for good (301 or 308), empty while it is where it always was.
    `page_memory` is what the reader of a page remembers, in a form of its own.
    """

    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    page_memory: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """A document to ask for.

    `contact` is the address at which its publisher can ask who reads it.
    """

    url: str
    kind: DocumentKind
    memory: SourceMemory = SourceMemory()
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was sent; None as content means it has not changed.

    `url` is where it was found in the end, `media_type` the whole Content-Type,
    `memory` what to remember for the next time.
    """

    content: bytes | None
    url: str
    media_type: str = ""
    memory: SourceMemory = field(default_factory=SourceMemory)


class GoneError(SourceError):
    """Its server says that it is gone for good (RFC 9110 section 15.5.11)."""


class BusyError(SourceError):
    """Its server asks us to wait; `seconds` is how long, None if it did not say."""

    def __init__(self, words: str, seconds: int | None) -> None:
        super().__init__(words)
        self.seconds = seconds


class UnreachableError(SourceError):
    """Nothing answers at `host`, or not in time."""

    def __init__(self, words: str, host: str) -> None:
        super().__init__(words)
        self.host = host
