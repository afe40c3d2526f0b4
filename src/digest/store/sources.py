"""Sources as they have been read: what to ask with, and how the last reading went."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, update

from digest.store.source_rows import BY_HAND
from digest.store.tables import source


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source's row: its id, and what is remembered of the last reading."""

    id: int
    etag: str
    last_modified: str
    is_first_contact: bool


def of_campaign(connection: Connection, campaign_id: int) -> dict[str, SourceRow]:
    """Return the campaign's sources by name, those that have ended left out."""
    rows = connection.execute(
        select(source).where(
            source.c.campaign_id == campaign_id, source.c.ended_at.is_(None)
        )
    )
    return {
        row.name: SourceRow(
            row.id,
            row.etag or "",
            row.last_modified or "",
            row.first_read_at is None,
        )
        for row in rows
    }


def is_stale(connection: Connection, campaign_id: int, since: datetime) -> bool:
    """Whether any of the campaign's sources was last tried before `since`."""
    tried = func.coalesce(source.c.last_failed_at, source.c.last_read_at)
    found = select(source.c.id).where(
        source.c.campaign_id == campaign_id,
        source.c.ended_at.is_(None),
        source.c.kind != BY_HAND,
        or_(
            tried.is_(None),
            and_(
                func.coalesce(source.c.last_read_at, tried) < since,
                func.coalesce(source.c.last_failed_at, tried) < since,
            ),
        ),
    )
    return connection.execute(found.limit(1)).first() is not None


def note_read(
    connection: Connection, row: SourceRow, now: datetime, validators: tuple[str, str]
) -> None:
    """Keep that the source was read; `validators` are its ETag and Last-Modified."""
    etag, last_modified = validators
    first = {"first_read_at": now} if row.is_first_contact else {}
    connection.execute(
        update(source)
        .where(source.c.id == row.id)
        .values(
            last_read_at=now,
            failure=None,
            etag=etag or None,
            last_modified=last_modified or None,
            **first,
        )
    )


def note_failed(
    connection: Connection, row: SourceRow, now: datetime, why: str
) -> None:
    """Keep that the source could not be read, and why."""
    connection.execute(
        update(source)
        .where(source.c.id == row.id)
        .values(last_failed_at=now, failure=why)
    )
