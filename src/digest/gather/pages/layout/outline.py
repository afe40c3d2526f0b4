"""The lines of a page that stand over others: headings, and days written as such."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from digest.gather.items.days import (
    WrittenDay,
    day_at_end,
    named_day,
    written_day,
)
from digest.gather.markup.clean_text import one_line
from digest.model.posts.blocks import (
    Block,
    Heading,
    Paragraph,
    Picture,
    TextSpan,
    TextSpans,
    plain,
)
from digest.model.posts.bylines import split_byline

Blocks = tuple[Block, ...]
BOLD = 7  # the level of a line in bold, below all headings
LINE = 8  # the level of a line that is nothing but a day
OVER_BYLINE = 9  # the level of a line that has nothing but a byline right below it
_LONGEST_BOLD = 15  # words
_LONGEST_PLAIN = 25
_NO_NAME = re.compile(r"^by\b|[\d:]|[.;!?]$", re.IGNORECASE)
_ENDS_A_SENTENCE = (".", ",", ";", ":")


@dataclass(frozen=True, slots=True)
class OutlineHeading:
    """A line over others: where it stands, its rank (1 is highest), the day it is."""

    place: int
    level: int
    title: str
    day: WrittenDay | None = None
    href: str = ""  # where a title that is a link leads


def bylines_low(blocks: Sequence[Block]) -> Blocks:
    """Return the blocks with bylines that stand as headings as ordinary lines."""
    return tuple(
        Paragraph(block.spans)
        if isinstance(block, Heading) and split_byline((Paragraph(block.spans),))[0]
        else block
        for block in blocks
    )


def bylines_written_out(blocks: Sequence[Block], language: str) -> Blocks:
    """Return the blocks with "By" before a byline that lacks it under a title.

    That is, where other titles of its level have a byline as most people write it.
    """
    written = list(bylines_low(blocks))
    headings = headings_of(written, language)
    credited = {
        heading.level
        for heading in headings
        if _is_credited(written[heading.place + 1 : heading.place + 3])
    }
    for heading in headings:
        below = heading.place + 1
        while below < len(written) and isinstance(written[below], Picture):
            below += 1
        block = written[below] if below < len(written) else None
        is_title = heading.level in credited and not heading.day
        if is_title and isinstance(block, Paragraph) and _lacks_by(block, language):
            written[below] = Paragraph((TextSpan("By "), *block.spans))
    return tuple(written)


def _lacks_by(block: Paragraph, language: str) -> bool:
    """Whether all of a line is a byline but for "By": "Ann Example, Chair, Hall"."""
    line, _ = day_at_end(one_line(plain(block.spans)), language)
    line = line.rstrip(" |")
    has_by = split_byline((Paragraph((TextSpan(line),)),))[0] is not None
    if has_by or _NO_NAME.search(line) or len(line.split()) > _LONGEST_BOLD:
        return False
    byline, rest = split_byline((Paragraph((TextSpan(f"By {line}"),)),))
    if byline is None or rest:
        return False
    return " " in byline.author and bool(byline.role or byline.organisation)


def headings_of(blocks: Sequence[Block], language: str) -> tuple[OutlineHeading, ...]:
    """Return the headings of a page in order; a day is one only where it stands over.

    Where most days of one level follow a title and words follow them, they are
    the dates of those posts and no headings. A day with a name is one if other
    headings stand under it, or if others of its level are days.
    """
    headings = _with_named_days(list(_headings(blocks, language)), blocks, language)
    places = {heading.place for heading in headings}
    titles = {heading.place for heading in headings if heading.day is None}
    by_level: dict[int, list[OutlineHeading]] = {}
    for heading in headings:
        if heading.day:
            by_level.setdefault(heading.level, []).append(heading)
    dates: set[OutlineHeading] = set()
    for days in by_level.values():
        after_title = sum(day.place - 1 in titles for day in days)
        before_title = sum(day.place + 1 in places for day in days)
        if after_title * 2 >= len(days) and before_title * 2 < len(days):
            dates.update(days)
    return tuple(heading for heading in headings if heading not in dates)


def _with_named_days(
    headings: Sequence[OutlineHeading], blocks: Sequence[Block], language: str
) -> list[OutlineHeading]:
    """Return the headings with days of those that name one: "6 July: Opening day"."""
    named = {
        heading: replace(heading, day=day)
        for heading in headings
        if heading.day is None
        and heading.level < LINE
        and (day := named_day(heading.title, language))
        and not _is_credited(blocks[heading.place + 1 : heading.place + 3])
    }
    over = {
        heading.level
        for heading, below in pairwise(headings)
        if heading in named
        and (below.level > heading.level or below.place == heading.place + 1)
    }
    over |= {heading.level for heading in headings if heading.day}
    return [
        named.get(heading, heading) if heading.level in over else heading
        for heading in headings
    ]


def _headings(blocks: Sequence[Block], language: str) -> Iterator[OutlineHeading]:
    for place, block in enumerate(blocks):
        if not isinstance(block, Heading | Paragraph):
            continue
        line = one_line(plain(block.spans))
        day = written_day(line, language)
        href = next((span.href for span in block.spans if span.href), "")
        if isinstance(block, Heading):
            yield OutlineHeading(place, block.level, line, day, href)
        elif _is_bold(block) and len(line.split()) <= _LONGEST_BOLD:
            yield OutlineHeading(place, BOLD, line, day, href)
        elif day and day.day:
            yield OutlineHeading(place, LINE, line, day)
        elif _is_over_byline(line, blocks[place + 1 : place + 3]):
            yield OutlineHeading(place, OVER_BYLINE, line)


def _is_over_byline(line: str, below: Sequence[Block]) -> bool:
    """Whether a line has nothing but a byline, or a picture and one, right below it."""
    if len(line.split()) > _LONGEST_PLAIN or line.endswith(_ENDS_A_SENTENCE):
        return False
    return _is_credited(below)


def _is_credited(below: Sequence[Block]) -> bool:
    """Whether the first of two blocks, or the one after a picture, is a byline."""
    has_picture = bool(below) and isinstance(below[0], Picture)
    return split_byline(below if has_picture else below[:1])[0] is not None


def _is_bold(block: Paragraph) -> bool:
    is_line = "\n" not in plain(block.spans).strip()
    return is_line and all(span.strong for span in block.spans if span.text.strip())


def lines_apart(blocks: Sequence[Block]) -> Blocks:
    """Return the blocks with paragraphs where line breaks stand for their ends.

    That is, at an empty line, and around a line in bold. No word is lost.
    """
    return tuple(
        part
        for block in blocks
        for part in (_parted(block) if isinstance(block, Paragraph) else (block,))
    )


def _parted(block: Paragraph) -> Iterator[Block]:
    spans: list[TextSpan] = []
    for line in _lines(block.spans):
        stands_alone = not line or _is_bold(Paragraph(line))
        if stands_alone and spans:
            yield Paragraph(tuple(spans))
            spans = []
        if stands_alone and line:
            yield Paragraph(line)
        elif line:
            spans += [TextSpan("\n"), *line] if spans else line
    if spans:
        yield Paragraph(tuple(spans))


def _lines(spans: TextSpans) -> Iterator[TextSpans]:
    """Yield the spans of each line; those of an empty one are none."""
    line: list[TextSpan] = []
    for span in spans:
        first, *others = span.text.split("\n")
        line.append(replace(span, text=first))
        for text in others:
            yield _worded(line)
            line = [replace(span, text=text)]
    yield _worded(line)


def _worded(line: Sequence[TextSpan]) -> TextSpans:
    is_empty = not "".join(span.text for span in line).strip()
    return () if is_empty else tuple(span for span in line if span.text)
