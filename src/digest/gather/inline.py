"""Words as they stream past, gathered into runs of one look."""

import re
from dataclasses import dataclass, replace

from digest.gather.words import cleaned
from digest.model.blocks import Block, CallToAction, Paragraph, Run, Runs

_SPACES = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True, slots=True)
class Look:
    """How words look where they stand; `button` is a link styled as one."""

    strong: bool = False
    emphasis: bool = False
    href: str | None = None
    button: bool = False


PLAIN = Look()


class Inline:
    """Collects words with their look; spaces are collapsed as HTML does it."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, Look]] = []

    def add(self, text: str | None, look: Look) -> None:
        """Add words; runs of white space count as one space."""
        if text:
            self._parts.append((_SPACES.sub(" ", cleaned(text)), look))

    def break_line(self) -> None:
        """Add a line break."""
        self._parts.append(("\n", PLAIN))

    def take(self) -> Runs:
        """Return what was collected, trimmed and merged, and start afresh."""
        runs = self._merged()
        self._parts.clear()
        return runs

    def take_block(self) -> Block | None:
        """Return what was collected as a block: a lone button is a call to action."""
        looks = {look for text, look in self._parts if text.strip()}
        runs = self.take()
        if not runs:
            return None
        only = next(iter(looks)) if len(looks) == 1 else PLAIN
        if only.button and only.href:
            return CallToAction(
                " ".join("".join(r.text for r in runs).split()), only.href
            )
        return Paragraph(runs)

    def _merged(self) -> Runs:
        merged: list[Run] = []
        for text, look in self._parts:
            run = Run(text, look.strong, look.emphasis, look.href)
            before = merged[-1].text if merged else "\n"
            if before.endswith((" ", "\n")):
                run = replace(run, text=run.text.lstrip(" "))
            if run.text.startswith("\n") and merged:
                merged[-1] = replace(merged[-1], text=before.rstrip(" "))
            if not run.text:
                continue
            if merged and replace(merged[-1], text="") == replace(run, text=""):
                merged[-1] = replace(run, text=merged[-1].text + run.text)
            else:
                merged.append(run)
        return _trimmed([run for run in merged if run.text])


def _trimmed(runs: list[Run]) -> Runs:
    while runs and runs[0].text[0].isspace():
        text = runs[0].text.lstrip()
        runs = [replace(runs[0], text=text), *runs[1:]] if text else runs[1:]
    while runs and runs[-1].text[-1].isspace():
        text = runs[-1].text.rstrip()
        runs = [*runs[:-1], replace(runs[-1], text=text)] if text else runs[:-1]
    return tuple(runs)
