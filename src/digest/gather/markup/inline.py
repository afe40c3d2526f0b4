"""Words as they stream past, gathered into spans of one look."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from digest.gather.markup.clean_text import cleaned, opening_marks, without_edges
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
    `language` and `direction` are what the markup says of them, "" for nothing.
    """

    strong: bool = False
    emphasis: bool = False
    href: str | None = None
    button: bool = False
    verbatim: bool = False
    language: str = ""
    direction: str = ""

    @property
    def stated(self) -> Mapping[str, str]:
        """The language and direction, as a block takes them."""
        return {"language": self.language, "direction": self.direction}


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
            words = words if look.verbatim else _SPACES.sub(" ", words)
            self._parts.append((words, look))
            self.is_at_line_start &= not words.strip()

    def break_line(self, look: InlineStyle) -> None:
        """Add a line break."""
        self._parts.append(("\n", look))
        self.is_at_line_start = True

    def take(self) -> tuple[TextSpans, Mapping[str, str]]:
        """Return what was collected, trimmed and merged, and start afresh.

        Besides what the markup says of the language of most of it.
        """
        parts = self._rest()
        return _spans(parts), _stated(parts)

    def take_blocks(self) -> tuple[Block, ...]:
        """Return what was collected as a paragraph, or, of nothing but buttons, each.

        A button is a link styled as one; in a sentence it is a link like others.
        """
        parts = self._rest()
        if not parts:
            return ()
        looks = [look for text, look in parts if text.strip()]
        if not all(look.button and look.href for look in looks):
            return (Paragraph(_spans(parts), **_stated(parts)),)
        buttons = []
        for href, same in groupby(parts, lambda part: part[1].href):
            label = " ".join("".join(text for text, _ in same).split())
            if href and label:
                buttons.append(CallToAction(cleaned(label), href, **_stated(parts)))
        return tuple(buttons)

    def _rest(self) -> list[_Part]:
        parts, self._parts = self._parts, []
        self.is_at_line_start = True
        return _trimmed(_collapsed(parts))


def _collapsed(parts: Iterable[_Part]) -> list[_Part]:
    collapsed: list[_Part] = []
    last = "\n"
    for words, look in parts:
        text = words.lstrip(" ") if last in " \n" and not look.verbatim else words
        if text.startswith("\n") and last == " " and not collapsed[-1][1].verbatim:
            before, its_look = collapsed.pop()
            if bare := before.rstrip(" "):
                collapsed.append((bare, its_look))
        if text:
            collapsed.append((text, look))
            last = text[-1]
    return collapsed


def _trimmed(parts: list[_Part]) -> list[_Part]:
    worded = [place for place, (text, _) in enumerate(parts) if without_edges(text)]
    if not worded:
        return []
    inner = parts[worded[0] : worded[-1] + 1]
    first = inner[0][0]
    inner[0] = (first[first.index(without_edges(first)) :], inner[0][1])
    last = inner[-1][0]
    inner[-1] = (
        last[: last.rindex(bare := without_edges(last)) + len(bare)],
        inner[-1][1],
    )
    return inner


def _spans(parts: Iterable[_Part]) -> TextSpans:
    def look_on_page(part: _Part) -> tuple[bool, bool, str]:
        return part[1].strong, part[1].emphasis, part[1].href or ""

    return tuple(
        TextSpan(
            cleaned("".join(text for text, _ in same)), strong, emphasis, href or None
        )
        for (strong, emphasis, href), same in groupby(_with_marks(parts), look_on_page)
    )


def _stated(parts: Iterable[_Part]) -> Mapping[str, str]:
    """Return what is said of the language and direction of most of the letters."""
    languages, directions = Counter[str](), Counter[str]()
    for text, look in parts:
        languages[look.language] += len(text)
        directions[look.direction] += len(text)
    [(language, _)] = languages.most_common(1) or [("", 0)]
    [(direction, _)] = directions.most_common(1) or [("", 0)]
    return {"language": language, "direction": direction}


def _with_marks(parts: Iterable[_Part]) -> list[_Part]:
    # A mark may come in another element than the letter that it is drawn over.
    marked: list[_Part] = []
    for text, look in parts:
        marks = opening_marks(text) if marked else ""
        if marks:
            before, its_look = marked.pop()
            marked.append((before + marks, its_look))
        if rest := text.removeprefix(marks):
            marked.append((rest, look))
    return marked
