"""Who wrote a page's post, and when, by the marks that programs leave on both."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree

from digest.gather import limits
from digest.gather.items.days import WrittenDay, written_day
from digest.gather.items.moments import Moment, moment
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import words_of
from digest.gather.pages.layout.boilerplate import is_around, take_out
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
        moments = (moment(text, zone) for text in _written_in(element))
        if published := next(filter(None, moments), None):
            return CreditMarks(byline, published)
        if day := written_day(_words(element), language):
            return CreditMarks(byline, day=day)
    return CreditMarks(byline)


def _own(root: Any) -> Iterator[Any]:
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        is_foot = element.tag in {"header", "footer"} and (
            next(element.iterancestors("article"), None) is not None
        )
        if element is not root and is_around(element) and not is_foot:
            walk.skip_subtree()
        else:
            yield element


def _is(element: Any, classes: re.Pattern[str], marks: frozenset[str]) -> bool:
    properties = {element.get("itemprop"), element.get("data-hook")}
    names = (
        name
        for name in element.get("class", "").split()
        if len(name) < limits.CLASS_LENGTH
    )
    is_marked = bool(properties & marks) or any(map(classes.fullmatch, names))
    # What holds a great deal is no name and no date, whatever it is called.
    most = limits.CREDIT_MARK_ELEMENTS
    return is_marked and len(list(islice(element.iter(), most))) < most


def _byline(element: Any) -> Byline | None:
    """Return the byline that an element holds, none of a program's own user."""
    names = (part for part in element.iter("*") if part.get("itemprop") == "name")
    words = _words(next(names, element)) or one_line(element.get("content", ""))
    byline = parse(words) if 0 < len(words.split()) <= _LONGEST else None
    return None if byline and byline.author.casefold() in NOBODY else byline


def _written_in(element: Any) -> Iterator[str]:
    for timed in (element, *element.iter("time")):
        for name in ("datetime", "content", "title"):
            yield timed.get(name, "")


def _words(element: Any) -> str:
    """Return the words that are seen of the element."""
    copy = deepcopy(element)
    copy.tail = None
    for part in list(copy.iter("*")):
        if part is not copy and is_around(part):
            take_out(part)
    return one_line(words_of(copy))
