"""What a source's last reading could not take, as it is kept beside the source."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

_MOST = 20
_LONGEST_NAME = 80
_LONGEST_WHY = 300


@dataclass(frozen=True, slots=True)
class SkippedItem:
    """An item that was not taken, and why."""

    name: str
    why: str

    def __str__(self) -> str:
        """Return it as a few words."""
        return f"{self.name}: {self.why}"


def to_text(skipped: Sequence[SkippedItem]) -> str:
    """Return the items as text, of very many the first; "" for none."""
    kept = [
        (one.name[:_LONGEST_NAME], one.why[:_LONGEST_WHY]) for one in skipped[:_MOST]
    ]
    if more := len(skipped) - len(kept):
        kept.append((f"{more} more", "see what is said of the others"))
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def from_text(text: str | None) -> tuple[SkippedItem, ...]:
    """Return the items that `to_text` wrote."""
    return tuple(SkippedItem(*one) for one in json.loads(text)) if text else ()
