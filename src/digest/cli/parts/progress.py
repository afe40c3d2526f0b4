"""How a run is getting on: a bar for a person, lines for a log, JSON for a program."""

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from digest.cli.parts.options import result, talk
from digest.deliver.sending.run_state import CopyEnd
from digest.model.delivery.eta import (
    LimitUse,
    ThroughputWindow,
    TimeRemaining,
    outlook,
    seconds_left,
)
from digest.schedule.delivery.worker import WorkReport

_BAR_SECONDS, _JSON_SECONDS, _LINE_SECONDS = 0.5, 1.0, 10.0
Show = Callable[["RunProgress"], None]


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is: emails that have had their turn, of those that were due."""

    ended: int
    total: int
    counts: dict[str, int]
    rate: float | None
    seconds_left: float | None
    outlook: str

    def in_words(self) -> str:
        """Return it as one line."""
        return f"{self.ended:,} of {self.total:,} emails; {self.outlook}"


class ProgressTracker:
    """Counts emails as their turns end: in one thread, and read in another.

    `allowances` says what all machines have used of the limits by then.
    """

    def __init__(
        self,
        total: int,
        allowances: Callable[[], Sequence[LimitUse]] = tuple,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._total = total
        self._allowances = allowances
        self._clock = clock
        self._counts = Counter[str]()
        self._throughput = ThroughputWindow()
        self._throughput.note(clock(), 0)

    def __call__(self, end: str) -> None:
        """Count one."""
        self._counts[end] += 1

    def standing(self) -> RunProgress:
        """Return how far it is now."""
        counts = {end.value: self._counts[end] for end in CopyEnd}
        ended = sum(counts.values())
        self._throughput.note(self._clock(), ended)
        rate = self._throughput.rate
        total = max(self._total, ended)
        remaining = TimeRemaining(total - ended, counts[CopyEnd.DEFERRED])
        used = self._allowances()
        words = outlook(remaining, rate, used)
        if remaining.ready and rate == 0 and used:
            words += f" (the limits are {', '.join(str(use.limit) for use in used)})"
        return RunProgress(
            ended=ended,
            total=total,
            counts=counts,
            rate=rate,
            seconds_left=seconds_left(remaining, rate, used),
            outlook=words,
        )


@contextmanager
def bar(tracker: ProgressTracker) -> Iterator[None]:
    """Draw a bar on the terminal while the block runs, and take it away after."""
    from rich.console import Console
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    with Live(console=Console(stderr=True), transient=True) as drawn:

        def show(progress: RunProgress) -> None:
            two_lines = Table.grid()
            two_lines.add_row(
                ProgressBar(max(progress.total, 1), progress.ended, width=60)
            )
            two_lines.add_row(Text(progress.in_words()))
            drawn.update(two_lines)

        with _showing(tracker, show, _BAR_SECONDS):
            yield


@contextmanager
def lines(tracker: ProgressTracker) -> Iterator[None]:
    """Say on stderr every ten seconds how it goes."""

    def show(progress: RunProgress) -> None:
        talk(progress.in_words())

    with _showing(tracker, show, _LINE_SECONDS):
        yield


@contextmanager
def json_lines(tracker: ProgressTracker) -> Iterator[None]:
    """Write one JSON object a second to stdout, each on a line of its own."""

    def show(progress: RunProgress) -> None:
        facts = asdict(progress)
        write_json({"event": "progress", **facts.pop("counts"), **facts})

    with _showing(tracker, show, _JSON_SECONDS):
        yield
    show(tracker.standing())


def worked_json(worked: WorkReport) -> None:
    """Write what a round came to as one JSON object on a line."""
    write_json({"event": "worked", **worked.facts()})


def write_json(facts: dict[str, Any]) -> None:
    """Write one JSON object on a line, at once."""
    result(json.dumps(facts, ensure_ascii=False, default=str))
    sys.stdout.flush()


@contextmanager
def _showing(tracker: ProgressTracker, show: Show, seconds: float) -> Iterator[None]:
    has_ended = threading.Event()

    def show_on() -> None:
        while not has_ended.wait(seconds):
            show(tracker.standing())

    thread = threading.Thread(target=show_on, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        has_ended.set()
        thread.join()
