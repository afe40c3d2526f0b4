"""Events that a page has in marks for programs, with the keys they are known by."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from digest.gather.items.origins import Origins
from digest.gather.items.reading import Skipped
from digest.gather.markup import addresses
from digest.gather.markup.html import to_blocks
from digest.gather.markup.words import one_line
from digest.gather.pages.items import (
    PageContext,
    PageFindings,
    event_of,
    key_of_address,
)
from digest.gather.pages.marks.known_events import KnownEvent, recognised_events
from digest.gather.pages.marks.structured_item import StructuredItem
from digest.model.posts.items import Item

_FIELDS = (
    *("title", "body", "summary", "topics", "picture", "url"),
    *("starts", "ends", "all_day", "place", "joining_url", "zone", "state"),
)
_When = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class PageEvents:
    """Events of a page, those that could not be taken, and all to note down."""

    items: tuple[tuple[Item, Origins], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    known: tuple[KnownEvent, ...] = ()


def events_of(
    told: Iterable[StructuredItem],
    place: PageContext,
    known: Iterable[KnownEvent],
    now: datetime,
) -> PageEvents:
    """Return the events among what a page tells; one that it tells twice comes once.

    One without a start that can be read is named.
    """
    skipped = []
    events: dict[_When, StructuredItem] = {}
    for one in told:
        if one.fault:
            skipped.append(Skipped(one_line(one.title) or "an event", one.fault))
        elif one.starts:
            when = (_stem(one, place), one.starts.instant)
            if when in events and not _are_one(one, events[when]):
                when = (f"{when[0]} {one_line(one.title).casefold()}", when[1])
            events[when] = events[when].or_else(one) if when in events else one
    now_known = recognised_events(list(events), known, now)
    items = []
    for event, one in zip(now_known, events.values(), strict=True):
        try:
            items.append(event_of(_found(one, event.key, place), place))
        except ValueError as problem:
            skipped.append(Skipped(one.title or "an event", str(problem)))
    return PageEvents(tuple(items), tuple(skipped), now_known)


def _are_one(one: StructuredItem, other: StructuredItem) -> bool:
    """Whether what stands at one address and time is one event by its title too."""
    return one_line(one.title).casefold() == one_line(other.title).casefold()


def _stem(told: StructuredItem, place: PageContext) -> str:
    """Return what the dates of one event share: its own address, or its title."""
    title = one_line(told.title).casefold()
    url = addresses.web(told.url, place.base) or ""
    address = key_of_address(url) if url else ""
    return title if address in {"", key_of_address(place.url)} else address


def _found(told: StructuredItem, key: str, place: PageContext) -> PageFindings:
    url = addresses.web(told.url, place.base) or place.url
    body = to_blocks(told.text.value, place.base)
    said = dict.fromkeys(_FIELDS, told.marks)
    return PageFindings(key, replace(told, url=url), body, said)
