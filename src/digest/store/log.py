"""A campaign's log: what is released, in order, and what staff do with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from digest.errors import NotFound
from digest.model.items import Item
from digest.model.wire import item_from_wire
from digest.store import positions
from digest.store.tables import item, source

MAX = 2**62


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A released item at its position in the log."""

    id: int
    position: int
    item: Item
    fingerprint: str
    topics: tuple[str, ...]
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item as staff see it in a list, whatever has become of it."""

    id: int
    position: int | None
    source: str
    title: str
    state: str
    accepted_at: datetime


def released(
    connection: Connection, campaign_id: int, since: int, upto: int = MAX
) -> list[LogEntry]:
    """Return the log in (since, upto], in order; withdrawn items left out."""
    rows = connection.execute(
        select(item)
        .where(
            item.c.campaign_id == campaign_id,
            item.c.position > since,
            item.c.position <= upto,
            item.c.withdrawn_at.is_(None),
        )
        .order_by(item.c.position)
    )
    return [
        LogEntry(
            row.id,
            row.position,
            item_from_wire(row.content),
            row.fingerprint,
            tuple(row.topics),
            row.accepted_at,
        )
        for row in rows
    ]


def listed(connection: Connection, campaign_id: int) -> list[ListedItem]:
    """Return every item of a campaign, newest first."""
    rows = connection.execute(
        select(item, source.c.name.label("source_name"))
        .join(source, source.c.id == item.c.source_id)
        .where(item.c.campaign_id == campaign_id)
        .order_by(item.c.id.desc())
    )
    return [
        ListedItem(
            row.id,
            row.position,
            row.source_name,
            item_from_wire(row.content).title,
            _state(row),
            row.accepted_at,
        )
        for row in rows
    ]


def release(connection: Connection, item_id: int, now: datetime) -> bool:
    """Release a waiting or held item; False where it had been released already."""
    row = _locked(connection, item_id)
    if row.position is not None or row.withdrawn_at is not None:
        return False
    position = positions.next_free(connection, row.campaign_id, 1)
    connection.execute(
        update(item)
        .where(item.c.id == item_id)
        .values(position=position, released_at=now, held_at=None, passed_over=False)
    )
    return True


def hold(connection: Connection, item_id: int, now: datetime) -> bool:
    """Take an item back from release; False where an edition has carried it.

    Its position is given up for good: a later release gives it a new one.
    """
    row = _locked(connection, item_id)
    if positions.is_carried(
        row.position, positions.carried(connection, row.campaign_id)
    ):
        return False
    connection.execute(
        update(item)
        .where(item.c.id == item_id)
        .values(position=None, released_at=None, held_at=now)
    )
    return True


def withdraw(connection: Connection, item_id: int, now: datetime) -> bool:
    """Take an item out of every copy not yet handed over; False where it was out."""
    _row(connection, item_id)
    done = connection.execute(
        update(item)
        .where(item.c.id == item_id, item.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    return done.rowcount == 1


def _state(row: Row[Any]) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.held_at is not None:
        return "held"
    if row.position is not None:
        return "released"
    return "passed over" if row.passed_over else "waiting"


def _locked(connection: Connection, item_id: int) -> Row[Any]:
    """Return the item's row as it stands while its campaign's row is held."""
    positions.lock(connection, _row(connection, item_id).campaign_id)
    return _row(connection, item_id)


def _row(connection: Connection, item_id: int) -> Row[Any]:
    row = connection.execute(select(item).where(item.c.id == item_id)).first()
    if row is None:
        raise NotFound(
            f"there is no post {item_id}; see them with: digest post list CAMPAIGN"
        )
    return row
