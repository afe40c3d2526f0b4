"""The rows of a campaign's sources, made to match its file; memory is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from digest.model.campaigns.campaign import Source
from digest.model.campaigns.source_health import SourceState
from digest.store.base.tables import source
from digest.store.base.upsert import insert_new

# The source of what staff and programs add by hand; no source of a campaign
# file can have this name, or be of this kind.
BY_HAND = "by hand"
_FORGOTTEN: dict[str, Any] = {
    "etag": None,
    "last_modified": None,
    "moved_to": None,
    "state": SourceState.ACTIVE,
    "failures": 0,
    "failing_since": None,
    "next_try_at": None,
    "wait_until": None,
    "failure": None,
    "skipped": None,
    "skipped_at": None,
}


def apply(
    connection: Connection, campaign_id: int, wanted: Sequence[Source], now: datetime
) -> None:
    """Make the rows match; sources no longer wanted are ended, never deleted.

    A source under another name is the one at that address, and a source at
    another address is the one of that name: both keep their items.
    """
    for in_file in wanted:
        _rename(connection, campaign_id, in_file, [other.name for other in wanted])
    _end_others(connection, campaign_id, [in_file.name for in_file in wanted], now)
    rows = [
        {
            "campaign_id": campaign_id,
            "name": in_file.name,
            "kind": in_file.kind,
            "location": in_file.location,
        }
        for in_file in wanted
    ]
    insert_new(connection, source, rows, key=("campaign_id", "name"))
    for in_file in wanted:
        _move(connection, campaign_id, in_file)


def by_hand(connection: Connection, campaign_id: int) -> int:
    """Return the id of the campaign's source of what is added by hand."""
    row = {
        "campaign_id": campaign_id,
        "name": BY_HAND,
        "kind": BY_HAND,
        "location": "",
    }
    insert_new(connection, source, [row], key=("campaign_id", "name"))
    source_id: int = connection.scalars(
        select(source.c.id).where(
            source.c.campaign_id == campaign_id, source.c.name == BY_HAND
        )
    ).one()
    return source_id


def _rename(
    connection: Connection, campaign_id: int, in_file: Source, wanted: Sequence[str]
) -> None:
    """Give its new name to the source that was read at this address before."""
    of_campaign = source.c.campaign_id == campaign_id
    names = select(source.c.id).where(of_campaign, source.c.name == in_file.name)
    if connection.scalar(names) is not None:
        return
    before = (
        select(source.c.id)
        .where(
            of_campaign,
            source.c.kind == in_file.kind,
            source.c.location == in_file.location,
            source.c.name.not_in(wanted),
        )
        .order_by(source.c.ended_at.is_not(None), source.c.id.desc())
        .limit(1)
    )
    connection.execute(
        update(source)
        .where(source.c.id == before.scalar_subquery())
        .values(name=in_file.name)
    )


def _end_others(
    connection: Connection, campaign_id: int, names: Sequence[str], now: datetime
) -> None:
    connection.execute(
        update(source)
        .where(
            source.c.campaign_id == campaign_id,
            source.c.name.not_in(names),
            source.c.kind != BY_HAND,
            source.c.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def _move(connection: Connection, campaign_id: int, in_file: Source) -> None:
    same = (source.c.campaign_id == campaign_id, source.c.name == in_file.name)
    connection.execute(update(source).where(*same).values(ended_at=None))
    connection.execute(
        update(source)
        .where(
            *same, source.c.kind == in_file.kind, source.c.moved_to == in_file.location
        )
        .values(location=in_file.location, moved_to=None)
    )
    # What a server said at another address says nothing about this one, and
    # nothing there may be known to us: then it is met for the first time.
    connection.execute(
        update(source)
        .where(
            *same,
            (source.c.location != in_file.location) | (source.c.kind != in_file.kind),
        )
        .values(
            kind=in_file.kind,
            location=in_file.location,
            first_read_at=None,
            **_FORGOTTEN,
        )
    )
