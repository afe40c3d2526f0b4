"""The lines of a page that stand over others: headings, and days written as such."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.gather.days import Day, written_day
from digest.gather.words import one_line
from digest.model.blocks import Block, Heading, Paragraph, Picture, Run, Runs, plain
from digest.model.bylines import taken_from

Blocks = tuple[Block, ...]
BOLD = 7  # the level of a line in bold, below all headings
LINE = 8  # the level of a line that is nothing but a day
OVER_BYLINE = 9  # the level of a line that has nothing but a byline right below it
_LONGEST_BOLD = 15  # words
_LONGEST_PLAIN = 25
_ENDS_A_SENTENCE = (".", ",", ";", ":")
_LONGEST_BYLINE = 200
_BY = re.compile(r"((posted|written|words) )?by\b", re.IGNORECASE)
# What stands between a byline and a day: "By Ann Example | 9 July", "on", a comma.
_BETWEEN = re.compile(
    r"\s*[|\u00b7\u2022]\s*|\s+[\u2013\u2014-]\s+|,?\s+on\s+|,\s+|\s+(?=by\s)",
    re.IGNORECASE,
)
_NEAR = 3  # blocks below a title in which its byline or date stands


@dataclass(frozen=True, slots=True)
class Mark:
    """A line over others: where it stands, its rank (1 is highest), the day it is."""

    place: int
    level: int
    title: str
    day: Day | None = None
    href: str = ""  # where a title that is a link leads


def marks_of(blocks: Sequence[Block], language: str) -> tuple[Mark, ...]:
    """Return the marks of a page in order; a day is one only where it stands over.

    Where most days of one level follow a title and words follow them, they are
    the dates of those posts and mark nothing.
    """
    found = list(_marks(blocks, language))
    marked = {mark.place for mark in found}
    titled = {mark.place for mark in found if mark.day is None}
    dating = {
        level
        for level in {mark.level for mark in found if mark.day}
        if _are_dates([m for m in found if m.day and m.level == level], titled, marked)
    }
    return tuple(m for m in found if not (m.day and m.level in dating))


def _marks(blocks: Sequence[Block], language: str) -> Iterator[Mark]:
    for place, block in enumerate(blocks):
        if isinstance(block, Heading):
            title = one_line(plain(block.runs))
            day, href = written_day(title, language), _leads_to(block.runs)
            yield Mark(place, block.level, title, day, href)
        elif isinstance(block, Paragraph):
            line = one_line(plain(block.runs))
            day = written_day(line, language)
            if _is_bold(block) and len(line.split()) <= _LONGEST_BOLD:
                yield Mark(place, BOLD, line, day, _leads_to(block.runs))
            elif day and day.day:
                yield Mark(place, LINE, line, day)
            elif _is_over_byline(line, blocks[place + 1 : place + 3]):
                yield Mark(place, OVER_BYLINE, line)


def _leads_to(runs: Runs) -> str:
    return next((run.href for run in runs if run.href), "")


def _is_over_byline(line: str, below: Sequence[Block]) -> bool:
    if len(line.split()) > _LONGEST_PLAIN or line.endswith(_ENDS_A_SENTENCE):
        return False
    has_picture = bool(below) and isinstance(below[0], Picture)
    return taken_from(below if has_picture else below[:1])[0] is not None


def _is_bold(block: Paragraph) -> bool:
    said = [run for run in block.runs if run.text.strip()]
    is_line = "\n" not in plain(block.runs).strip()
    return is_line and all(run.strong for run in said)


def _are_dates(days: Sequence[Mark], titled: set[int], marked: set[int]) -> bool:
    after_title = sum(day.place - 1 in titled for day in days)
    before_title = sum(day.place + 1 in marked for day in days)
    return after_title * 2 >= len(days) and before_title * 2 < len(days)


def dated(body: Blocks, language: str) -> tuple[Day | None, Blocks]:
    """Return the day that a line near the top of a post gives, and the rest of it.

    The line is nothing but the day, or a byline with the day before or after.
    """
    for place, block in enumerate(body[:_NEAR]):
        if not isinstance(block, Paragraph | Heading):
            continue
        line = one_line(plain(block.runs))
        if (day := written_day(line, language)) and day.day:
            return day, body[:place] + body[place + 1 :]
        if found := _byline_with_day(line, language):
            byline, day = found
            return day, (*body[:place], Paragraph((Run(byline),)), *body[place + 1 :])
    return None, body


def _byline_with_day(line: str, language: str) -> tuple[str, Day] | None:
    if len(line) > _LONGEST_BYLINE:
        return None
    for between in _BETWEEN.finditer(line):
        first, second = line[: between.start()], line[between.end() :]
        for words, said in ((first, second), (second, first)):
            day = written_day(said, language)
            if day and day.day and _BY.match(words):
                return words, day
    return None
