"""Lines near a title that say who wrote a post, and when: "By A | 7 July | News"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.gather.items.days import WrittenDay, day_at_end, written_day
from digest.gather.markup.clean_text import one_line
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
_ON = re.compile(r",?\s+on$", re.IGNORECASE)
# Facts that name themselves: who wrote it, and those that no reader asks for.
_AUTHOR = re.compile(r"(?:authors?|words|writer|contributor)\s*:\s*", re.IGNORECASE)
_OTHER_FACT = re.compile(
    r"(?:(?:last )?(?:updated|modified|edited|reviewed)(?: on)?|categor(?:y|ies)|tags?|"
    r"topics?|filed (?:under|in)|section|comments|views|reading time)\s*:.*",
    re.IGNORECASE,
)
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
_UNASKED = (_ADDED, _OTHER_FACT)
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
    spans = _spans_of(block)
    line = plain(spans).strip()
    if not line or len(line) > _LONGEST:
        return None
    who, when = day_at_end(line, language)
    byline, caption = split_byline((Paragraph((TextSpan(who),)),))
    if when and byline and caption:  # "Ann Example | HallBy Ann Example, 7 July"
        return CreditLine(when, who)
    labels = {one_line(span.text) for span in spans if _LABELS.search(span.href or "")}
    parts = filter(None, map(one_line, _PARTED.split(line)))
    credit = _sorted_out(parts, labels, language)
    if not (credit.day or credit.byline or credit.rest):
        return credit if _BY_PROGRAMS.search(line) else None
    if credit.rest and not (credit.day and credit.byline):
        return None  # "9 July | Tea and cake" is about the tea
    links = (span.text.strip() for span in spans if span.href)
    if credit.rest and any(link in credit.rest for link in links):
        return None
    return credit


def _spans_of(block: Block) -> TextSpans:
    match block:
        case Heading(spans=spans) | Paragraph(spans):
            return spans
        case ListBlock(items=items):
            parts: list[TextSpan] = []
            for item in items:
                if len(item) != 1 or not isinstance(item[0], Paragraph):
                    return ()
                parts += [*item[0].spans, TextSpan("\n")]
            return tuple(parts)
        case _:
            return ()


def _sorted_out(parts: Iterable[str], labels: set[str], language: str) -> CreditLine:
    day: WrittenDay | None = None
    byline, rest = "", []
    for part in parts:
        first_day = _day(part, language) if day is None else None
        who, when = _who_and_when(part, language)
        if first_day:
            day = first_day
        elif who and not byline:
            byline, day = who, day or when
        elif part not in labels and not any(kind.fullmatch(part) for kind in _UNASKED):
            rest.append(part)
    return CreditLine(day, byline, " | ".join(rest))


def _day(words: str, language: str) -> WrittenDay | None:
    day = written_day(words, language)
    return day if day and day.day else None


def _who_and_when(part: str, language: str) -> tuple[str, WrittenDay | None]:
    """Return the byline that a part of a line is, and a day that stands behind it."""
    part = _AUTHOR.sub("By ", part, count=1) if _AUTHOR.match(part) else part
    if not _BY.match(part):
        return "", None
    who, day = day_at_end(part, language)
    return _only_who(_ON.sub("", who)), day


def _only_who(part: str) -> str:
    """Return a byline without the label after it: "by Ann Example in News"."""
    if _is_byline(part):
        return part
    labelled = _IN.fullmatch(part)
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
