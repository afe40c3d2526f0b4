"""Posts and events from web pages: a list with links, or one page that holds many."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.fetching.document import PAGE, Document
from digest.gather.items.days import DateWindow
from digest.gather.items.raw_item import MadeItem
from digest.gather.items.reading import ItemCollector, Reading, SourceVisit
from digest.gather.pages.contents import PageContents, contents_of
from digest.gather.pages.link_list import PostLink
from digest.gather.pages.linked_pages import LinkedPages
from digest.gather.pages.page_items import item_on, key_of_address
from digest.gather.pages.page_memory import LinkedPageState, PageMemory
from digest.gather.pages.post_page import item_of_page
from digest.gather.pages.recognition import events_to_remember
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Post

_NO_POSTS = (
    "holds nothing that looks like posts: say which of its parts they are "
    "(select.posts), or what leads to them (select.links)"
)
_NAMED = 3  # feeds and calendars that a page leads to


def read_page(source: Source, visit: SourceVisit) -> Reading:
    """Return the posts and events of a page, or of the pages that it leads to.

    Of linked pages a few are read at each reading, and those read before are
    asked now and then whether they have changed. A post of a long page keeps
    its key while it is recognised. Raises SourceError, in plain words, where
    the page cannot be read or nothing on it looks like a post.
    """
    memory = PageMemory.from_text(visit.memory.page_memory)
    rules = "\n".join(astuple(source.select))
    if memory.rules != rules:  # what it holds is to be looked at with other eyes
        afresh = replace(visit.memory, etag="", last_modified="")
        visit = replace(visit, memory=afresh)
        memory = memory.afresh(rules)
    document = visit.fetch(source.location, PAGE)
    if document.content is None:
        return _rest(source, visit, memory, document)
    first_day = visit.first_day or (visit.now.date() if visit.now else None)
    try:
        page = WebPage.opened(
            document, visit.zone, DateWindow(first_day, visit.last_day)
        ).near_its_days()
        now = visit.now or visit.since
        contents = contents_of(page, source.select, memory, now)
    except ValueError as problem:
        raise SourceError(f"{document.url} {problem}") from problem
    notes = (*map(str, page.named), *contents.notes)
    is_empty = not (contents.items or contents.links or contents.skipped)
    if is_empty and not _is_early(visit):
        contents = _only_post(page, source, notes)
    reading = _PageReading(source, visit, memory, page.window)
    return reading.of(contents, document, notes)


def _rest(
    source: Source, visit: SourceVisit, memory: PageMemory, document: Document
) -> Reading:
    """Return what is still to be read of pages that an unchanged list leads to."""
    if not memory.listed:
        return Reading(unchanged=True, memory=document.memory)
    links = tuple(
        PostLink(url, memory.pages[url].title)
        for url in memory.listed
        if url in memory.pages
    )
    contents = PageContents(links=links, posts=memory.posts)
    window = DateWindow(visit.first_day, visit.last_day)
    return _PageReading(source, visit, memory, window).of(contents, document, ())


def _only_post(page: WebPage, source: Source, notes: Sequence[str]) -> PageContents:
    """Return the one post that a page is there for, where it says that it is one."""
    try:
        if not page.marked:
            raise ValueError(_NO_POSTS)  # noqa: TRY301 - said as any other
        raw = item_of_page(page, source.select, "")
        item = item_on(page, replace(raw, key=key_of_address(page.url)))
    except ValueError as problem:
        why = "; ".join([f"{page.url} {problem}", *notes[:_NAMED]])
        raise SourceError(why) from problem
    return PageContents(items=(item,))


def _is_early(visit: SourceVisit) -> bool:
    """Whether nothing can be expected yet: the campaign has not begun."""
    if visit.now is None or visit.first_day is None:
        return False
    return visit.now.date() <= visit.first_day


@dataclass(frozen=True, slots=True)
class _PageReading:
    """A reading about to be put together."""

    source: Source
    visit: SourceVisit
    memory: PageMemory
    window: DateWindow

    def of(
        self, contents: PageContents, document: Document, notes: tuple[str, ...]
    ) -> Reading:
        linked = LinkedPages(self.source, self.visit, self.memory)
        memory = linked.read(contents.links[: limits.LINKS], self.window)
        now = self.visit.now or self.visit.since
        memory = replace(
            memory,
            posts=contents.posts or self.memory.posts,
            events=events_to_remember(contents.events, self.memory.events, now),
        )
        items = (*_oldest_first(contents.items), *_oldest_first(linked.items))
        since = self.visit.since
        news = [
            (item, origins)
            for item, origins in items
            if isinstance(item, Post) or not item.is_over(since)
        ]
        collected = ItemCollector(
            items=[item for item, _ in news[: limits.ITEMS]],
            skipped=[*contents.skipped, *linked.skipped],
            origins={item.key: origins for item, origins in news},
        )
        if len(contents.links) > limits.LINKS:
            collected.skip("the rest", f"only {limits.LINKS} links are followed")
        distinct = collected.distinct()
        if over := len(items) - len(news):
            notes = (*notes, f"left out, because they are over: {over} events")
        stands = [page.stand for page in memory.pages.values()]
        if unread := stands.count(LinkedPageState.UNREAD):
            notes = (*notes, f"{unread} more pages are read at the next readings")
        return Reading(
            distinct,
            tuple(collected.skipped),
            memory=replace(document.memory, page_memory=memory.to_text()),
            origins=collected.origins,
            notes=notes,
        )


def _oldest_first(items: Sequence[MadeItem]) -> list[MadeItem]:
    """Return the items in the order in which they came to be.

    Most pages have the newest first, those that begin with their oldest day not.
    """
    dates: list[datetime] = [
        item.published for item, _ in items if isinstance(item, Post) and item.published
    ]
    is_downwards = not dates or dates[0] >= dates[-1]
    return list(items)[::-1] if is_downwards else list(items)
