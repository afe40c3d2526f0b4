"""Words as they stream past, gathered into runs of one look."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from digest.gather.markup.words import cleaned, opening_marks
from digest.model.posts.blocks import (
    Block,
    CallToAction,
    Paragraph,
    TextSpan,
    TextSpans,
)

_SPACES = re.compile(r"[ \t\n]+")


@dataclass(frozen=True, slots=True)
class InlineStyle:
    """How words look where they stand.

    `button` is a link styled as one; `verbatim` keeps spaces and line ends.
    """

    strong: bool = False
    emphasis: bool = False
    href: str | None = None
    button: bool = False
    verbatim: bool = False


PLAIN = InlineStyle()
_Part = tuple[str, InlineStyle]


class Inline:
    """Collects words with their look; spaces are collapsed as HTML does it."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self.is_at_line_start = True  # no word since the start or the last line break

    def add(self, text: str | None, look: InlineStyle) -> None:
        """Add words; runs of white space count as one space."""
        if text:
            words = cleaned(text)
            kept = words if look.verbatim else _SPACES.sub(" ", words)
            self._parts.append((kept, look))
            self.is_at_line_start &= not kept.strip()

    def break_line(self, look: InlineStyle) -> None:
        """Add a line break."""
        self._parts.append(("\n", look))
        self.is_at_line_start = True

    def take(self) -> TextSpans:
        """Return what was collected, trimmed and merged, and start afresh."""
        return _runs(self._rest())

    def take_blocks(self) -> tuple[Block, ...]:
        """Return what was collected as a paragraph, or, of nothing but buttons, each.

        A button is a link styled as one; in a sentence it is a link like others.
        """
        kept = self._rest()
        if not kept:
            return ()
        looks = [look for text, look in kept if text.strip()]
        if all(look.button and look.href for look in looks):
            return tuple(_calls(kept))
        return (Paragraph(_runs(kept)),)

    def _rest(self) -> list[_Part]:
        parts, self._parts = self._parts, []
        self.is_at_line_start = True
        return _trimmed(_collapsed(parts))


def _calls(parts: Iterable[_Part]) -> Iterator[CallToAction]:
    for href, same in groupby(parts, lambda part: part[1].href):
        label = " ".join("".join(text for text, _ in same).split())
        if href and label:
            yield CallToAction(cleaned(label), href)


def _collapsed(parts: Iterable[_Part]) -> list[_Part]:
    kept: list[_Part] = []
    last = "\n"
    for given, look in parts:
        text = given.lstrip(" ") if last in " \n" and not look.verbatim else given
        if text.startswith("\n") and last == " " and not kept[-1][1].verbatim:
            before, its_look = kept.pop()
            if bare := before.rstrip(" "):
                kept.append((bare, its_look))
        if text:
            kept.append((text, look))
            last = text[-1]
    return kept


def _trimmed(parts: list[_Part]) -> list[_Part]:
    said = [place for place, (text, _) in enumerate(parts) if text.strip()]
    if not said:
        return []
    kept = parts[said[0] : said[-1] + 1]
    kept[0] = (kept[0][0].lstrip(), kept[0][1])
    kept[-1] = (kept[-1][0].rstrip(), kept[-1][1])
    return kept


def _runs(parts: Iterable[_Part]) -> TextSpans:
    def shown(part: _Part) -> tuple[bool, bool, str]:
        return part[1].strong, part[1].emphasis, part[1].href or ""

    return tuple(
        TextSpan(
            cleaned("".join(text for text, _ in same)), strong, emphasis, href or None
        )
        for (strong, emphasis, href), same in groupby(_with_marks(parts), shown)
    )


def _with_marks(parts: Iterable[_Part]) -> list[_Part]:
    # A mark may come in another element than the letter that it is drawn over.
    kept: list[_Part] = []
    for text, look in parts:
        marks = opening_marks(text) if kept else ""
        if marks:
            before, its_look = kept.pop()
            kept.append((before + marks, its_look))
        if rest := text.removeprefix(marks):
            kept.append((rest, look))
    return kept
