"""Which sources are to be asked, in which order, and what is reported of each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import Connection

from digest.gather.items.reading import Skipped
from digest.model.campaigns.campaign import Source
from digest.model.campaigns.source_health import SourceState
from digest.store.campaigns import sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.sources import SourceRow

_NOT_APPLIED = "it is not in the database yet: run digest campaign apply FILE.toml"


@dataclass(frozen=True, slots=True)
class GatheringRound:
    """A campaign whose sources are to be asked.

    `every` is how often a source that reads well is asked. None asks all but
    those that are paused, or whose servers want to be left alone.
    """

    stored: StoredCampaign
    every: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What reading one source came to.

    `failed` says why it could not be read, `left` why it was not even asked.
    `pictures` says which are left out of posts that are still to go, and why.
    """

    source: str
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicates: int = 0
    passed_over: int = 0
    skipped: tuple[Skipped, ...] = ()
    failed: str = ""
    left: str = ""
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class SourceCall:
    """A source to ask, or (`left`) what is reported of one that is left alone."""

    stored: StoredCampaign
    source: Source
    row: SourceRow | None
    left: SourceReport | None = None

    @property
    def host(self) -> str:
        """The host that is asked first; empty where that is none."""
        location = (self.row and self.row.moved_to) or self.source.location
        try:
            return httpx.URL(location).host
        except httpx.InvalidURL:
            return ""


def calls_of(
    connection: Connection, each: GatheringRound, now: datetime
) -> Iterator[SourceCall]:
    """Yield the sources that are due, and where all were wanted those that are not."""
    stored = each.stored
    rows = sources.of_campaign(connection, stored.id)
    for source in stored.campaign.sources:
        row = rows.get(source.name)
        if row is not None and row.health.is_due(now, row.tried_at, each.every):
            yield SourceCall(stored, source, row)
        elif each.every is None:
            yield SourceCall(stored, source, row, _left(source.name, row))


def _left(name: str, row: SourceRow | None) -> SourceReport:
    if row is None:
        return SourceReport(name, failed=_NOT_APPLIED)
    if row.health.state is SourceState.PAUSED:
        return SourceReport(name, left=f"it is paused: {row.health.failure}")
    until = f"{row.health.wait_until:%d %B %H:%M} UTC"
    return SourceReport(name, left=f"its server asks us to wait until {until}")


def _tried_at(call: SourceCall) -> datetime:
    tried = call.row and call.row.tried_at
    return tried or datetime.min.replace(tzinfo=UTC)


def by_host(calls: Iterable[SourceCall]) -> Sequence[Sequence[SourceCall]]:
    """Return the calls in chains, so that none waits in line for another's host.

    The longest come first, for they will end last; in each, and among equals,
    whoever has waited longest.
    """
    chains: dict[object, list[SourceCall]] = {}
    for one in sorted(calls, key=_tried_at):
        chains.setdefault(one.host or one, []).append(one)
    return sorted(chains.values(), key=len, reverse=True)
