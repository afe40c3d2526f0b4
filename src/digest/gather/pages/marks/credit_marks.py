"""Who wrote a page's post, and when, by the marks that programs leave on both."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree

from digest.gather import limits
from digest.gather.items.moments import Moment, moment
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import words_of
from digest.gather.pages.layout.boilerplate import is_around, take_out
from digest.gather.pages.layout.days import WrittenDay, written_day
from digest.model.posts.bylines import parse
from digest.model.posts.items import Byline

NOBODY = frozenset({"admin", "administrator", "webmaster"})
_LONGEST = 25  # words
_AUTHOR = re.compile(
    r"(?:[\w-]*[-_])?(?:author|byline)(?:[-_]?name)?|posted-by|field--name-uid"
)
_DATE = re.compile(
    r"(?:[\w-]*[-_])?(?:published|posted-on|dateline|type-date|"
    r"(?:entry|post|posted|publish|published|publication|article|news|blog|story)"
    r"[-_]{1,2}date)|field--name-created|date-display-single"
)
# Marks of schema.org's microdata, and of one maker of sites.
_AUTHORS = frozenset({"author", "user-name"})
_DATES = frozenset({"datePublished", "time-ago"})


@dataclass(frozen=True, slots=True)
class CreditMarks:
    """What marks say: a day is one that only words gave."""

    byline: Byline | None = None
    published: Moment | None = None
    day: WrittenDay | None = None


def credit_marks(root: Any, language: str, zone: str) -> CreditMarks:
    """Return what is marked as author and date in a page as it came.

    What stands in menus, comments or other posts is not looked at, but the head
    and the foot of an article are.
    """
    authors: list[Any] = []
    dates: list[Any] = []
    for element in _own(root):
        if len(authors) < limits.CREDIT_MARKS and _is(element, _AUTHOR, _AUTHORS):
            authors.append(element)
        if len(dates) < limits.CREDIT_MARKS and _is(element, _DATE, _DATES):
            dates.append(element)
    byline = next(filter(None, map(_byline, authors)), None)
    for element in dates:
        if published := _moment(element, zone):
            return CreditMarks(byline, published)
        if day := written_day(_words(element), language):
            return CreditMarks(byline, day=day)
    return CreditMarks(byline)


def _own(root: Any) -> Iterator[Any]:
    walk = etree.iterwalk(root, events=("start",))
    for _, one in walk:
        if one is not root and is_around(one) and not _is_foot(one):
            walk.skip_subtree()
        else:
            yield one


def _is_foot(element: Any) -> bool:
    return element.tag in {"header", "footer"} and (
        next(element.iterancestors("article"), None) is not None
    )


def _is(element: Any, classes: re.Pattern[str], marks: frozenset[str]) -> bool:
    said = {element.get("itemprop"), element.get("data-hook")}
    names = (
        name
        for name in element.get("class", "").split()
        if len(name) < limits.CLASS_LENGTH
    )
    is_marked = bool(said & marks) or any(map(classes.fullmatch, names))
    # What holds a great deal is no name and no date, whatever it is called.
    return (
        is_marked
        and len(list(islice(element.iter(), limits.CREDIT_MARK_ELEMENTS)))
        < limits.CREDIT_MARK_ELEMENTS
    )


def _byline(element: Any) -> Byline | None:
    named = (one for one in element.iter("*") if one.get("itemprop") == "name")
    words = _words(next(named, element)) or one_line(element.get("content", ""))
    found = parse(words) if 0 < len(words.split()) <= _LONGEST else None
    return None if found and found.author.casefold() in NOBODY else found


def _moment(element: Any, zone: str) -> Moment | None:
    for one in (element, *element.iter("time")):
        for name in ("datetime", "content", "title"):
            if found := moment(one.get(name, ""), zone):
                return found
    return None


def _words(element: Any) -> str:
    """Return the words that are seen of the element."""
    seen = deepcopy(element)
    seen.tail = None
    for one in [one for one in seen.iter("*") if one is not seen and is_around(one)]:
        take_out(one)
    return one_line(words_of(seen))
