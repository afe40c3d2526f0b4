"""Read every source of a campaign, and take what is new into its log."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine

from digest.errors import SourceError
from digest.gather.document import Memory
from digest.gather.fetch import Fetcher
from digest.gather.reading import Reading, Skipped, Visit
from digest.gather.registry import READERS
from digest.model.campaigns import Source
from digest.store import acceptance, sources
from digest.store.campaigns import StoredCampaign
from digest.store.engine import reading, writing

logger = logging.getLogger(__name__)

_AT_ONCE = 8
_NOT_APPLIED = "it is not in the database yet: run digest campaign apply FILE.toml"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What reading one source came to; `failed` says why it could not be read."""

    source: str
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicates: int = 0
    passed_over: int = 0
    skipped: tuple[Skipped, ...] = ()
    failed: str = ""


def gather(
    engine: Engine, fetcher: Fetcher, stored: StoredCampaign, now: datetime
) -> tuple[SourceReport, ...]:
    """Read the campaign's sources side by side and accept what they hold.

    No transaction is open while a source is read. A source that fails is
    reported, and the others go on.
    """
    campaign = stored.campaign
    with reading(engine) as connection:
        rows = sources.of_campaign(connection, stored.id)
    known = [one for one in campaign.sources if one.name in rows]
    contact = campaign.reply_to or campaign.sender_address

    def read(source: Source) -> Reading | SourceError:
        row = rows[source.name]
        memory = Memory(row.etag, row.last_modified)
        return attempt(source, Visit(fetcher, memory, campaign.timezone, contact))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = dict(
            zip((one.name for one in known), pool.map(read, known), strict=True)
        )
    reports = []
    for one in campaign.sources:
        if row := rows.get(one.name):
            origin = acceptance.Origin(stored.id, row.id, one, row.is_first_contact)
            reports.append(_take(engine, origin, row, found[one.name], now))
        else:
            reports.append(SourceReport(one.name, failed=_NOT_APPLIED))
    return tuple(reports)


def attempt(source: Source, visit: Visit) -> Reading | SourceError:
    """Return what the source holds, or why it could not be read; stores nothing."""
    try:
        return READERS[source.kind](source, visit)
    except SourceError as problem:
        return problem
    except Exception as problem:
        # A parser's own fault in one source must not cost the others.
        logger.exception("source broke its reader source=%s", source.name)
        return SourceError(
            f"{source.location} made its reader fail, which is a fault of this program "
            f"({type(problem).__name__}); its log says where"
        )


def _take(
    engine: Engine,
    origin: acceptance.Origin,
    row: sources.SourceRow,
    found: Reading | SourceError,
    now: datetime,
) -> SourceReport:
    name = origin.source.name
    with writing(engine) as connection:
        if isinstance(found, SourceError):
            sources.note_failed(connection, row, now, str(found))
            logger.warning("source failed source=%s", name)
            return SourceReport(name, failed=str(found))
        counts = acceptance.accept(connection, origin, found.items, now)
        memory = found.memory
        sources.note_read(connection, row, now, (memory.etag, memory.last_modified))
    return SourceReport(name, **asdict(counts), skipped=found.skipped)
