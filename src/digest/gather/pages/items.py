"""Posts and events made of what a page says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from digest.gather.items.entries import gist_of, topics_within
from digest.gather.items.moments import Moment, midnight
from digest.gather.items.origins import Origins, origins, said_byline
from digest.gather.items.reading import finished
from digest.gather.markup import addresses
from digest.gather.markup.html import to_blocks
from digest.gather.markup.words import one_line, short_key, short_title
from digest.gather.pages.layout.days import DateWindow, WrittenDay
from digest.gather.pages.layout.outline import Blocks
from digest.gather.pages.marks.structured_item import StructuredItem
from digest.model.posts.blocks import Heading, Paragraph, Picture, plain, texts
from digest.model.posts.duplicates import canonical_address
from digest.model.posts.items import Event, EventState, Post
from digest.model.posts.summary import summarise

_TOP = re.compile(
    r"\W*(back|return|go)? ?(to )?(the )?top( of (the |this )?page)?\W*", re.I
)
_FIRST = 6  # blocks among which a page's title stands


@dataclass(frozen=True, slots=True)
class PageContext:
    """Where words were found: addresses to take others from, language, zone, year."""

    url: str
    base: str
    language: str
    zone: str
    calendar: DateWindow

    @property
    def tz(self) -> ZoneInfo:
        """The zone, to tell local days by."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class PageFindings:
    """An item's parts, as far as they were found: `said` is where, by field."""

    key: str
    told: StructuredItem
    body: Blocks
    said: Mapping[str, str]
    day: WrittenDay | None = None


def post_of(found: PageFindings, place: PageContext) -> tuple[Post, Origins]:
    """Return the post, and where each of its fields came from.

    Raises ValueError, in words, where there is no post in it.
    """
    told, said = found.told, dict(found.said)
    body = tuple(block for block in found.body if not _leads_to_top(block))
    published = told.published or date_of(found.day, place)
    if not told.title:
        raise ValueError("has no title: choose it by select.title")
    if not any(texts(body)) and not told.summary:
        raise ValueError("has no words below its title")
    shows_pictures = any(isinstance(block, Picture) for block in body)
    picture = None if shows_pictures else addresses.web(told.picture, place.base)
    summary = gist_of(to_blocks(told.summary, place.base)) if told.summary else ""
    post = Post(
        key=short_key(found.key),
        title=short_title(told.title),
        byline=told.byline,
        published=published,
        url=told.url,
        summary=summary,
        picture=Picture(picture, told.picture_alt) if picture else None,
        topics=topics_within(told.topics),
    )
    made = finished(post, body)
    if told.byline and not said_byline(told.byline, made):
        said.pop("byline", None)
    if not summary:
        said.pop("summary", None)
    return made, origins(made, said)


def event_of(found: PageFindings, place: PageContext) -> tuple[Event, Origins]:
    """Return the event, and where each of its fields came from.

    Raises ValueError, in words, where it has no title or no start.
    """
    told = found.told
    if not told.title or told.starts is None:
        raise ValueError("has no title or no start")
    ends = _end(told.ends, place.zone) if told.ends else None
    if ends and ends < told.starts.instant:
        raise ValueError("ends before it starts: its page must be mended")
    event = Event(
        key=short_key(found.key),
        title=short_title(told.title),
        starts=told.starts.instant,
        zone=place.zone,
        ends=ends,
        all_day=told.starts.is_day,
        place=one_line(told.place),
        joining_url=addresses.web(told.joining_url, place.base) or "",
        url=told.url,
        summary=summarise(found.body),
        body=found.body,
        topics=topics_within(told.topics),
        state=EventState.CANCELLED if told.is_cancelled else EventState.ON,
    )
    return event, origins(event, found.said)


def key_of_address(url: str) -> str:
    """Return what stays the same of an address when a site changes its manners."""
    return canonical_address(url) or url


def address_in(url: str, title: str, anchor: str) -> str:
    """Return the address of a post on a long page: its anchor, or its title's words.

    A browser that does not know text fragments (WICG, scroll to text) shows the
    page from its top.
    """
    page = url.partition("#")[0]
    if anchor:
        return f"{page}#{quote(anchor, safe='')}"
    # A dash and a comma part the words of such a fragment.
    return f"{page}#:~:text={quote(title, safe='').replace('-', '%2D')}"


def date_of(day: WrittenDay | None, place: PageContext) -> datetime | None:
    """Return the midnight at which the day begins, if it can be told which it is."""
    found = place.calendar.date_of(day) if day else None
    return midnight(found, place.zone) if found else None


def _end(ends: Moment, zone: str) -> datetime:
    """Return the end; an event ends with its last day, not as that begins."""
    if not ends.is_day:
        return ends.instant
    day = ends.instant.astimezone(ZoneInfo(zone)).date()
    return midnight(day + timedelta(days=1), zone) if day < date.max else ends.instant


def below_title(body: Blocks, title: str) -> Blocks:
    """Return the body of a page without its title and the words above that."""
    for place, block in enumerate(body[:_FIRST]):
        if isinstance(block, Heading) and _same(plain(block.spans), title):
            above = (one for one in body[:place] if isinstance(one, Picture))
            return (*above, *body[place + 1 :])
    return body


def _leads_to_top(block: object) -> bool:
    if not isinstance(block, Paragraph):
        return False
    words = plain(block.spans)
    return bool(words.strip()) and bool(_TOP.fullmatch(words))


def _same(one: str, other: str) -> bool:
    return one_line(one).casefold() == one_line(other).casefold()
