"""Lines near a title that say who wrote a post, and when: "By A | 7 July | News"."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.gather.markup.clean_text import one_line
from digest.gather.pages.layout.days import WrittenDay, written_day
from digest.model.posts.blocks import (
    Block,
    Heading,
    ListBlock,
    Paragraph,
    TextSpan,
    TextSpans,
    plain,
)
from digest.model.posts.bylines import split_byline

_LONGEST = 200
_NEAR = 3  # blocks below a title in which its byline or date stands
_PARTED = re.compile(
    r"\s*[|\u00b7\u2022\n]\s*|\s+[/\u2013-]\s+|\s*\u2014\s*|\s+(?=by\s)", re.IGNORECASE
)
# Between a name and a day: "By Ann Example, 9 July", "By Ann Example on 9 July".
_BEFORE_DAY = re.compile(r",?\s+on\s+|,\s+", re.IGNORECASE)
_BY = re.compile(
    r"(?:(?:posted|written|words|submitted|published) )?by\b", re.IGNORECASE
)
_IN = re.compile(r"(by [^,]+?) in [^,]+(?:, [^,]+)*", re.IGNORECASE)
# What programs add to such a line, and what is left of it in between.
_ADDED = re.compile(
    r"(?:(?:\d+|no|leave a) (?:comments?|replies|views?|likes?)|comments off|"
    r"\d+ min(?:ute)?s?(?: read)?|\d{1,2}[:.]\d{2}(?: ?[ap]\.?m\.?)?|"
    r"posted|submitted|written|published|in|on|share(?: this)?:?|print)?",
    re.IGNORECASE,
)
_BY_PROGRAMS = re.compile(r"comment|repl|view|like|read|share", re.IGNORECASE)
_LABELS = re.compile(
    r"/(?:tags?|categor(?:y|ies)|topics?)/|#(?:respond|comments?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CreditLine:
    """What such a line says: the day, and the line "By …" if there is one.

    `rest` are its other words, which are the post's own.
    """

    day: WrittenDay | None = None
    byline: str = ""
    rest: str = ""

    def blocks(self) -> tuple[Block, ...]:
        """Return what is left of the line beside the day."""
        lines = filter(None, (self.byline, self.rest))
        return tuple(Paragraph((TextSpan(line),)) for line in lines)


def _is_byline(line: str) -> bool:
    """Whether the whole line says who wrote something."""
    return split_byline((Paragraph((TextSpan(line),)),))[1] == ()


def credit_of(block: Block, language: str) -> CreditLine | None:
    """Return what the block says of who and when; None where it is no such line.

    Nothing is lost but the day, labels that lead to other posts of their kind,
    and what programs add: "0 comments".
    """
    runs = _runs_of(block)
    line = plain(runs).strip()
    if not line or len(line) > _LONGEST:
        return None
    labels = {one_line(run.text) for run in runs if _LABELS.search(run.href or "")}
    found = _sorted_out(_pieces(line), labels, language)
    if not (found.day or found.byline or found.rest):
        return found if _BY_PROGRAMS.search(line) else None
    if found.rest and not (found.day and found.byline):
        return None  # "9 July | Tea and cake" is about the tea
    if found.rest and any(run.href for run in runs if run.text.strip() in found.rest):
        return None
    return found


def _runs_of(block: Block) -> TextSpans:
    match block:
        case Heading(spans=runs) | Paragraph(runs):
            return runs
        case ListBlock(items=items):
            parts: list[TextSpan] = []
            for item in items:
                if len(item) != 1 or not isinstance(item[0], Paragraph):
                    return ()
                parts += [*item[0].spans, TextSpan("\n")]
            return tuple(parts)
        case _:
            return ()


def _pieces(line: str) -> Iterator[str]:
    yield from filter(None, map(one_line, _PARTED.split(line)))


def _sorted_out(pieces: Iterable[str], labels: set[str], language: str) -> CreditLine:
    day: WrittenDay | None = None
    byline, rest = "", []
    for piece in pieces:
        said = _day(piece, language) if day is None else None
        who, when = _who_and_when(piece, language)
        if said:
            day = said
        elif who and not byline:
            byline, day = who, day or when
        elif piece not in labels and not _ADDED.fullmatch(piece):
            rest.append(piece)
    return CreditLine(day, byline, " | ".join(rest))


def _day(words: str, language: str) -> WrittenDay | None:
    found = written_day(words, language)
    return found if found and found.day else None


def _who_and_when(piece: str, language: str) -> tuple[str, WrittenDay | None]:
    if not _BY.match(piece):
        return "", None
    for between in _BEFORE_DAY.finditer(piece):
        if day := _day(piece[between.end() :], language):
            return _only_who(piece[: between.start()]), day
    return _only_who(piece), None


def _only_who(piece: str) -> str:
    """Return a byline without the label after it: "by Ann Example in News"."""
    if _is_byline(piece):
        return piece
    labelled = _IN.fullmatch(piece)
    return labelled[1] if labelled and _is_byline(labelled[1]) else ""


def dated(
    body: Sequence[Block], language: str, near: int = _NEAR
) -> tuple[WrittenDay | None, tuple[Block, ...]]:
    """Return the day that one of the first blocks gives, and the rest of the body.

    Of a line of credits the byline stays, as a line of its own.
    """
    day: WrittenDay | None = None
    top: list[Block] = []
    for block in body[:near]:
        credit = credit_of(block, language)
        if credit is None or (day and credit.day):
            top.append(block)
            continue
        day = day or credit.day
        top += credit.blocks()
    return day, (*top, *body[near:])
