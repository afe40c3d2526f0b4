"""Where the titles of a long page stand in its markup, and what stands beside them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import HEADINGS, words_of
from digest.gather.pages.layout.boilerplate import take_out

_FEW_WORDS = 25
_CHANGING = re.compile(r"(first|last|odd|even|active|sticky|featured)$|.*[-_]\d+$")


class PageTitles:
    """The elements of a page's titles, looked up in the page's order."""

    def __init__(self, root: Any) -> None:
        self._ahead = [
            (one_line(words_of(line)), line) for line in root.iter(*HEADINGS, "p")
        ]

    def of(self, title: str) -> Any | None:
        """Return the next element whose words are the title, None where none is."""
        for number, (words, line) in enumerate(self._ahead):
            if words == title:
                del self._ahead[: number + 1]
                return line
        return None


def anchor_of(element: Any | None) -> str:
    """Return the id of a title, of a mark in it, or of the part that it opens."""
    if element is None:
        return ""
    marks = (mark.get("id") or mark.get("name") for mark in element)
    own = [element.get("id"), *marks]
    parent, before = element.getparent(), element.getprevious()
    if parent is not None and before is None and parent.tag not in {"main", "body"}:
        own.append(parent.get("id"))
    if before is not None and before.tag == "a" and not before.get("href"):
        own.append(before.get("id") or before.get("name"))
    return next(filter(None, own), "") or ""


def take_out_beside(titles: Sequence[Any]) -> tuple[str, ...]:
    """Take out what follows the last post and is laid out as none; return its words.

    Whatever holds the last two titles holds their posts. Where the last but one
    stands in a card of its own, what comes after the last card is no post either.
    """
    before, last = titles[-2:]
    above = [last, *last.iterancestors()]
    around = {before, *before.iterancestors()}
    depth = next(number for number, part in enumerate(above) if part in around)
    beside = [part for around in above[depth:] for part in around.itersiblings()]
    if depth:
        card = above[depth - 1]
        first = next(part for part in above[depth] if part in around)
        after = list(card.itersiblings())
        is_card = first is not before and _words_in(first) > _words_in(before)
        if is_card and not any(_parts_cards(first, card)):
            alike = (n for n, part in enumerate(after, 1) if _is_alike(part, card))
            beside += after[max(alike, default=0) :]
    words = [one_line(" ".join(part.itertext())) for part in beside]
    for part in beside:
        take_out(part)
    return tuple(filter(None, words))


def _parts_cards(first: Any, last: Any) -> Iterator[bool]:
    """Yield for each element between two cards whether it holds words of a post."""
    for part in first.itersiblings():
        if part is last:
            return
        is_heading = part.tag in HEADINGS or _words_in(part) <= _FEW_WORDS
        yield not (is_heading or _is_alike(part, last))


def _is_alike(part: Any, card: Any) -> bool:
    return shape_of(part) == shape_of(card)


def shape_of(element: Any) -> str:
    """Return what elements that are laid out alike have in common."""
    names = sorted(
        name
        for name in element.get("class", "").split()
        if not _CHANGING.fullmatch(name)
    )
    return ".".join((element.tag, *names))


def _words_in(element: Any) -> int:
    return len(" ".join(element.itertext()).split())
