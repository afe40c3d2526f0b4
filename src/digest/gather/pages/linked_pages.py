"""Posts that stand on pages of their own, read politely: few at a time."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.fetching.document import PAGE, BusyError, SourceMemory
from digest.gather.items.days import DateWindow
from digest.gather.items.raw_item import MadeItem
from digest.gather.items.reading import SourceVisit
from digest.gather.pages.link_list import PostLink
from digest.gather.pages.page_items import item_on, key_of_address
from digest.gather.pages.page_memory import (
    LinkedPageMemory,
    LinkedPageState,
    PageMemory,
)
from digest.gather.pages.post_page import item_of_page
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Item, Post
from digest.store.campaigns.skipped_items import SkippedItem


@dataclass(slots=True)
class LinkedPages:
    """One reading of the pages that a list leads to.

    New ones first, then some of those read before, asked whether they have
    changed; the rest wait for the next reading.
    """

    source: Source
    visit: SourceVisit
    memory: PageMemory
    items: list[MadeItem] = field(default_factory=list)
    skipped: list[SkippedItem] = field(default_factory=list)

    def read(self, links: Sequence[PostLink], window: DateWindow) -> PageMemory:
        """Read what is due, and return what to remember for the next time."""
        pages = self._with_new(links)
        until = time.monotonic() + limits.LINKED_PAGES_SECONDS
        for page in list(_due(pages, links)):
            if time.monotonic() > until:
                break
            try:
                after = self._read(page, window)
            except BusyError:
                break  # the whole site asks us to wait
            del pages[page.url]
            pages[page.url] = after  # last in line to be looked at again
        listed = tuple(link.url for link in links)
        return replace(self.memory, pages=pages, listed=listed)

    def _with_new(self, links: Sequence[PostLink]) -> dict[str, LinkedPageMemory]:
        """Return the pages that are remembered, with one for each new link.

        At first contact the list's first links are its newest; those past the
        number that is to be taken were there before, and are never read.
        """
        is_first = self.visit.is_first_contact
        most = self.source.first.last if is_first else None
        pages = dict(self.memory.pages)
        for number, link in enumerate(links):
            is_old = most is not None and number >= most
            stand = LinkedPageState.PASSED if is_old else LinkedPageState.UNREAD
            page = LinkedPageMemory(link.url, link.title, stand, was_there=is_first)
            pages.setdefault(link.url, page)
        return pages

    def _read(self, page: LinkedPageMemory, window: DateWindow) -> LinkedPageMemory:
        """Read a page, take its item, and return what to remember of it."""
        try:
            memory = SourceMemory(page.etag, page.last_modified)
            document = self.visit.fetch_linked(page.url, PAGE, memory)
            if document.content is not None:
                opened = WebPage.opened(document, self.visit.zone, window)
                raw = item_of_page(opened, self.source.select, page.title)
                item = item_on(opened, replace(raw, key=key_of_address(page.url)))
                if page.was_there and self._is_before_campaign(item[0]):
                    return replace(page, stand=LinkedPageState.PASSED)
                self.items.append(item)
        except BusyError:
            raise
        except (SourceError, ValueError) as problem:
            self.skipped.append(SkippedItem(page.title or page.url, str(problem)))
            failures = page.failures + 1
            is_no_news = failures >= limits.LINKED_PAGE_FAILURES
            stand = LinkedPageState.READ if is_no_news else page.stand
            return replace(page, failures=failures, stand=stand)
        return replace(
            page,
            stand=LinkedPageState.READ,
            etag=document.memory.etag,
            last_modified=document.memory.last_modified,
            failures=0,
        )

    def _is_before_campaign(self, item: Item) -> bool:
        """Whether the item is from before the campaign, which need not tell it."""
        since = self.source.first.since
        published = item.published if isinstance(item, Post) else None
        return since is not None and published is not None and published < since


def _due(
    pages: dict[str, LinkedPageMemory], links: Sequence[PostLink]
) -> Iterator[LinkedPageMemory]:
    listed = {link.url: pages[link.url] for link in links}
    unread = (page for page in listed.values() if page.stand is LinkedPageState.UNREAD)
    yield from islice(unread, limits.NEW_PAGES_AT_ONCE)
    read = (
        page
        for page in pages.values()
        if page.stand is LinkedPageState.READ and page.url in listed
    )
    yield from islice(read, limits.CHECKED_PAGES_AT_ONCE)
