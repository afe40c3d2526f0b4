"""The words that a page is there for, by trafilatura's verdict, in the page's own tree.

trafilatura says which words those are. The elements that hold them are ours, so that
captions, tables, buttons and easy read pairs stay what they are.
"""

import logging
from collections.abc import Set
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree

from digest.gather import limits
from digest.gather.markup.elements import (
    HEADINGS,
    is_easy_read,
    is_figure,
    tags,
    words_of,
)
from digest.gather.pages.layout.boilerplate import is_around, take_out
from digest.gather.pages.layout.page_titles import shape_of
from digest.gather.pages.layout.page_words import INSIDE_A_LINE, PageWords, words_in

_LEAST = 0.5  # of the words of the verdict: fewer are not in the page's tree
_MOST = 0.7  # of those in the tree: what holds less is not all of a post
_MOST_AROUND = 0.4  # of the words in running text: what holds more is no menu
# How somebody else's code may fail at somebody else's page.
_FAULTS = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError),
    *(TypeError, ValueError, etree.LxmlError),
)
# How a word is said, above it: in a line of plain words it is said twice.
_READINGS = tags("rt rp rtc")
_PLAIN = tags("p ul ol dl address details")
_KEPT = tags("figure figcaption table pre blockquote")


@dataclass(frozen=True, slots=True)
class MainText:
    """The element that holds a page's own words; else the words, if there are any.

    Some pages hold theirs in a script, which is in no element that is read.
    """

    element: Any | None = None
    words: str = ""


def main_text(root: Any) -> MainText:
    """Return the page without all that is none of its own words.

    `root` is the page as it came, and is changed by it.
    """
    if next(islice(root.iter(), limits.JUDGED_ELEMENTS, None), None) is not None:
        return MainText()
    for reading in list(root.iter(*_READINGS)):
        take_out(reading)
    own = PageWords(root)
    words = own.choose(_verdict(own.marked))
    in_tree = own.count(root)
    if not in_tree or in_tree < _LEAST * len(words_in(words)):
        return MainText(words=words)
    holder, running = root, own.running(root)
    while (
        element := next((e for e in holder if own.running(e) == running), None)
    ) is not None and own.count(element) >= _MOST * in_tree:
        holder = element
    _Pruning(own, *own.within(holder), _MOST_AROUND * running).prune(holder)
    return MainText(holder)


def _verdict(html: str) -> str:
    """Return the words that trafilatura takes for the page's own."""
    if len(html) > limits.JUDGED_HTML_LENGTH:
        return ""
    from trafilatura import extract  # noqa: PLC0415 - a third of a second, for pages

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        return extract(html, include_comments=False) or ""
    except _FAULTS:
        return ""


@dataclass(frozen=True, slots=True)
class _Pruning:
    """Takes out of an element what is none of the page's words, nor goes with them.

    What goes with them stands between the first and the last of them.
    """

    own: PageWords
    first: int
    last: int
    most_around: float

    def prune(self, element: Any) -> None:
        own = self.own
        lines = [part for part in element if own.count(part) == own.all(part) > 0]
        shapes = {shape_of(line) for line in lines} | (_PLAIN if lines else set())
        for part in list(element):
            if own.count(part) and not self._is_around(part):
                self.prune(part)
            elif not self._goes_with_words(part, shapes):
                take_out(part)

    def _goes_with_words(self, part: Any, shapes: Set[str]) -> bool:
        """Whether a part without a word of the verdict may yet be the post's own.

        That is a picture or a table; and what is laid out as plain words or as its
        neighbours are, unless it leads to several other pages and does nothing else.
        """
        start, end = self.own.span(part)
        if self.first <= start <= end <= self.last and (
            start == end or part.tag in HEADINGS or self._shows_something(part)
        ):
            return True
        links = [part] if part.tag == "a" else list(part.iter("a"))
        linked = sum(len(words_in(words_of(link))) for link in links)
        is_text = 2 * linked < self.own.all(part) or len(links) < 2
        return is_text and shape_of(part) in shapes

    def _is_around(self, part: Any) -> bool:
        """Whether a part is called a menu or the like, and is not most of the words."""
        return (
            part.tag not in INSIDE_A_LINE
            and is_around(part)
            and self.own.running(part) <= self.most_around
        )

    def _shows_something(self, part: Any) -> bool:
        """Whether the part is a picture with its caption, a table or a quotation."""
        every = self.own.all(part)
        return any(
            self.own.all(inside) == every
            and (inside.tag in _KEPT or is_figure(inside) or is_easy_read(inside))
            for inside in part.iter("*")
        )
