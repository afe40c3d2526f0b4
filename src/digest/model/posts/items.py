"""What a campaign's log is made of: posts and events."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model.posts.blocks import Block, Picture


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
    None: it orders and labels posts. A date long past holds one that turns up late.
    `summary` is whole sentences; it is empty only where the body is. `language` is
    what the source calls its own, "" where it says nothing (see `text_language`).
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
    language: str = ""


class EventState(StrEnum):
    """Whether an event takes place, as far as its source says."""

    ON = "on"
    PROVISIONAL = "provisional"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """When something happens: two aware instants, the end where it is known."""

    starts: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a time and a place.

    `starts` and `ends` are aware instants; `zone` is the IANA zone in which
    people read them. An all-day event starts at local midnight and ends at the
    one after its last day. `also` are further times of the same, later ones
    last. `announced` is when readers were last told that it would be, where that
    has changed: another time, called off, or on after all. `language` is as in a post.
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
    state: EventState = EventState.ON
    also: tuple[TimeSpan, ...] = ()
    announced: TimeSpan | None = None
    language: str = ""

    @property
    def span(self) -> TimeSpan:
        """When it happens, the first time if there are several."""
        return TimeSpan(self.starts, self.ends)

    def is_over(self, at: datetime) -> bool:
        """Whether all of its times have passed."""
        last = max((self.span, *self.also), key=lambda span: span.starts)
        day = timedelta(days=1) if self.all_day else timedelta(0)
        return (last.ends or last.starts + day) <= at


Item = Post | Event
