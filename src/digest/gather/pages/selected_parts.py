"""The parts of a post in an element of a page: chosen by selectors, or guessed.

Selectors are CSS, as a campaign file gives them.
"""

from copy import deepcopy
from functools import lru_cache
from typing import Any

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from digest.gather.items.raw_item import RawItem
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import HEADINGS, words_of
from digest.gather.markup.html import blocks_of
from digest.gather.pages.layout.boilerplate import take_out
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import PageSelectors
from digest.model.posts.bylines import parse


def chosen(element: Any, css: str) -> list[Any]:
    """Return what the selector chooses inside the element, in the page's order.

    Raises ValueError, in words, where it is none.
    """
    return list(_compiled(css)(element))


@lru_cache(maxsize=128)
def _compiled(css: str) -> CSSSelector:
    try:
        return CSSSelector(css, translator="html")
    except SelectorError as problem:
        raise ValueError(
            f'the selector "{css}" is not CSS that this program knows ({problem}): '
            "try a plain one, such as .news h3 a"
        ) from problem


def parts_of(element: Any, select: PageSelectors, page: WebPage) -> RawItem:
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
    timed = () if date is None else (date, *date.iter("time"))
    dates = (*(element.get("datetime", "") for element in timed), _words(date))
    published = next(filter(None, map(page.instant_of, dates)), None)
    bodies = chosen(inside, select.text) if select.text else []
    for part in (title, byline, date if published else None):
        if part is not None and part not in bodies and part is not inside:
            take_out(part)
    where = {
        "title": select.title and "select.title",
        "byline": select.byline and "select.byline",
        "published": published and "select.date",
        "body": select.text and "select.text",
    }
    return RawItem(
        title=_words(title),
        byline=parse(_words(byline)),
        published=published,
        body=tuple(
            block for body in bodies or [inside] for block in blocks_of(body, page.base)
        ),
        origins={name: words for name, words in where.items() if words},
    )


def _first(element: Any, css: str) -> Any | None:
    return next(iter(chosen(element, css)), None) if css else None


def _words(element: Any | None) -> str:
    return "" if element is None else one_line(words_of(element))
