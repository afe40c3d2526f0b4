"""How one run is going, and whether to go on: shared by its connections."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from digest.model.delivery.delivery import (
    Accepted,
    Deferred,
    Outcome,
    Refused,
    Uncertain,
)

Progress = Callable[[str], None]


class CopyEnd(StrEnum):
    """How one copy's turn in a run ended."""

    # Every copy is counted by it: an Enum's own hash is a call of its own.
    __hash__ = str.__hash__

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class RunTally:
    """How many copies ended how.

    `paused` says why the carrier turned us away, if it did: readers are
    untouched, and the caller tries again later. `problems` are those of our
    own that kept some copies back, each with what to do.
    """

    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    uncertain: int = 0
    cancelled: int = 0
    paused: str = ""
    problems: tuple[str, ...] = ()


class RunState:
    """Counts copies, and stops every connection when one has reason to."""

    def __init__(self, stop: threading.Event, progress: Progress) -> None:
        self._stop = stop
        self._progress = progress
        self._counts = Counter[CopyEnd]()
        self._problems = dict[str, None]()
        self._paused = ""
        self._is_halted = False

    @property
    def must_stop(self) -> bool:
        """Whether no further copy is to be taken."""
        return self._is_halted or self._stop.is_set()

    def count(self, end: CopyEnd) -> None:
        """Count one copy and tell whoever watches."""
        self._counts[end] += 1
        self._progress(end)

    def pause(self, why: str) -> None:
        """Stop the run because the carrier turned us away; the first reason stands."""
        self._paused = self._paused or why
        self._is_halted = True

    def halt(self) -> None:
        """Stop the run; its exception says why."""
        self._is_halted = True

    def note(self, problem: str) -> None:
        """Keep what kept some copies back; the same words are kept once."""
        self._problems[problem] = None

    def tally(self) -> RunTally:
        """Return how it went."""
        counts = {str(end): count for end, count in self._counts.items()}
        problems = tuple(words for words in self._problems if words != self._paused)
        return RunTally(**counts, paused=self._paused, problems=problems)


def end_of(outcome: Outcome) -> CopyEnd:
    """Return what an attempt's outcome is counted as."""
    match outcome:
        case Accepted():
            return CopyEnd.ACCEPTED
        case Deferred():
            return CopyEnd.DEFERRED
        case Refused():
            return CopyEnd.REFUSED
        case Uncertain():
            return CopyEnd.UNCERTAIN
