"""One long page that holds many posts: told apart by days, titles and bylines."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.gather.items.days import WrittenDay
from digest.gather.pages.layout.credit_lines import dated
from digest.gather.pages.layout.outline import (
    BOLD,
    OVER_BYLINE,
    OutlineHeading,
    bylines_written_out,
    headings_of,
)
from digest.model.posts.blocks import Block, texts
from digest.model.posts.bylines import split_byline

_LEAST_WORDS = 5
_LEAST_CREDITED = 2
_NEAR = 4  # blocks


@dataclass(frozen=True, slots=True)
class PagePost:
    """A post as it stands on a page, with the day over or under its title."""

    title: str
    body: tuple[Block, ...]
    day: WrittenDay | None = None
    href: str = ""  # where a title that is a link leads
    # Whether a byline or a date is its own, and whether it is the first of its day.
    is_credited: bool = True
    opens_day: bool = False


@dataclass(frozen=True, slots=True)
class UntitledWords:
    """Words that stand under a day and have no title: nobody's post."""

    day: str
    words: str


def posts_of(
    blocks: Sequence[Block], language: str
) -> tuple[tuple[PagePost, ...], tuple[UntitledWords, ...]]:
    """Return the posts on a page, none where it does not look like one of many.

    Where days stand as headings, posts are what stands under them. Elsewhere
    they are told by the byline or the date under each title. A heading as high as
    those without either is a post as well, lest one is lost in the post above it; a
    line in bold is not, for people write many of those inside posts.
    """
    split = _Split.of(blocks, language)
    spans = list(split.days()) or list(split.whole())
    posts = [post for span in spans for post in span.posts(language)]
    return tuple(posts), tuple(filter(None, (span.untitled() for span in spans)))


def posts_under(
    blocks: Sequence[Block], titles: Sequence[str], language: str
) -> tuple[PagePost, ...]:
    """Return the posts that begin at those headings, given in the page's order."""
    spans = _Split.of(blocks, language).under(titles)
    return tuple(post for span in spans for post in span.posts(language))


@dataclass(frozen=True, slots=True)
class _Span:
    """A part of the page under one day, or the whole; `titles` are in it."""

    blocks: Sequence[Block]
    start: int
    end: int
    titles: tuple[OutlineHeading, ...]
    day: OutlineHeading | None = None

    def posts(self, language: str) -> Iterator[PagePost]:
        ends = (*(title.place for title in self.titles[1:]), self.end)
        for number, title in enumerate(self.titles):
            words = tuple(self.blocks[title.place + 1 : ends[number]])
            day, body = dated(words, language)
            yield PagePost(
                title.title,
                body,
                day or (self.day.day if self.day else None),
                title.href,
                is_credited=day is not None or split_byline(body)[0] is not None,
                opens_day=self.day is not None and number == 0,
            )

    def untitled(self) -> UntitledWords | None:
        first = self.titles[0].place if self.titles else self.end
        words = " ".join(" ".join(texts(self.blocks[self.start : first])).split())
        if self.day is None or len(words.split()) < _LEAST_WORDS:
            return None
        return UntitledWords(self.day.title, words)


@dataclass(frozen=True, slots=True)
class _Split:
    """The page's blocks and what stands over them."""

    blocks: Sequence[Block]
    headings: tuple[OutlineHeading, ...]
    language: str

    @classmethod
    def of(cls, blocks: Sequence[Block], language: str) -> "_Split":
        blocks = bylines_written_out(blocks, language)
        return cls(blocks, headings_of(blocks, language), language)

    def days(self) -> Iterator[_Span]:
        """Yield what stands under each day that is a heading."""
        days = [heading for heading in self.headings if heading.day]
        parts = list(self._parts(days))
        # Titles stand at the level at which most days' first ones do.
        levels = Counter(inside[0].level for _, _, inside in parts if inside)
        level = levels.most_common(1)[0][0] if levels else OVER_BYLINE
        rank = min((day.level for day in days), default=0)
        spans = []
        for day, end, inside in parts:
            # A heading as high as the days ends what stands under them.
            over = (h.place for h in inside if h.level <= rank < min(level, BOLD))
            end_of_day = min(over, default=end)
            # A heading among titles in bold is none.
            titles = [
                heading
                for heading in inside
                if heading.place < end_of_day
                and (heading.level == level or heading.level < level < BOLD)
            ]
            spans.append((day, end_of_day, titles))
        credited = self._credited(titles for _, _, titles in spans)
        for day, end, titles in spans:
            own = tuple(
                title
                for title in titles
                if title.level < BOLD or not credited or title in credited
            )
            yield _Span(self.blocks, day.place + 1, end, own, day)

    def _parts(
        self, days: Sequence[OutlineHeading]
    ) -> Iterator[tuple[OutlineHeading, int, list[OutlineHeading]]]:
        """Yield each day, where it ends, and the headings under it."""
        ends = [*(day.place for day in days[1:]), len(self.blocks)]
        for day, end in zip(days, ends, strict=False):
            inside = (h for h in self.headings if day.place < h.place < end)
            yield day, end, [heading for heading in inside if not heading.day]

    def _credited(
        self, groups: Iterable[Sequence[OutlineHeading]]
    ) -> set[OutlineHeading]:
        """Return the titles with a byline, if each group's first is one of them."""
        parts = [group for group in groups if group]
        titles = {
            title for group in parts for title in group if self._has_byline(title)
        }
        return titles if all(group[0] in titles for group in parts) else set()

    def _has_byline(self, title: OutlineHeading) -> bool:
        _, below = self._dated_below(title)
        return split_byline(below)[0] is not None

    def _dated_below(
        self, title: OutlineHeading
    ) -> tuple[WrittenDay | None, tuple[Block, ...]]:
        """Return the date, and the rest, of the first blocks below a title."""
        following = (h.place for h in self.headings if h.place > title.place)
        end = min(next(following, len(self.blocks)), title.place + 1 + _NEAR)
        return dated(tuple(self.blocks[title.place + 1 : end]), self.language)

    def whole(self) -> Iterator[_Span]:
        """Yield the whole page, if titles of one level have bylines or dates."""
        by_level: dict[int, list[OutlineHeading]] = {}
        for heading in self.headings:
            if self._has_byline(heading) or self._dated_below(heading)[0]:
                by_level.setdefault(heading.level, []).append(heading)
        titles = max(by_level.values(), key=len, default=[])
        if len(titles) < _LEAST_CREDITED:
            return
        after = [h for h in self.headings if h.place > titles[-1].place]
        higher = (h.place for h in after if h.level < titles[0].level)
        end = min(higher, default=len(self.blocks))
        if titles[0].level < BOLD:
            alike = (h for h in self.headings if h.level == titles[0].level)
            titles = [h for h in alike if h.place < end and not h.day]
        yield _Span(self.blocks, titles[0].place, end, tuple(titles))

    def under(self, titles: Sequence[str]) -> Iterator[_Span]:
        """Yield a part of the page for each of the titles that stands in it."""
        ahead = deque(titles)
        begun: list[tuple[OutlineHeading, OutlineHeading | None]] = []
        ends: list[OutlineHeading] = []
        day = None
        for heading in self.headings:
            day = heading if heading.day else day
            if ahead and heading.title == ahead[0]:
                ahead.popleft()
                begun.append((heading, day))
            elif begun and (heading.day or heading.level < begun[-1][0].level):
                ends.append(heading)
        places = sorted(h.place for h in (*ends, *(title for title, _ in begun)))
        for title, over in begun:
            later = (place for place in places if place > title.place)
            end = next(later, len(self.blocks))
            yield _Span(self.blocks, title.place, end, (title,), over)
