"""Where words that somebody names, line by line, stand in the tree of a page."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from lxml import etree

from digest.gather.markup.elements import UNSEEN, tags

_WORD = re.compile(r"\w+")
_UNSEEN_SIGNS = str.maketrans("", "", "\xad\u200b")  # where a word may be broken
# What stands inside a line of running words.
INSIDE_A_LINE = tags(
    "a abbr b bdi bdo big br cite code del dfn em font i img ins kbd label mark "
    "picture q rt ruby s small source span strike strong sub sup time tt u var wbr"
)
_RUN = 3  # words in a row that are looked up
_SURE = 5  # so many in a row are the same words wherever they stand
_SHORT = 8  # words; a line with fewer is a label, a date or a name
_NEAR = 60  # words
_TRIED = 3  # places on each side at which the same words stand
_MOST = 0.5  # of a line


def words_in(text: str | None) -> list[str]:
    """Return the words of a text, all in small letters."""
    return _WORD.findall((text or "").translate(_UNSEEN_SIGNS).lower())


class PageWords:
    """The words of a page, and which of them are of the lines that were named.

    A line of the page is of them as a whole or not at all. Where the page has the
    same line several times, that is it which stands nearest to the lines before.
    """

    def __init__(self, root: Any, named: Iterable[str]) -> None:
        self._words: list[str] = []
        self._lines: list[int] = []  # the number of the line in which each stands
        self._spans: dict[Any, tuple[int, int]] = {}
        self._read(root)
        self._runs: dict[tuple[str, ...], list[int]] = {}
        for place, run in enumerate(_runs(self._words)):
            self._runs.setdefault(run, []).append(place)
        self._short = self._short_lines()
        self._own = [False] * len(self._words)
        self._at = 0
        for line in named:
            self._find(line)
        length, own = Counter(self._lines), Counter(self._of_own())
        whole = {line for line, count in own.items() if count >= _MOST * length[line]}
        self._own = [line in whole for line in self._lines]
        self._counts = [0, *accumulate(self._own)]
        long = (line in whole and length[line] > _SHORT for line in self._lines)
        self._running = [0, *accumulate(long)]
        if not self._running[-1]:
            self._running = self._counts

    def _read(self, root: Any) -> None:
        line = 0

        def read(text: str | None) -> None:
            words = words_in(text)
            self._words += words
            self._lines += [line] * len(words)

        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            line += element.tag not in INSIDE_A_LINE
            if event == "end":
                self._spans[element] = (self._spans[element][0], len(self._words))
                read(element.tail)
                continue
            self._spans[element] = (len(self._words), len(self._words))
            if element.tag in UNSEEN:
                walk.skip_subtree()
            else:
                read(element.text)

    def _short_lines(self) -> dict[tuple[str, ...], list[int]]:
        places: dict[tuple[str, ...], list[int]] = {}
        start = 0
        for place in range(1, len(self._words) + 1):
            is_end = place == len(self._words)
            if is_end or self._lines[place] != self._lines[start]:
                if place - start <= _SHORT:
                    line = tuple(self._words[start:place])
                    places.setdefault(line, []).append(start)
                start = place
        return places

    def _find(self, text: str) -> None:
        """Mark where the words of a line that was named stand in the page."""
        line = words_in(text)
        if places := self._short.get(tuple(line)):
            place = min(self._near(places), key=self._distance)
            if len(places) == 1 or self._distance(place) <= _NEAR:
                self._mark(place, len(line))
            return
        start = 0
        while start <= len(line) - _RUN:
            places = self._runs.get(tuple(line[start : start + _RUN]), [])
            lengths = {
                place: self._same(place, line, start) for place in self._near(places)
            }
            place = max(
                lengths, key=lambda p: (lengths[p], -self._distance(p)), default=0
            )
            length = lengths.get(place, 0)
            if length >= _SURE or (length and self._distance(place) <= _NEAR):
                self._mark(place, length)
                start += length
            else:
                start += 1

    def _near(self, places: Sequence[int]) -> Sequence[int]:
        """Return some of the places: those on each side of the last line."""
        ahead = bisect_left(places, self._at)
        return places[max(0, ahead - _TRIED) : ahead + _TRIED]

    def _distance(self, place: int) -> int:
        return abs(place - self._at)

    def _same(self, place: int, line: Sequence[str], start: int) -> int:
        """Return how many words from that place on are those of the line."""
        length = _RUN
        most = min(len(line) - start, len(self._words) - place)
        while length < most and line[start + length] == self._words[place + length]:
            length += 1
        return length

    def _mark(self, place: int, length: int) -> None:
        self._own[place : place + length] = [True] * length
        self._at = place + length

    def _of_own(self) -> Iterator[int]:
        return (line for line, own in zip(self._lines, self._own, strict=True) if own)

    def span(self, element: Any) -> tuple[int, int]:
        """Return the places of its first word and of the one behind its last."""
        return self._spans.get(element, (0, 0))

    def within(self, element: Any) -> tuple[int, int]:
        """Return the places of the first named word in it, and behind the last."""
        start, end = self.span(element)
        own = self._own[start:end]
        return start + own.index(True), end - own[::-1].index(True)

    def count(self, element: Any) -> int:
        """Return how many words in it are of lines that were named."""
        start, end = self.span(element)
        return self._counts[end] - self._counts[start]

    def running(self, element: Any) -> int:
        """Return how many of those stand in running text, not in heads and lists."""
        start, end = self.span(element)
        return self._running[end] - self._running[start]

    def all(self, element: Any) -> int:
        """Return how many words it holds."""
        start, end = self.span(element)
        return end - start


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(_RUN)), strict=False)
