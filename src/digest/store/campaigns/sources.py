"""Sources as they have been read: what to ask with, and how each of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from digest.errors import NotFound, UnreadableError
from digest.model.campaigns.source_health import HEALTHY, SourceHealth, SourceState
from digest.model.webhooks import WebhookKind
from digest.store.base.asked_together import Asked
from digest.store.base.row_faults import read_each_of
from digest.store.base.tables import campaign, source
from digest.store.campaigns.skipped_items import SkippedItem, from_text, to_text
from digest.store.campaigns.source_rows import BY_HAND
from digest.store.staff.audit import Act, record
from digest.store.webhooks.outbox import tell


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source's row: its id, what is remembered of its readings, how it stands.

    `moved_to` is where it has gone for good, empty while it is at `location`.
    `page_memory` is what the reader of a page remembers. `skipped` is what the last
    reading could not take, and `skipped_at` since when that has been so.
    """

    id: int
    name: str
    kind: str
    location: str
    etag: str
    last_modified: str
    moved_to: str
    page_memory: str
    first_read_at: datetime | None
    last_read_at: datetime | None
    last_failed_at: datetime | None
    health: SourceHealth
    skipped: tuple[SkippedItem, ...] = ()
    skipped_at: datetime | None = None

    @property
    def is_first_contact(self) -> bool:
        """Whether it has never been read."""
        return self.first_read_at is None

    @property
    def tried_at(self) -> datetime | None:
        """When it was last asked, whatever it answered."""
        tried = [at for at in (self.last_read_at, self.last_failed_at) if at]
        return max(tried, default=None)


def of_campaign(connection: Connection, campaign_id: int) -> dict[str, SourceRow]:
    """Return the campaign's sources by name, those that have ended left out.

    And those that cannot be read; see `unreadable`.
    """
    return {row.name: row for row in _read_each(connection, campaign_id)[0]}


def unreadable(connection: Connection, campaign_id: int) -> list[UnreadableError]:
    """Return which of the campaign's sources have rows that cannot be read."""
    names = select(source.c.name)
    return [
        UnreadableError(
            f"What is kept of the source "
            f"{connection.scalar(names.where(source.c.id == row_id))} (row {row_id}) "
            f"cannot be read, so it is not asked: {why}.",
            "Take it out of the campaign file, apply that, and put it in under "
            "another name.",
        )
        for row_id, why in _read_each(connection, campaign_id)[1].items()
    ]


def _read_each(
    connection: Connection, campaign_id: int
) -> tuple[list[SourceRow], dict[int, str]]:
    readable, faults = read_each_of(
        connection,
        _rows,
        (source.c.campaign_id, campaign_id),
        source.c.id,
        _understood,
    )
    readable.sort(key=lambda row: row.name)
    return readable, faults


def _rows(_connection: Connection) -> Select[Any]:
    return select(source).where(source.c.ended_at.is_(None), source.c.kind != BY_HAND)


# What is asked of every source, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_rows,),)


def by_name(connection: Connection, campaign_id: int, name: str) -> SourceRow:
    """Return the campaign's source of that name. Raises NotFound listing them."""
    rows = of_campaign(connection, campaign_id)
    if name not in rows:
        there = ", ".join(rows) or "none yet"
        raise NotFound(f'no source is called "{name}"; there are: {there}')
    return rows[name]


def note_read(
    connection: Connection,
    row: SourceRow,
    now: datetime,
    memory: dict[str, str],
    skipped: Sequence[SkippedItem] | None = None,
) -> bool:
    """Keep that the source was read; return whether that ended its trouble.

    `memory` is what to remember: etag, last_modified, moved_to and page_memory;
    `skipped` what could not be taken, None where the source has not changed.
    """
    first = {"first_read_at": now} if row.is_first_contact else {}
    connection.execute(
        update(source).where(source.c.id == row.id).values(last_read_at=now, **first)
    )
    values: dict[str, Any] = {name: words or None for name, words in memory.items()}
    if skipped is not None and to_text(skipped) != to_text(row.skipped):
        values |= {"skipped": to_text(skipped) or None, "skipped_at": now}
    is_settled = _settle(connection, row, HEALTHY, values)
    return is_settled and row.health.state is not SourceState.ACTIVE


def note_failed(
    connection: Connection, row: SourceRow, now: datetime, health: SourceHealth
) -> bool:
    """Keep that the source could not be read, and how it stands now.

    Return False where somebody else has moved it meanwhile. An address to which
    it had moved is forgotten: the next reading starts at its own again.
    """
    connection.execute(
        update(source).where(source.c.id == row.id).values(last_failed_at=now)
    )
    afresh = {"etag": None, "last_modified": None, "moved_to": None}
    is_settled = _settle(connection, row, health, afresh if row.moved_to else {})
    was, paused = row.health.state, SourceState.PAUSED
    if is_settled and health.state is paused and was is not paused:
        _record(connection, "paused", row, health, now)
        tell(
            connection,
            WebhookKind.SOURCE_SILENT,
            now,
            lambda: [_facts(connection, row, health)],
        )
    return is_settled


def _facts(
    connection: Connection, row: SourceRow, health: SourceHealth
) -> dict[str, object]:
    """Return what webhooks say of a source."""
    name = connection.scalar(
        select(campaign.c.name)
        .join(source, source.c.campaign_id == campaign.c.id)
        .where(source.c.id == row.id)
    )
    return {"campaign": name, "source": row.name, "why": health.failure}


def resume(connection: Connection, row: SourceRow, now: datetime) -> bool:
    """Let a source in trouble be asked at once; return whether it was in any."""
    if row.health.state is SourceState.ACTIVE:
        return False
    health = row.health.resumed(now)
    is_resumed = _settle(connection, row, health, {})
    if is_resumed:
        _record(connection, "resumed", row, health, now)
    return is_resumed


def _record(
    connection: Connection,
    verb: str,
    row: SourceRow,
    health: SourceHealth,
    now: datetime,
) -> None:
    act = Act(
        verb,
        connection.scalar(select(source.c.campaign_id).where(source.c.id == row.id)),
        subject=f"source {row.name}",
        before={"state": row.health.state},
        after={"state": health.state},
    )
    record(connection, act, now)


def _settle(
    connection: Connection, row: SourceRow, health: SourceHealth, memory: dict[str, Any]
) -> bool:
    """Give a source its state: the one place where that is done.

    What is kept of it was found at its address as we knew it, and counts on
    from the state we knew: if either has changed, nothing is done.
    """
    done = connection.execute(
        update(source)
        .where(
            source.c.id == row.id,
            source.c.location == row.location,
            source.c.state == row.health.state,
            source.c.failures == row.health.failures,
        )
        .values(
            **memory,
            state=health.state,
            failures=health.failures,
            failing_since=health.failing_since,
            next_try_at=health.next_try_at,
            wait_until=health.wait_until,
            failure=health.failure or None,
        )
    )
    return done.rowcount == 1


def _understood(row: Row[Any]) -> SourceRow:
    health = SourceHealth(
        SourceState(row.state),
        row.failures,
        row.failing_since,
        row.next_try_at,
        row.wait_until,
        row.failure or "",
    )
    return SourceRow(
        id=row.id,
        name=row.name,
        kind=row.kind,
        location=row.location,
        etag=row.etag or "",
        last_modified=row.last_modified or "",
        moved_to=row.moved_to or "",
        page_memory=row.page_memory or "",
        first_read_at=row.first_read_at,
        last_read_at=row.last_read_at,
        last_failed_at=row.last_failed_at,
        health=health,
        skipped=from_text(row.skipped),
        skipped_at=row.skipped_at,
    )
