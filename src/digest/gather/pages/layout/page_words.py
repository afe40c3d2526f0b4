"""The words of a page, and which of them somebody takes for its own.

Whoever is asked is given the page with a mark before each piece of its text. The marks
that come back say which pieces those are.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from lxml import etree

from digest.gather.markup.elements import UNSEEN, tags

_WORD = re.compile(r"\w+")
# What stands inside a line of running words.
INSIDE_A_LINE = tags(
    "a abbr b bdi bdo big br cite code del dfn em font i img ins kbd label mark "
    "picture q rt ruby s small source span strike strong sub sup time tt u var wbr"
)
# Two characters of SignWriting (Unicode 8): no letters, and on hardly any page.
_FIRST, _BASE = 0x1D800, 256
_MARK = re.compile(f"([{chr(_FIRST)}-{chr(_FIRST + _BASE - 1)}])" * 2)
_SHORT = 8  # words; a line with fewer is a label, a date or a name
_MOST = 0.5  # of a line


def words_in(text: str | None) -> list[str]:
    """Return the words of a text."""
    return _WORD.findall(text or "")


class PageWords:
    """The words of a page by the pieces of its text; `marked` is its HTML with marks.

    A line of the page is its own as a whole or not at all. Until a text has been
    chosen none is.
    """

    def __init__(self, root: Any) -> None:
        self._lines: list[int] = []  # the number of the line in which each piece stands
        self._lengths: list[int] = []  # words
        self._spans: dict[Any, tuple[int, int]] = {}
        self._own: list[bool] = []
        self._unmarked: list[tuple[Any, str, str]] = []
        self._read(root)
        self.marked = etree.tostring(root, encoding="unicode", method="html")
        for element, name, text in self._unmarked:
            setattr(element, name, text)

    def _read(self, root: Any) -> None:
        """Note the pieces of text, and put its number before each as a mark."""
        line = 0
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            line += element.tag not in INSIDE_A_LINE
            place = len(self._lines)
            if event == "start":
                self._spans[element] = (place, place)
            if element.tag in UNSEEN and event == "start":
                walk.skip_subtree()
            elif event == "start":
                self._mark(element, "text", line)
            else:
                self._spans[element] = (self._spans[element][0], place)
                self._mark(element, "tail", line)

    def _mark(self, element: Any, name: str, line: int) -> None:
        text = getattr(element, name) or ""
        if count := len(words_in(text)):
            bare = text.lstrip()
            digits = divmod(len(self._lines), _BASE)
            mark = "".join(chr(_FIRST + digit) for digit in digits)
            setattr(element, name, f"{text[: len(text) - len(bare)]}{mark}{bare}")
            self._unmarked.append((element, name, text))
            self._lines.append(line)
            self._lengths.append(count)

    def choose(self, text: str) -> str:
        """Take the pieces of which a text has the marks, and return it without."""
        numbers = {
            (ord(high) - _FIRST) * _BASE + ord(low) - _FIRST
            for high, low in _MARK.findall(text)
        }
        length, own = Counter[int](), Counter[int]()
        for number, line in enumerate(self._lines):
            length[line] += self._lengths[number]
            own[line] += self._lengths[number] * (number in numbers)
        whole = {line for line, count in own.items() if count >= _MOST * length[line]}
        self._own = [line in whole for line in self._lines]
        is_long = [line in whole and length[line] > _SHORT for line in self._lines]
        self._all = self._sums([True] * len(self._lines))
        self._counts = self._sums(self._own)
        self._running = self._sums(is_long if any(is_long) else self._own)
        return _MARK.sub("", text)

    def _sums(self, chosen: Iterable[bool]) -> list[int]:
        lengths = zip(self._lengths, chosen, strict=True)
        return [0, *accumulate(length * is_own for length, is_own in lengths)]

    def span(self, element: Any) -> tuple[int, int]:
        """Return the places of its first piece and of the one behind its last."""
        return self._spans.get(element, (0, 0))

    def within(self, element: Any) -> tuple[int, int]:
        """Return the places of its first own piece and of the one behind the last."""
        start, end = self.span(element)
        own = self._own[start:end]
        return start + own.index(True), end - own[::-1].index(True)

    def count(self, element: Any) -> int:
        """Return how many words in it are of the page's own lines."""
        return self._sum(self._counts, element)

    def running(self, element: Any) -> int:
        """Return how many of those stand in running text, not in heads and lists."""
        return self._sum(self._running, element)

    def all(self, element: Any) -> int:
        """Return how many words it holds."""
        return self._sum(self._all, element)

    def _sum(self, sums: list[int], element: Any) -> int:
        start, end = self.span(element)
        return sums[end] - sums[start]
