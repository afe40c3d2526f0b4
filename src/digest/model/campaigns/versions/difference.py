"""Two texts of a campaign file, line by line: what is new, gone and the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum


class LineKind(StrEnum):
    """What a line is to who compares; lines that are the same are left out at a gap."""

    ADDED = "added"
    REMOVED = "removed"
    SAME = "same"
    GAP = "gap"


_KINDS = {"+": LineKind.ADDED, "-": LineKind.REMOVED, "@": LineKind.GAP}
_MARKS = {LineKind.ADDED: "+ ", LineKind.REMOVED: "- ", LineKind.SAME: "  "}


@dataclass(frozen=True, slots=True)
class DifferentLine:
    """A line of what differs, or of what stands around it."""

    kind: LineKind
    words: str

    def __str__(self) -> str:
        return f"{_MARKS[self.kind]}{self.words}" if self.kind in _MARKS else "…"


def difference(before: str, after: str) -> Iterator[DifferentLine]:
    """Yield what differs between two texts, with a few lines around."""
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="")
    for place, line in enumerate(lines):
        if place < 2:
            continue  # names of files, which these have not
        kind = _KINDS.get(line[:1], LineKind.SAME)
        yield DifferentLine(kind, "" if kind is LineKind.GAP else line[1:])
