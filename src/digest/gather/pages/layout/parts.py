"""The parts of a post in an element of a page: chosen by selectors, or guessed."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from digest.gather.items.moments import Moment, midnight, moment
from digest.gather.markup.html import blocks_of
from digest.gather.markup.signs import HEADINGS, words_of
from digest.gather.markup.words import one_line
from digest.gather.pages.items import PageContext, PageFindings
from digest.gather.pages.layout.boilerplate import take_out
from digest.gather.pages.layout.days import written_day
from digest.gather.pages.layout.outline import Blocks
from digest.gather.pages.layout.selectors import chosen
from digest.gather.pages.marks.structured_item import StructuredItem
from digest.model.campaigns.campaign import PageSelectors
from digest.model.posts.bylines import parse


def parts_of(element: Any, select: PageSelectors, place: PageContext) -> PageFindings:
    """Return what the selectors choose inside the element, and the rest as its body.

    The element is left as it was. Raises ValueError, in words, for a selector
    that is none, and for too much markup.
    """
    inside = deepcopy(element)
    inside.tail = None
    title = _first(inside, select.title)
    if title is None:
        title = next(inside.iter(*HEADINGS), None)
    byline, date = _first(inside, select.byline), _first(inside, select.date)
    published = _published(date, place) if date is not None else None
    told = StructuredItem(
        marks="the page",
        title=_words(title),
        byline=parse(_words(byline)),
        published=published.instant if published else None,
    )
    texts = chosen(inside, select.text) if select.text else []
    for part in (title, byline, date if published else None):
        if part is not None and part not in texts and part is not inside:
            take_out(part)
    said = {
        "title": select.title and "select.title",
        "byline": select.byline and "select.byline",
        "published": published and "select.date",
        "body": select.text and "select.text",
    }
    where = {name: words for name, words in said.items() if words}
    return PageFindings("", told, _body(texts or [inside], place), where)


def _first(element: Any, css: str) -> Any | None:
    return next(iter(chosen(element, css)), None) if css else None


def _words(element: Any | None) -> str:
    return "" if element is None else one_line(words_of(element))


def _published(element: Any, place: PageContext) -> Moment | None:
    for said in _saying(element):
        if found := moment(said, place.zone):
            return found
        day = written_day(said, place.language)
        if day and (date := place.calendar.date_of(day)):
            return Moment(midnight(date, place.zone), is_day=True)
    return None


def _saying(element: Any) -> Iterator[str]:
    for one in (element, *element.iter("time")):
        yield one.get("datetime", "")
    yield _words(element)


def _body(elements: list[Any], place: PageContext) -> Blocks:
    return tuple(block for one in elements for block in blocks_of(one, place.base))
