"""Read the sources of campaigns side by side, and take what is new into their logs."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import Connection, Engine

from digest.errors import SourceError, StoreError
from digest.gather import limits
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
from digest.model.campaigns.campaign import Source
from digest.model.campaigns.source_health import SourceFailure, SourceState
from digest.model.posts.event_changes import vanished
from digest.model.posts.items import Event
from digest.store.base.engine import reading, writing
from digest.store.campaigns import sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.skipped_items import SkippedItem
from digest.store.campaigns.sources import SourceRow
from digest.store.posts import acceptance, log, positions
from digest.store.posts.recognition import recognised
from digest.store.posts.revisions import standing

logger = logging.getLogger(__name__)

_NOT_APPLIED = (
    "it is not in the database yet: run digest campaign apply FILE.toml; "
    "if it is, digest status says what is amiss with it"
)
_HELD = (
    "is a draft now, and its post is held: let it out with digest post release ID "
    "when it is ready"
)
_NO_TIME = "others took all the time there was; it is among the first next time"
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GatheringRound:
    """A campaign whose sources are to be read.

    `every` is how often a source that reads well is read. None reads all but
    those that are paused, or whose servers want to be left alone.
    """

    stored: StoredCampaign
    every: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What reading one source came to.

    `failed` says why it could not be read, `not_read` why it was not even asked.
    `pictures` says which are left out of posts that are still to go, and why.
    """

    source: str
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicates: int = 0
    passed_over: int = 0
    old: int = 0
    skipped: tuple[SkippedItem, ...] = ()
    failed: str = ""
    not_read: str = ""
    pictures: tuple[str, ...] = ()


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
    rounds = list(rounds)
    with reading(engine) as connection:
        calls = [call for each in rounds for call in _calls(connection, each, now)]
    gathering = _Gathering(engine, fetcher, now, time.monotonic() + seconds)
    chains = _by_host(call for call in calls if call.report is None)
    threads = min(limits.SOURCES_AT_ONCE, len(chains)) or 1
    with ThreadPoolExecutor(threads, "source") as pool:
        done = list(pool.map(gathering.read_in_turn, chains))
    reports = {call: report for chain in done for call, report in chain}
    pictures = bring_all(engine, fetcher, [each.stored for each in rounds], now)
    by_campaign: dict[str, list[SourceReport]] = {}
    for call in calls:
        name = call.stored.campaign.name
        report = call.report or reports[call]
        left_out = pictures[name].get(report.source, ())
        report = replace(report, pictures=left_out)
        by_campaign.setdefault(name, []).append(report)
    return {name: tuple(reports) for name, reports in by_campaign.items()}


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


@dataclass(frozen=True, eq=False, slots=True)
class _SourceCall:
    """A source to read, or the `report` of one that is left alone."""

    stored: StoredCampaign
    source: Source
    row: SourceRow | None
    report: SourceReport | None = None

    @property
    def host(self) -> str:
        """The host that is asked first; empty where that is none."""
        location = (self.row and self.row.moved_to) or self.source.location
        try:
            return httpx.URL(location).host
        except httpx.InvalidURL:
            return ""


def _calls(
    connection: Connection, each: GatheringRound, now: datetime
) -> Iterator[_SourceCall]:
    """Yield the sources that are due, and where all are to be read the others too."""
    stored = each.stored
    rows = sources.of_campaign(connection, stored.id)
    for source in stored.campaign.sources:
        row = rows.get(source.name)
        if row is not None and row.health.is_due(now, row.tried_at, each.every):
            yield _SourceCall(stored, source, row)
        elif each.every is None:
            yield _SourceCall(stored, source, row, _not_due(source.name, row))


def _not_due(name: str, row: SourceRow | None) -> SourceReport:
    if row is None:
        return SourceReport(name, failed=_NOT_APPLIED)
    if row.health.state is SourceState.PAUSED:
        return SourceReport(name, not_read=f"it is paused: {row.health.failure}")
    until = f"{row.health.wait_until:%d %B %H:%M} UTC"
    return SourceReport(name, not_read=f"its server asks us to wait until {until}")


def _by_host(calls: Iterable[_SourceCall]) -> Sequence[Sequence[_SourceCall]]:
    """Return the calls in chains, so that none waits in line for another's host.

    The longest come first, for they will end last; in each, and among equals,
    whoever has waited longest.
    """
    chains: dict[object, list[_SourceCall]] = {}
    for call in sorted(
        calls, key=lambda call: (call.row and call.row.tried_at) or _NEVER
    ):
        chains.setdefault(call.host or call, []).append(call)
    return sorted(chains.values(), key=len, reverse=True)


@dataclass(frozen=True)
class _Gathering:
    """One gathering, shared by its threads."""

    engine: Engine
    fetcher: Fetcher
    now: datetime
    until: float  # by the monotonic clock
    _accepting: threading.Lock = field(default_factory=threading.Lock)

    def read_in_turn(
        self, chain: Sequence[_SourceCall]
    ) -> list[tuple[_SourceCall, SourceReport]]:
        """Read the sources of one host; if it is not there, leave it alone soon."""
        reports, silences = [], 0
        for call in chain:
            if call.row is None:
                continue
            if time.monotonic() >= self.until:
                report = SourceReport(call.source.name, not_read=_NO_TIME)
                reports.append((call, report))
                continue
            with self.fetcher.permits.working():
                outcome = (
                    attempt(call.source, self._visit(call, call.row))
                    if silences < limits.TRIES_OF_A_DEAD_HOST
                    else _dead_host(call)
                )
                is_dead = (
                    isinstance(outcome, UnreachableError) and outcome.host == call.host
                )
                silences = silences + 1 if is_dead else 0
                # One writer at a time, without a fight over the database's lock.
                with self._accepting:
                    reports.append((call, self._settled(call, call.row, outcome)))
        return reports

    def _visit(self, call: _SourceCall, row: SourceRow) -> SourceVisit:
        campaign = call.stored.campaign
        memory = {
            field.name: getattr(row, field.name) for field in fields(SourceMemory)
        }
        return SourceVisit(
            self.fetcher,
            SourceMemory(**memory),
            zone=campaign.timezone,
            language=campaign.language,
            contact=campaign.reply_to or campaign.sender_address,
            now=self.now,
            since=max(self.now, campaign.begins or self.now),
            first_day=campaign.starts,
            last_day=campaign.ends,
            is_first_contact=row.is_first_contact,
        )

    def _settled(
        self, call: _SourceCall, row: SourceRow, outcome: Reading | SourceError
    ) -> SourceReport:
        if isinstance(outcome, SourceError):
            return self._failed(call, row, outcome)
        try:
            return self._accepted(call, row, outcome)
        except StoreError:
            raise
        except Exception as problem:
            # Nor may what it holds, where the log cannot keep that.
            logger.exception("source broke the log source=%s", call.source.name)
            return self._failed(call, row, _fault(call.source, problem))

    def _accepted(
        self, call: _SourceCall, row: SourceRow, outcome: Reading
    ) -> SourceReport:
        origin = acceptance.AcceptanceOrigin(
            call.stored.id, row.id, call.source, row.is_first_contact
        )
        counts = acceptance.AcceptanceCounts()
        with writing(self.engine) as connection:
            if not outcome.unchanged:
                outcome = _recognised(connection, call, row, outcome)
                outcome = _without_drafts(connection, row.id, outcome, self.now)
                updates = _updates(connection, row.id, outcome)
                counts = acceptance.accept(
                    connection, origin, outcome.items, self.now, updates
                )
            is_well_again = sources.note_read(
                connection,
                row,
                self.now,
                asdict(outcome.memory),
                None if outcome.unchanged else outcome.skipped,
            )
            if is_well_again:
                _log(logging.INFO, "source reads well again", call)
        if outcome.memory.moved_to not in {"", row.moved_to}:
            _log(logging.WARNING, "source has moved for good", call)
        return SourceReport(call.source.name, **asdict(counts), skipped=outcome.skipped)

    def _failed(
        self, call: _SourceCall, row: SourceRow, problem: SourceError
    ) -> SourceReport:
        health = row.health.after_failure(_failure(problem, row), self.now)
        with writing(self.engine) as connection:
            is_ours = sources.note_failed(connection, row, self.now, health)
        if is_ours and health.state is not row.health.state:
            _log(logging.WARNING, f"source is {health.state}", call)
        return SourceReport(call.source.name, failed=str(problem))


def _recognised(
    connection: Connection, call: _SourceCall, row: SourceRow, outcome: Reading
) -> Reading:
    """Return the reading with the keys that its posts have in the log."""
    if outcome.identity is None:
        return outcome
    positions.lock(connection, call.stored.id)  # nobody else reads it meanwhile
    recognition = recognised(connection, row.id, outcome.identity, call.source.known_by)
    remarks = (SkippedItem("ids", why, is_part=True) for why in recognition.remarks)
    return replace(
        outcome, items=recognition.posts, skipped=(*outcome.skipped, *remarks)
    )


def _without_drafts(
    connection: Connection, source_id: int, outcome: Reading, now: datetime
) -> Reading:
    """Hold what came in, and is kept back since; tell of each."""
    rows = standing(connection, source_id) if outcome.drafts else {}
    remarks = []
    for key in outcome.drafts:
        row = rows.get(key)
        if row is None:
            continue
        is_released = row.position is not None
        if row.held_at or (is_released and log.hold(connection, row.id, now)):
            remarks.append(SkippedItem(key, _HELD, is_part=True))
    return replace(outcome, skipped=(*outcome.skipped, *remarks))


def _updates(
    connection: Connection, source_id: int, outcome: Reading
) -> tuple[Event, ...]:
    """Return what puts right known events; those that were dropped as cancelled."""
    if outcome.covers is None:
        return outcome.updates
    since, until = outcome.covers
    expected = [
        event
        for event in acceptance.expected(connection, source_id, since)
        if event.starts < until and not outcome.is_silent_on(event.key)
    ]
    return (
        *outcome.updates,
        *vanished(expected, (*outcome.items, *outcome.updates)),
    )


def _failure(problem: SourceError, row: SourceRow) -> SourceFailure:
    match problem:
        case GoneError():
            # Gone from where it had moved to: its own address is asked once more.
            return SourceFailure(str(problem), is_gone=not row.moved_to)
        case BusyError(seconds=int(seconds)):
            return SourceFailure(str(problem), wait=timedelta(seconds=seconds))
        case _:
            return SourceFailure(str(problem))


def _dead_host(call: _SourceCall) -> SourceError:
    why = "it was not asked, for its host did not answer for two other sources"
    return UnreachableError(f"{call.source.location} cannot be read: {why}", call.host)


def _fault(source: Source, problem: Exception) -> SourceError:
    return SourceError(
        f"{source.location} cannot be taken in, which is a fault of this program "
        f"({type(problem).__name__}); its log says where"
    )


def _log(level: int, event: str, call: _SourceCall) -> None:
    name = call.stored.campaign.name
    logger.log(level, "%s campaign=%s source=%s", event, name, call.source.name)
