"""Words as they stream past, gathered into runs of one look."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from digest.gather.words import cleaned
from digest.model.blocks import Block, CallToAction, Paragraph, Run, Runs

_SPACES = re.compile(r"[ \t\n]+")


@dataclass(frozen=True, slots=True)
class Look:
    """How words look where they stand.

    `button` is a link styled as one; `verbatim` keeps spaces and line ends.
    """

    strong: bool = False
    emphasis: bool = False
    href: str | None = None
    button: bool = False
    verbatim: bool = False


PLAIN = Look()
_Part = tuple[str, Look]


class Inline:
    """Collects words with their look; spaces are collapsed as HTML does it."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def add(self, text: str | None, look: Look) -> None:
        """Add words; runs of white space count as one space."""
        if text:
            words = cleaned(text)
            self._parts.append(
                (words if look.verbatim else _SPACES.sub(" ", words), look)
            )

    def break_line(self, look: Look) -> None:
        """Add a line break."""
        self._parts.append(("\n", look))

    @property
    def is_at_line_start(self) -> bool:
        """Whether no word has been added since the start or the last line break."""
        for text, _ in reversed(self._parts):
            if text == "\n":
                return True
            if text.strip():
                return False
        return True

    def take(self) -> Runs:
        """Return what was collected, trimmed and merged, and start afresh."""
        parts, self._parts = self._parts, []
        return _runs(_trimmed(_collapsed(parts)))

    def take_blocks(self) -> tuple[Block, ...]:
        """Return what was collected as a paragraph, or, of nothing but buttons, each.

        A button is a link styled as one; in a sentence it is a link like others.
        """
        parts, self._parts = self._parts, []
        kept = _trimmed(_collapsed(parts))
        if not kept:
            return ()
        looks = [look for text, look in kept if text.strip()]
        if all(look.button and look.href for look in looks):
            said = _runs([part for part in kept if part[0].strip()])
            return tuple(
                CallToAction(" ".join(run.text.split()), run.href)
                for run in said
                if run.href
            )
        return (Paragraph(_runs(kept)),)


def _collapsed(parts: Iterable[_Part]) -> list[_Part]:
    kept: list[_Part] = []
    last = "\n"
    for given, look in parts:
        text = given.lstrip(" ") if last in " \n" and not look.verbatim else given
        if text.startswith("\n") and last == " ":
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


def _runs(parts: Iterable[_Part]) -> Runs:
    def shown(part: _Part) -> tuple[bool, bool, str]:
        return part[1].strong, part[1].emphasis, part[1].href or ""

    return tuple(
        Run("".join(text for text, _ in same), strong, emphasis, href or None)
        for (strong, emphasis, href), same in groupby(parts, shown)
    )
