"""How many a schedule's next edition is for, by how they are reached."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from threading import Lock

from sqlalchemy import Connection

from digest.model.formats import Format
from digest.model.people.channel_choice import ReaderFacts, Served, resolve
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.reports.people.expected_readers import readers_of_schedules
from digest.web import limits
from digest.web.parts.tints import UNREACHED, tint_of


@dataclass(frozen=True, slots=True)
class ExpectedReaders:
    """Readers of a schedule by the format that each would get, and who gets none."""

    by_format: Mapping[Format, int] = field(default_factory=dict)
    unreachable: int = 0

    @property
    def shares(self) -> list[tuple[int, str, str]]:
        """Them as shares of all, each with its tint, by which they are in order."""
        rows = [
            (count, f"by {fmt.words}", tint_of(fmt.words))
            for fmt, count in self.by_format.items()
        ]
        rows.sort(key=itemgetter(2))
        if self.unreachable:
            rows.append((self.unreachable, "cannot be reached", UNREACHED))
        return rows

    @property
    def in_words(self) -> str:
        """Them in a line, by channel; "" for nobody."""
        channels = Counter[str]()
        for fmt, count in self.by_format.items():
            channels[str(fmt.channel)] += count
        return ", ".join(f"{count:,} by {name}" for name, count in channels.items())


class ScheduleReaders:
    """Counts the readers of schedules that come up; kept for a minute.

    To count all takes a while where they are many, and Today is looked at often.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._counted_at: datetime | None = None
        self._schedule_ids: tuple[int, ...] = ()
        self._readers: dict[int, ExpectedReaders] = {}

    def of(
        self,
        connection: Connection,
        stored: Sequence[StoredCampaign],
        schedule_ids: Sequence[int],
        now: datetime,
    ) -> dict[int, ExpectedReaders]:
        """Return the readers of these schedules, by schedule."""
        wanted = tuple(sorted(schedule_ids))
        with self._lock:
            at = self._counted_at
            is_fresh = at and at <= now < at + limits.EXPECTED_READERS_KEPT
            if is_fresh and wanted == self._schedule_ids:
                return self._readers
        counted = readers_of_schedules(connection, stored, wanted, now)
        readers = {number: _expected(facts) for number, facts in counted.items()}
        with self._lock:
            self._counted_at, self._schedule_ids = now, wanted
            self._readers = readers
        return readers


def _expected(facts: Counter[ReaderFacts]) -> ExpectedReaders:
    by_format, unreachable = Counter[Format](), 0
    for kind, count in facts.items():
        served = resolve(kind)
        if isinstance(served, Served):
            by_format[served.format] += count
        else:
            unreachable += count
    return ExpectedReaders(by_format, unreachable)
