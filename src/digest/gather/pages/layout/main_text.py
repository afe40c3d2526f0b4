"""The words that a page is there for, by trafilatura's verdict, in the page's own tree.

trafilatura says which words those are. The element that holds them is ours, so that
captions, tables, buttons and easy read pairs stay what they are.
"""

import logging
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any

from lxml import etree

from digest.gather import limits
from digest.gather.markup.elements import (
    UNSEEN,
    is_easy_read,
    is_figure,
    tags,
    words_of,
)
from digest.gather.pages.layout.boilerplate import INSIDE_A_LINE, is_around, take_out
from digest.gather.pages.layout.page_titles import shape_of

_WORD = re.compile(r"\w+")
_RUN = 3  # words in a row that are the same are the same words
_LONG = 8  # words; a text with fewer is a label, a date or a name
_NEARLY_ALL = 0.95  # of the verdict's words in running text
_MOST = 0.7  # of all of its words
_FEW = 0.4  # of those in running text: what is called a sidebar and has more is none
_LEAST = 0.5  # of the words of the verdict: fewer are not in the page's tree
# How somebody else's code may fail at somebody else's page.
_FAULTS = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError),
    *(TypeError, ValueError, etree.LxmlError),
)
_WHOLE = tags("p pre blockquote ul ol dl table tbody tr")
_PLAIN = tags("p ul ol dl address details")
_KEPT = tags("h1 h2 h3 h4 h5 h6 figure figcaption table pre blockquote")


@dataclass(frozen=True, slots=True)
class MainText:
    """The element that holds a page's own words; else the words, if there are any.

    Some pages hold theirs in a script, which is in no element that is read.
    """

    element: Any | None = None
    words: str = ""


def main_text(root: Any, html: str) -> MainText:
    """Return what holds the own words of a page, and little else.

    `root` is the page as it came, and is changed by it.
    """
    text = _verdict(root, html)
    verdict = _words(text)
    own = _OwnWords(root, verdict)
    if not verdict or own.count(root) < _LEAST * len(verdict):
        return MainText(words=text)
    # Some pages hold their words twice, for small screens and for large.
    once = min(1.0, len(verdict) / own.count(root))
    least_running = _NEARLY_ALL * once * own.running(root)
    least = _MOST * once * own.count(root)
    element = root
    while (longest := max(element, key=own.running, default=None)) is not None:
        holds_them = own.running(longest) >= least_running
        if longest.tag in _WHOLE or not holds_them or own.count(longest) < least:
            break
        element = longest
    _take_out_others(element, own, _FEW * own.running(element))
    return MainText(element)


def _verdict(root: Any, html: str) -> str:
    """Return the words that trafilatura takes for the page's own."""
    many = next(islice(root.iter(), limits.JUDGED_ELEMENTS, None), None)
    if many is not None or len(html) > limits.JUDGED_HTML_LENGTH:
        return ""
    from trafilatura import extract  # noqa: PLC0415 - a third of a second, for pages

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        return extract(html, include_comments=False) or ""
    except _FAULTS:
        return ""


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


class _OwnWords:
    """How many words of the verdict each element of a page holds, and how many."""

    def __init__(self, root: Any, verdict: list[str]) -> None:
        words: list[str] = []
        lengths: list[int] = []  # of the text that each word stands in
        self._spans: dict[Any, tuple[int, int]] = {}

        def read(text: str | None) -> None:
            more = _words(text or "")
            words.extend(more)
            lengths.extend(len(more) for _ in more)

        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                self._spans[element] = (len(words), len(words))
                if element.tag in UNSEEN:
                    walk.skip_subtree()
                else:
                    read(element.text)
            else:
                self._spans[element] = (self._spans[element][0], len(words))
                read(element.tail)
        own = list(_of_verdict(words, verdict))
        long = (is_own and n >= _LONG for is_own, n in zip(own, lengths, strict=True))
        self._own = [0, *accumulate(own)]
        self._running = [0, *accumulate(long)]
        if not self._running[-1]:
            self._running = self._own

    def count(self, element: Any) -> int:
        """Return how many words in it are of the verdict."""
        start, end = self._spans.get(element, (0, 0))
        return self._own[end] - self._own[start]

    def running(self, element: Any) -> int:
        """Return how many of those stand in running text, not in heads and lists."""
        start, end = self._spans.get(element, (0, 0))
        return self._running[end] - self._running[start]

    def all(self, element: Any) -> int:
        """Return how many words it holds."""
        start, end = self._spans.get(element, (0, 0))
        return end - start


def _of_verdict(words: list[str], verdict: list[str]) -> Iterator[bool]:
    """Yield for each word whether it stands in a run that the verdict holds."""
    runs = set(zip(*(verdict[start:] for start in range(_RUN)), strict=False))
    begins = [
        run in runs for run in zip(*(words[n:] for n in range(_RUN)), strict=False)
    ]
    for place in range(len(words)):
        yield any(begins[max(0, place - _RUN + 1) : place + 1])


def _take_out_others(element: Any, own: _OwnWords, few: float) -> None:
    """Take out what holds none of the words, and is nothing that goes with them."""
    shapes = {shape_of(part) for part in element if own.count(part)} | _PLAIN
    for part in list(element):
        if part.tag in INSIDE_A_LINE:
            continue
        count, every = own.count(part), own.all(part)
        if is_around(part) and own.running(part) <= few:
            take_out(part)
        elif count:
            _take_out_others(part, own, few)
        elif every and not _goes_with_words(part, every, shapes):
            take_out(part)


def _goes_with_words(part: Any, every: int, shapes: Set[str]) -> bool:
    """Whether a part without a word of the verdict may yet be the post's own.

    That is a picture or a table; and what is laid out as plain words or as its
    neighbours are, unless it leads to several other pages and does nothing else.
    """
    if part.tag in _KEPT or is_figure(part) or is_easy_read(part):
        return True
    links = [part] if part.tag == "a" else list(part.iter("a"))
    linked = sum(len(_words(words_of(link))) for link in links)
    return shape_of(part) in shapes and (2 * linked < every or len(links) < 2)
