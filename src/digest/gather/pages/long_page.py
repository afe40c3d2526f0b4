"""One long page that holds many posts: told apart by days, titles and bylines."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.gather.pages.layout.credit_lines import dated
from digest.gather.pages.layout.days import WrittenDay
from digest.gather.pages.layout.outline import (
    BOLD,
    OVER_BYLINE,
    OutlineHeading,
    bylines_low,
    marks_of,
)
from digest.model.posts.blocks import Block, texts
from digest.model.posts.bylines import split_byline

_LEAST_WORDS = 5
_LEAST_TOLD = 2
_NEAR = 4  # blocks


@dataclass(frozen=True, slots=True)
class PagePost:
    """A post as it stands on a page, with the day over or under its title."""

    title: str
    body: tuple[Block, ...]
    day: WrittenDay | None = None
    href: str = ""  # where a title that is a link leads


@dataclass(frozen=True, slots=True)
class UntitledWords:
    """Words that stand under a day and have no title: nobody's post."""

    day: str
    words: str


def pieces_of(
    blocks: Sequence[Block], language: str
) -> tuple[tuple[PagePost, ...], tuple[UntitledWords, ...]]:
    """Return the posts on a page, none where it does not look like one of many.

    Where days stand as headings, posts are what stands under them. Elsewhere
    they are told by the byline or the date under each title. Where all first
    titles have a byline, a heading of their level without one is part of the
    post that it stands in.
    """
    blocks = bylines_low(blocks)
    split = _Split(blocks, marks_of(blocks, language), language)
    spans = list(split.days()) or list(split.whole())
    pieces = [piece for span in spans for piece in span.pieces(language)]
    return tuple(pieces), tuple(filter(None, (span.apart() for span in spans)))


def pieces_under(
    blocks: Sequence[Block], titles: Sequence[str], language: str
) -> tuple[PagePost, ...]:
    """Return the posts that begin at those headings, given in the page's order."""
    blocks = bylines_low(blocks)
    split = _Split(blocks, marks_of(blocks, language), language)
    return tuple(piece for one in split.under(titles) for piece in one.pieces(language))


@dataclass(frozen=True, slots=True)
class _Span:
    """A part of the page under one day, or the whole; `titles` are in it."""

    blocks: Sequence[Block]
    start: int
    end: int
    titles: tuple[OutlineHeading, ...]
    day: OutlineHeading | None = None

    def pieces(self, language: str) -> Iterator[PagePost]:
        ends = (*(mark.place for mark in self.titles[1:]), self.end)
        for mark, end in zip(self.titles, ends, strict=False):
            day, body = dated(tuple(self.blocks[mark.place + 1 : end]), language)
            over = self.day.day if self.day else None
            yield PagePost(mark.title, body, day or over, mark.href)

    def apart(self) -> UntitledWords | None:
        first = self.titles[0].place if self.titles else self.end
        words = " ".join(" ".join(texts(self.blocks[self.start : first])).split())
        if self.day is None or len(words.split()) < _LEAST_WORDS:
            return None
        return UntitledWords(self.day.title, words)


def _is_as_high(level: int, of_titles: int) -> bool:
    """Whether a line may be a title; a heading among titles in bold is none."""
    return level == of_titles or level < of_titles < BOLD


@dataclass(frozen=True, slots=True)
class _Split:
    """The page's blocks and what stands over them."""

    blocks: Sequence[Block]
    marks: tuple[OutlineHeading, ...]
    language: str

    def days(self) -> Iterator[_Span]:
        """Yield what stands under each day that is a heading."""
        days = [mark for mark in self.marks if mark.day]
        level = self._title_level(days)
        rank = min((day.level for day in days), default=0)
        parts = []
        for day, end in self._parts(days):
            inside = self._inside(day, end)
            # A heading as high as the days ends what stands under them.
            over = (m.place for m in inside if m.level <= rank < min(level, BOLD))
            end_of_day = min(over, default=end)
            titles = [
                mark
                for mark in inside
                if mark.place < end_of_day and _is_as_high(mark.level, level)
            ]
            parts.append((day, end_of_day, titles))
        told = self._told(titles for _, _, titles in parts)
        for day, end, titles in parts:
            kept = tuple(mark for mark in titles if not told or mark in told)
            yield _Span(self.blocks, day.place + 1, end, kept, day)

    def _parts(
        self, days: Sequence[OutlineHeading]
    ) -> Iterator[tuple[OutlineHeading, int]]:
        ends = [*(day.place for day in days[1:]), len(self.blocks)]
        yield from zip(days, ends, strict=True) if days else ()

    def _inside(self, day: OutlineHeading, end: int) -> list[OutlineHeading]:
        return [m for m in self.marks if day.place < m.place < end and not m.day]

    def _title_level(self, days: Sequence[OutlineHeading]) -> int:
        """Return the level at which most days' first titles stand."""
        firsts = [self._inside(day, end)[:1] for day, end in self._parts(days)]
        levels = Counter(mark.level for first in firsts for mark in first)
        return levels.most_common(1)[0][0] if levels else OVER_BYLINE

    def _told(self, groups: Iterable[Sequence[OutlineHeading]]) -> set[OutlineHeading]:
        """Return the titles with a byline, if each group's first is one of them."""
        parts = [group for group in groups if group]
        told = {mark for group in parts for mark in group if self._has_byline(mark)}
        return told if all(group[0] in told for group in parts) else set()

    def _has_byline(self, mark: OutlineHeading) -> bool:
        _, below = dated(self._below(mark), self.language)
        return split_byline(below)[0] is not None

    def _is_dated(self, mark: OutlineHeading) -> bool:
        return dated(self._below(mark), self.language)[0] is not None

    def _below(self, mark: OutlineHeading) -> tuple[Block, ...]:
        """Return the first blocks below a title and above the next."""
        following = (m.place for m in self.marks if m.place > mark.place)
        end = min(next(following, len(self.blocks)), mark.place + 1 + _NEAR)
        return tuple(self.blocks[mark.place + 1 : end])

    def whole(self) -> Iterator[_Span]:
        """Yield the whole page, if titles of one level have bylines or dates."""
        by_level: dict[int, list[OutlineHeading]] = {}
        for mark in self.marks:
            if self._has_byline(mark) or self._is_dated(mark):
                by_level.setdefault(mark.level, []).append(mark)
        titles = max(by_level.values(), key=len, default=[])
        if len(titles) < _LEAST_TOLD:
            return
        after = [m for m in self.marks if m.place > titles[-1].place]
        higher = (m.place for m in after if m.level < titles[0].level)
        end = min(higher, default=len(self.blocks))
        yield _Span(self.blocks, titles[0].place, end, tuple(titles))

    def under(self, titles: Sequence[str]) -> Iterator[_Span]:
        """Yield a part of the page for each of the titles that is found."""
        wanted = deque(titles)
        begun: list[tuple[OutlineHeading, OutlineHeading | None]] = []
        ends: list[OutlineHeading] = []
        day = None
        for mark in self.marks:
            day = mark if mark.day else day
            if wanted and mark.title == wanted[0]:
                wanted.popleft()
                begun.append((mark, day))
            elif begun and (mark.day or mark.level < begun[-1][0].level):
                ends.append(mark)
        places = sorted(m.place for m in (*ends, *(title for title, _ in begun)))
        for title, over in begun:
            later = (place for place in places if place > title.place)
            end = next(later, len(self.blocks))
            yield _Span(self.blocks, title.place, end, (title,), over)
