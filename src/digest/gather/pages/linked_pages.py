"""Posts that stand on pages of their own, read politely: few at a time."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.fetching.document import PAGE, BusyError, SourceMemory
from digest.gather.items.origins import Origins
from digest.gather.items.reading import Skipped, SourceVisit
from digest.gather.pages.items import PageContext, event_of, key_of_address, post_of
from digest.gather.pages.layout.days import DateWindow
from digest.gather.pages.link_list import PostLink
from digest.gather.pages.page_memory import (
    LinkedPageMemory,
    LinkedPageState,
    PageMemory,
)
from digest.gather.pages.post_page import found_on
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Event, Item


@dataclass(slots=True)
class LinkedPages:
    """One reading of the pages that a list leads to.

    New ones first, then some of those read before, asked whether they have
    changed; the rest wait for the next reading.
    """

    source: Source
    visit: SourceVisit
    notebook: PageMemory
    items: list[tuple[Item, Origins]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def read(self, links: Sequence[PostLink], calendar: DateWindow) -> PageMemory:
        """Read what is due, and return what to note down for the next time."""
        pages = self._with_new(links)
        until = time.monotonic() + limits.LINKED_PAGES_SECONDS
        for note in list(self._due(pages, links)):
            if time.monotonic() > until:
                break
            try:
                read = self._read(note, calendar)
            except BusyError:
                break  # the whole site asks us to wait
            del pages[note.url]
            pages[note.url] = read  # last in line to be looked at again
        listed = tuple(link.url for link in links)
        return replace(self.notebook, pages=pages, listed=listed)

    def _with_new(self, links: Sequence[PostLink]) -> dict[str, LinkedPageMemory]:
        """Return the notes with one for each new link.

        At first contact the list's first links are its newest; those past the
        number wanted were there before, and are never read.
        """
        is_first = self.visit.is_first_contact
        wanted = self.source.first.last if is_first else None
        pages = dict(self.notebook.pages)
        for number, link in enumerate(links):
            is_old = wanted is not None and number >= wanted
            stand = LinkedPageState.PASSED if is_old else LinkedPageState.UNREAD
            note = LinkedPageMemory(link.url, link.title, stand, was_there=is_first)
            pages.setdefault(link.url, note)
        return pages

    def _due(
        self, pages: dict[str, LinkedPageMemory], links: Sequence[PostLink]
    ) -> Iterator[LinkedPageMemory]:
        unread = (
            n
            for link in links
            if (n := pages[link.url]).stand is LinkedPageState.UNREAD
        )
        listed = {link.url for link in links}
        seen = (
            note
            for note in list(pages.values())
            if note.stand is LinkedPageState.READ and note.url in listed
        )
        yield from islice(unread, limits.NEW_PAGES_AT_ONCE)
        yield from islice(seen, limits.CHECKED_PAGES_AT_ONCE)

    def _read(self, note: LinkedPageMemory, calendar: DateWindow) -> LinkedPageMemory:
        try:
            memory = SourceMemory(note.etag, note.last_modified)
            document = self.visit.fetch_linked(note.url, PAGE, memory)
            if document.content is not None:
                page = WebPage.opened(
                    document.content, document.media_type, document.url, self.visit.zone
                )
                item, told = self._item(page, note, calendar)
                if note.was_there and self._is_before(item):
                    return replace(note, stand=LinkedPageState.PASSED)
                self.items.append((item, told))
        except BusyError:
            raise
        except (SourceError, ValueError) as problem:
            self.skipped.append(Skipped(note.title or note.url, str(problem)))
            failures = note.failures + 1
            stand = (
                LinkedPageState.READ
                if failures >= limits.LINKED_PAGE_FAILURES
                else note.stand
            )
            return replace(note, failures=failures, stand=stand)
        memory = document.memory
        return replace(
            note,
            stand=LinkedPageState.READ,
            etag=memory.etag,
            last_modified=memory.last_modified,
            failures=0,
        )

    def _item(
        self, page: WebPage, note: LinkedPageMemory, calendar: DateWindow
    ) -> tuple[Item, Origins]:
        place = PageContext(
            page.url, page.base, page.language, self.visit.zone, calendar
        )
        found = found_on(page, self.source.select, place, note.title)
        found = replace(found, key=key_of_address(note.url))
        return (event_of if found.told.starts else post_of)(found, place)

    def _is_before(self, item: Item) -> bool:
        """Whether the item is from before the campaign, which need not tell it."""
        since = self.source.first.since
        published = None if isinstance(item, Event) else item.published
        return since is not None and published is not None and published < since
