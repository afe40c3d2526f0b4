"""Events that a page has in marks for programs, with the keys they are known by."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from digest.gather.items.raw_item import MadeItem, RawItem
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.html import to_blocks
from digest.gather.pages.page_items import item_on, key_of_address
from digest.gather.pages.recognition import RememberedEvent, recognised_events
from digest.gather.pages.web_page import WebPage
from digest.store.campaigns.skipped_items import SkippedItem


@dataclass(frozen=True, slots=True)
class PageEvents:
    """Events of a page, those that could not be taken, and all to remember."""

    items: tuple[MadeItem, ...] = ()
    skipped: tuple[SkippedItem, ...] = ()
    remembered: tuple[RememberedEvent, ...] = ()


def events_of(
    page: WebPage, before: Iterable[RememberedEvent], now: datetime
) -> PageEvents:
    """Return the events that a page marks; one that it marks twice comes once.

    One without a start that can be read is named.
    """
    skipped = []
    events: dict[tuple[str, datetime], RawItem] = {}
    for item in page.marked:
        title = one_line(item.title)
        if item.fault:
            skipped.append(SkippedItem(title or "an event", item.fault))
        elif item.starts:
            stem, starts = _stem(item, page), item.starts.instant
            other = events.get((stem, starts))
            # What stands at one address and time is one event by its title too.
            if other and one_line(other.title).casefold() != title.casefold():
                stem = f"{stem} {title.casefold()}"
                other = events.get((stem, starts))
            events[stem, starts] = other.or_else(item) if other else item
    remembered = recognised_events(list(events), before, now)
    items = []
    for event, item in zip(remembered, events.values(), strict=True):
        try:
            items.append(item_on(page, _whole(item, event.key, page)))
        except ValueError as problem:
            skipped.append(SkippedItem(item.title or "an event", str(problem)))
    return PageEvents(tuple(items), tuple(skipped), remembered)


def _stem(item: RawItem, page: WebPage) -> str:
    """Return what the dates of one event share: its own address, or its title."""
    title = one_line(item.title).casefold()
    url = addresses.web(item.url, page.base) or ""
    address = key_of_address(url) if url else ""
    return title if address in {"", key_of_address(page.url)} else address


def _whole(item: RawItem, key: str, page: WebPage) -> RawItem:
    where = item.origins.get("title", "")
    url = addresses.web(item.url, page.base) or page.url
    body = to_blocks(item.body, page.base) if isinstance(item.body, str) else ()
    return replace(item.with_fields(where, url=url, zone=page.zone), key=key, body=body)
