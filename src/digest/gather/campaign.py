"""Read the sources of campaigns side by side, and take what is new into their logs."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from digest.errors import SourceError, StoreError
from digest.gather import limits
from digest.gather.calls import (
    GatheringRound,
    SourceCall,
    SourceReport,
    by_host,
    calls_of,
)
from digest.gather.fetching.document import (
    BusyError,
    GoneError,
    SourceMemory,
    UnreachableError,
)
from digest.gather.fetching.fetch import Fetcher
from digest.gather.items.reading import Reading, SourceVisit
from digest.gather.pictures.round import bring_all
from digest.gather.registry import READERS
from digest.gather.updates import updates
from digest.model.campaigns.campaign import Source
from digest.model.campaigns.source_health import SourceFailure
from digest.store.base.engine import reading, writing
from digest.store.campaigns import sources
from digest.store.campaigns.skipped_items import SkippedItem
from digest.store.campaigns.sources import SourceRow
from digest.store.posts import acceptance

logger = logging.getLogger(__name__)

_REMEMBERED = [one.name for one in fields(SourceMemory)]
_NO_TIME = "others took all the time there was; it is among the first next time"


def gather(
    engine: Engine,
    fetcher: Fetcher,
    rounds: Iterable[GatheringRound],
    now: datetime,
    seconds: float = limits.GATHERING_SECONDS,
) -> dict[str, tuple[SourceReport, ...]]:
    """Read the sources that are due and accept what they hold, each when it is read.

    All sources of all these campaigns are read side by side, those of one host
    one after another. No transaction is open while a source is read. A source
    that fails is reported, and the others go on. What has not been begun after
    so many seconds is left for the next time: an edition may be waiting. Returns
    the reports by the campaigns' names. Raises StoreError where the database is
    the trouble.
    """
    with reading(engine) as connection:
        asked = list(rounds)
        calls = [one for each in asked for one in calls_of(connection, each, now)]
    gathering = _Gathering(engine, fetcher, now, time.monotonic() + seconds)
    chains = by_host(one for one in calls if one.left is None)
    with ThreadPoolExecutor(
        min(limits.SOURCES_AT_ONCE, len(chains)) or 1, "source"
    ) as pool:
        done = list(pool.map(gathering.one_by_one, chains))
    told = {call: report for each in done for call, report in each}
    left_out = bring_all(engine, fetcher, [one.stored for one in asked], now)
    reports: dict[str, list[SourceReport]] = {}
    for one in calls:
        name = one.stored.campaign.name
        report = one.left or told[one]
        said = left_out[name].get(report.source, ())
        reports.setdefault(name, []).append(replace(report, pictures=said))
    return {name: tuple(found) for name, found in reports.items()}


def attempt(source: Source, visit: SourceVisit) -> Reading | SourceError:
    """Return what the source holds, or why it could not be read; stores nothing."""
    try:
        return READERS[source.kind](source, visit)
    except SourceError as problem:
        return problem
    except Exception as problem:
        # A parser's own fault in one source must not cost the others.
        logger.exception("source broke its reader source=%s", source.name)
        return _fault(source, problem)


@dataclass(frozen=True)
class _Gathering:
    """One gathering, shared by its threads."""

    engine: Engine
    fetcher: Fetcher
    now: datetime
    until: float  # by the monotonic clock
    _accepting: threading.Lock = field(default_factory=threading.Lock)

    def one_by_one(
        self, chain: Sequence[SourceCall]
    ) -> list[tuple[SourceCall, SourceReport]]:
        """Read the sources of one host; if it is not there, leave it alone soon."""
        reports, dead = [], 0
        for call in chain:
            if call.row is None:
                continue
            if time.monotonic() >= self.until:
                reports.append((call, SourceReport(call.source.name, left=_NO_TIME)))
                continue
            with self.fetcher.slots.held():
                if dead < limits.TRIES_OF_A_DEAD_HOST:
                    found = attempt(call.source, self._visit(call, call.row))
                else:
                    found = _not_asked(call)
                dead = dead + 1 if _is_dead(found, call.host) else 0
                # One writer at a time, without a fight over the database's lock.
                with self._accepting:
                    reports.append((call, self._settled(call, call.row, found)))
        return reports

    def _visit(self, call: SourceCall, row: SourceRow) -> SourceVisit:
        campaign = call.stored.campaign
        return SourceVisit(
            self.fetcher,
            SourceMemory(**{name: getattr(row, name) for name in _REMEMBERED}),
            zone=campaign.timezone,
            contact=campaign.reply_to or campaign.sender_address,
            now=self.now,
            since=max(self.now, campaign.begins or self.now),
            first_day=campaign.starts,
            last_day=campaign.ends,
            is_first_contact=row.is_first_contact,
        )

    def _settled(
        self, call: SourceCall, row: SourceRow, found: Reading | SourceError
    ) -> SourceReport:
        if isinstance(found, SourceError):
            return self._failed(call, row, found)
        try:
            return self._taken(call, row, found)
        except StoreError:
            raise
        except Exception as problem:
            # Nor may what it holds, where the log cannot keep that.
            logger.exception("source broke the log source=%s", call.source.name)
            return self._failed(call, row, _fault(call.source, problem))

    def _taken(self, call: SourceCall, row: SourceRow, found: Reading) -> SourceReport:
        origin = acceptance.AcceptanceOrigin(
            call.stored.id, row.id, call.source, row.is_first_contact
        )
        counts = acceptance.AcceptanceCounts()
        with writing(self.engine) as connection:
            if not found.unchanged:
                known = updates(connection, row.id, found)
                counts = acceptance.accept(
                    connection, origin, found.items, self.now, known
                )
            memory = asdict(found.memory)
            skipped = [
                SkippedItem(one.name, one.why)
                for one in found.skipped
                if not one.passing
            ]
            if sources.note_read(
                connection,
                row,
                self.now,
                memory,
                None if found.unchanged else skipped,
            ):
                _log(logging.INFO, "source reads well again", call)
        if found.memory.moved_to not in {"", row.moved_to}:
            _log(logging.WARNING, "source has moved for good", call)
        return SourceReport(call.source.name, **asdict(counts), skipped=found.skipped)

    def _failed(
        self, call: SourceCall, row: SourceRow, problem: SourceError
    ) -> SourceReport:
        health = row.health.after_failure(_failure(problem, row), self.now)
        with writing(self.engine) as connection:
            is_ours = sources.note_failed(connection, row, self.now, health)
        if is_ours and health.state is not row.health.state:
            _log(logging.WARNING, f"source is {health.state}", call)
        return SourceReport(call.source.name, failed=str(problem))


def _failure(problem: SourceError, row: SourceRow) -> SourceFailure:
    match problem:
        case GoneError():
            # Gone from where it had moved to: its own address is asked once more.
            return SourceFailure(str(problem), is_gone=not row.moved_to)
        case BusyError(seconds=int(seconds)):
            return SourceFailure(str(problem), wait=timedelta(seconds=seconds))
        case _:
            return SourceFailure(str(problem))


def _is_dead(found: Reading | SourceError, host: str) -> bool:
    return isinstance(found, UnreachableError) and found.host == host


def _not_asked(call: SourceCall) -> SourceError:
    words = "it was not asked, for its host did not answer for two other sources"
    return UnreachableError(
        f"{call.source.location} cannot be read: {words}", call.host
    )


def _fault(source: Source, problem: Exception) -> SourceError:
    return SourceError(
        f"{source.location} cannot be taken in, which is a fault of this program "
        f"({type(problem).__name__}); its log says where"
    )


def _log(level: int, happening: str, call: SourceCall) -> None:
    name = call.stored.campaign.name
    logger.log(level, "%s campaign=%s source=%s", happening, name, call.source.name)
