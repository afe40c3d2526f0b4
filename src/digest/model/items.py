"""What a campaign's log is made of: posts and events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.blocks import Block, Picture


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote a post; what cannot be told apart stays whole in `author`."""

    author: str
    role: str = ""
    organisation: str = ""

    def __str__(self) -> str:
        """Return it as people write it: "Ann Example, Chair, Example Group"."""
        return ", ".join(filter(None, (self.author, self.role, self.organisation)))


class LinkKind(StrEnum):
    """What stands behind a link, as far as its words and address tell."""

    SURVEY = "survey"
    EASY_READ = "easy read"
    BSL = "British Sign Language video"
    VIDEO = "video"
    WEBINAR = "webinar"
    SIGN_UP = "sign-up"
    AUDIO = "audio"
    DOCUMENT = "document"
    MORE = "more"

    @property
    def is_another_form(self) -> bool:
        """Whether it is the item itself in a form that some readers need."""
        return self in {LinkKind.EASY_READ, LinkKind.BSL}


@dataclass(frozen=True, slots=True)
class Link:
    """A link that belongs to a post as a whole."""

    kind: LinkKind
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Post:
    """Something a campaign published.

    `key` is the source's own id for it. `published` is an aware instant or
    None: it orders and labels posts and never decides whether they go out.
    `summary` is whole sentences; it is empty only where the body is.
    """

    key: str
    title: str
    body: tuple[Block, ...] = ()
    byline: Byline | None = None
    published: datetime | None = None
    url: str = ""
    summary: str = ""
    picture: Picture | None = None
    topics: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a time and a place.

    `starts` and `ends` are aware instants; `zone` is the IANA zone in which
    people read them. An all-day event starts at local midnight.
    """

    key: str
    title: str
    starts: datetime
    zone: str
    ends: datetime | None = None
    all_day: bool = False
    place: str = ""
    joining_url: str = ""
    booking_phone: str = ""
    url: str = ""
    summary: str = ""
    body: tuple[Block, ...] = ()
    topics: tuple[str, ...] = ()


Item = Post | Event
