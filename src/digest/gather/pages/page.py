"""Posts and events from web pages: a list with links, or one page that holds many."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.fetching.document import PAGE, Document
from digest.gather.items.origins import Origins
from digest.gather.items.reading import (
    Reading,
    Skipped,
    SourceVisit,
    distinct,
)
from digest.gather.markup.signs import HEADINGS, words_of
from digest.gather.markup.words import one_line
from digest.gather.pages.contents import PageContents, contents_of
from digest.gather.pages.items import PageContext, event_of, key_of_address, post_of
from digest.gather.pages.layout.days import DateWindow, written_day
from digest.gather.pages.link_list import PostLink
from digest.gather.pages.linked_pages import LinkedPages
from digest.gather.pages.marks.known_events import kept
from digest.gather.pages.page_memory import LinkedPageState, PageMemory
from digest.gather.pages.post_page import found_on
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Event, Item

_NOTHING_FOUND = (
    "holds nothing that looks like posts: say where they are by select.posts, "
    "or what leads to them by select.links"
)
_NAMED = 3  # feeds and calendars that a page leads to


def read_page(source: Source, visit: SourceVisit) -> Reading:
    """Return the posts and events of a page, or of the pages that it leads to.

    Of linked pages a few are read at each reading, and those read before are
    asked now and then whether they have changed. A post of a long page keeps
    its key while it is recognised. Raises SourceError, in plain words, where
    the page cannot be read or nothing on it looks like a post.
    """
    notebook = PageMemory.opened(visit.memory.notebook)
    rules = "\n".join(astuple(source.select))
    if notebook.rules != rules:  # what it holds is to be looked at with other eyes
        afresh = replace(visit.memory, etag="", last_modified="")
        visit = replace(visit, memory=afresh)
        notebook = notebook.afresh(rules)
    document = visit.fetch(source.location, PAGE)
    if document.content is None:
        return _rest(source, visit, notebook, document)
    try:
        page = WebPage.opened(
            document.content, document.media_type, document.url, visit.zone
        )
        place = _place(page, visit)
        now = visit.now or visit.since
        found = contents_of(page, source.select, place, notebook, now)
    except ValueError as problem:
        raise SourceError(f"{document.url} {problem}") from problem
    notes = tuple(map(str, page.named))
    is_empty = not (found.items or found.links or found.skipped)
    if is_empty and not _is_early(visit):
        found = _alone(page, source, place, notes)
    reading = _Read(source, visit, notebook, place.calendar)
    return reading.reading(found, document, notes)


@dataclass(frozen=True, slots=True)
class _Read:
    """A reading about to be put together."""

    source: Source
    visit: SourceVisit
    notebook: PageMemory
    calendar: DateWindow

    def reading(
        self, found: PageContents, document: Document, notes: tuple[str, ...]
    ) -> Reading:
        linked = LinkedPages(self.source, self.visit, self.notebook)
        notebook = linked.read(found.links[: limits.LINKS], self.calendar)
        now = self.visit.now or self.visit.since
        notebook = replace(
            notebook,
            posts=found.known or self.notebook.posts,
            events=kept(found.events, self.notebook.events, now),
        )
        skipped = [*found.skipped, *linked.skipped]
        if len(found.links) > limits.LINKS:
            skipped.append(
                Skipped("the rest", f"only {limits.LINKS} links are followed")
            )
        told = (*_oldest_first(found.items), *_oldest_first(linked.items))
        over = sum(not self._is_news(item) for item, _ in told)
        told = tuple(one for one in told if self._is_news(one[0]))
        if over:
            notes = (*notes, f"left out, because they are over: {over} events")
        items = distinct([item for item, _ in told[: limits.ITEMS]], skipped)
        unread = sum(
            note.stand is LinkedPageState.UNREAD for note in notebook.pages.values()
        )
        if unread:
            notes = (*notes, f"{unread} more pages are read at the next readings")
        return Reading(
            items,
            tuple(skipped),
            memory=replace(document.memory, notebook=notebook.closed()),
            origins={item.key: origins for item, origins in told},
            notes=notes,
        )

    def _is_news(self, item: Item) -> bool:
        return not (isinstance(item, Event) and item.is_over(self.visit.since))


def _rest(
    source: Source, visit: SourceVisit, notebook: PageMemory, document: Document
) -> Reading:
    """Return what is left to read of the pages that an unchanged list leads to."""
    if not notebook.listed:
        return Reading(unchanged=True, memory=document.memory)
    links = tuple(
        PostLink(url, notebook.pages[url].title)
        for url in notebook.listed
        if url in notebook.pages
    )
    found = PageContents(links=links, known=notebook.posts)
    reading = _Read(
        source, visit, notebook, DateWindow(visit.first_day, visit.last_day)
    )
    return reading.reading(found, document, ())


def _alone(
    page: WebPage, source: Source, place: PageContext, notes: Sequence[str]
) -> PageContents:
    """Return the one post that a page is there for, where it says that it is one."""
    try:
        if not page.told:
            raise ValueError(_NOTHING_FOUND)  # noqa: TRY301 - said as any other
        found = found_on(page, source.select, place, "")
        found = replace(found, key=key_of_address(place.url))
        item = (event_of if found.told.starts else post_of)(found, place)
    except ValueError as problem:
        said = "; ".join([f"{place.url} {problem}", *notes[:_NAMED]])
        raise SourceError(said) from problem
    return PageContents(items=(item,))


def _is_early(visit: SourceVisit) -> bool:
    """Whether nothing can be expected yet: the campaign has not begun."""
    if visit.now is None or visit.first_day is None:
        return False
    return visit.now.date() <= visit.first_day


def _place(page: WebPage, visit: SourceVisit) -> PageContext:
    calendar = DateWindow(visit.first_day or _day(visit.now), visit.last_day)
    lines = (one_line(words_of(one)) for one in page.root.iter(*HEADINGS, "p"))
    days = (written_day(line, page.language) for line in lines)
    calendar = calendar.or_near(filter(None, days))
    return PageContext(page.url, page.base, page.language, visit.zone, calendar)


def _day(now: datetime | None) -> date | None:
    return now.date() if now else None


def _oldest_first(
    found: Sequence[tuple[Item, Origins]],
) -> list[tuple[Item, Origins]]:
    """Return the items in the order in which they came to be.

    Most pages have the newest first, those that begin with their oldest day not.
    """
    dates = [date for item, _ in found if (date := _published(item))]
    is_downwards = not dates or dates[0] >= dates[-1]
    return list(found)[::-1] if is_downwards else list(found)


def _published(item: Item) -> datetime | None:
    return None if isinstance(item, Event) else item.published
