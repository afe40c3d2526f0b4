"""Which part of the log is due to a reader: what is new to them, and what is owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# Positions of the log, half open: those in (since, upto].
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DueStretch:
    """Positions in (since, upto] that are due; `had` are those in it that are not.

    The reader has had what lies in a stretch of `had`, or is to get it otherwise.
    """

    since: int
    upto: int
    had: tuple[Stretch, ...] = ()

    def takes(self, position: int) -> bool:
        """Whether what stands at that position is due."""
        return self.since < position <= self.upto and not any(
            start < position <= end for start, end in self.had
        )

    def without(self, positions: Iterable[int]) -> "DueStretch":
        """Return it with these positions as if its reader had had them."""
        holes = [(position - 1, position) for position in positions]
        merged = _merged([*self.had, *(hole for hole in holes if self.takes(hole[1]))])
        return DueStretch(self.since, self.upto, tuple(merged))

    @property
    def parts(self) -> list[Stretch]:
        """The stretches that are due, from the first."""
        ends = [start for start, _ in self.had] + [self.upto]
        starts = [self.since] + [end for _, end in self.had]
        pairs = zip(starts, ends, strict=True)
        return [(start, end) for start, end in pairs if start < end]


def due_to(
    place: int, upto: int, owed: Iterable[DueStretch] = (), begins: int = 0
) -> DueStretch:
    """Return what an edition up to `upto` brings a reader who stands at `place`.

    What lies behind their place, and what they are owed: copies of earlier
    editions that ended without having left. Each position once, however many
    of them hold it, and nothing at `begins` or before is owed.
    """
    parts = [(place, upto)]
    parts += [
        (max(since, begins), min(end, upto))
        for each in owed
        for since, end in each.parts
    ]
    merged = _merged(part for part in parts if part[0] < part[1])
    if not merged:
        return DueStretch(place, upto)
    ends = [end for _, end in merged]
    starts = [since for since, _ in merged[1:]] + [upto]
    gaps = zip(ends, starts, strict=True)
    had = tuple((end, start) for end, start in gaps if end < start)
    return DueStretch(merged[0][0], upto, had)


def only(positions: Iterable[int]) -> DueStretch:
    """Return what takes these positions, one at least, and no other."""
    parts = _merged([(position - 1, position) for position in positions])
    had = tuple((before[1], after[0]) for before, after in pairwise(parts))
    return DueStretch(parts[0][0], parts[-1][1], had)


def _merged(parts: Iterable[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for since, end in sorted(parts):
        if merged and since <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((since, end))
    return merged
