"""A campaign's log: items accepted, then released to positions never reused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from digest.errors import NotFound
from digest.model.campaigns import Source
from digest.model.items import Event, Item
from digest.model.wire import fingerprint, item_from_wire, to_wire
from digest.store.tables import campaign, edition, item, source

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


@dataclass(frozen=True, slots=True)
class Counts:
    """What accepting a source's items came to."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """The source that items come from, by its row and as its campaign says."""

    campaign_id: int
    source_id: int
    source: Source
    is_first_contact: bool


def accept(
    connection: Connection, origin: Origin, items: Sequence[Item], now: datetime
) -> Counts:
    """Take what a source holds into the log; the same items twice change nothing.

    New items are released at once, unless the source is moderated or they are
    older than the first contact was to take. Other words for an item are a
    revision: in place until an edition that carries it is frozen, and kept
    beside it after that. `items` must have distinct keys.
    """
    known = {
        row.key: row
        for row in connection.execute(
            select(item).where(item.c.source_id == origin.source_id)
        )
    }
    fresh = [one for one in items if one.key not in known]
    seen = [one for one in items if one.key in known]
    revised = [one for one in seen if _revise(connection, origin, one, known[one.key])]
    _insert(connection, origin, fresh, now)
    return Counts(len(fresh), len(revised), len(seen) - len(revised))


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
    row = _row(connection, item_id)
    if row.position is not None or row.withdrawn_at is not None:
        return False
    first = _next_positions(connection, row.campaign_id, 1)
    connection.execute(
        update(item)
        .where(item.c.id == item_id, item.c.position.is_(None))
        .values(position=first, released_at=now, held_at=None, passed_over=False)
    )
    return True


def hold(connection: Connection, item_id: int, now: datetime) -> bool:
    """Take an item back from release; False where an edition has carried it.

    Its position is given up for good: a later release gives it a new one.
    """
    row = _row(connection, item_id)
    if row.position is not None and row.position <= _frozen(
        connection, row.campaign_id
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


def _revise(connection: Connection, origin: Origin, one: Item, row: Row[Any]) -> bool:
    mark = fingerprint(one)
    if mark in (row.fingerprint, row.revision_fingerprint):
        return False
    fixed = row.position is not None and row.position <= _frozen(
        connection, origin.campaign_id
    )
    values = (
        {"revision": to_wire(one), "revision_fingerprint": mark}
        if fixed
        else {
            "content": to_wire(one),
            "fingerprint": mark,
            "topics": _topics(origin, one),
        }
    )
    connection.execute(update(item).where(item.c.id == row.id).values(values))
    return True


def _insert(
    connection: Connection, origin: Origin, fresh: Sequence[Item], now: datetime
) -> None:
    if not fresh:
        return
    in_order = sorted(fresh, key=lambda one: _published(one, now))
    wanted = origin.source.first.last
    passed = 0
    if origin.is_first_contact and wanted is not None:
        passed = max(0, len(in_order) - wanted)
    free = [] if origin.source.moderated else in_order[passed:]
    first = _next_positions(connection, origin.campaign_id, len(free))
    positions = {one.key: first + n for n, one in enumerate(free)}
    skipped = {one.key for one in in_order[:passed]}
    connection.execute(
        insert(item),
        [
            {
                "campaign_id": origin.campaign_id,
                "source_id": origin.source_id,
                "key": one.key,
                "position": positions.get(one.key),
                "content": to_wire(one),
                "fingerprint": fingerprint(one),
                "topics": _topics(origin, one),
                "accepted_at": now,
                "released_at": now if one.key in positions else None,
                "passed_over": one.key in skipped,
            }
            for one in in_order
        ],
    )


def _next_positions(connection: Connection, campaign_id: int, count: int) -> int:
    # The update holds the campaign's row until the end of the transaction, so
    # a lower position never becomes visible after a higher one.
    last: int = connection.scalars(
        update(campaign)
        .where(campaign.c.id == campaign_id)
        .values(last_position=campaign.c.last_position + count)
        .returning(campaign.c.last_position)
    ).one()
    return last - count + 1


def _frozen(connection: Connection, campaign_id: int) -> int:
    found = select(func.max(edition.c.upto)).where(
        edition.c.campaign_id == campaign_id,
        or_(edition.c.state != "cancelled", edition.c.planned_at.is_not(None)),
    )
    return connection.scalar(found) or 0


def _topics(origin: Origin, one: Item) -> list[str]:
    return list(dict.fromkeys((*origin.source.topics, *one.topics)))


def _published(one: Item, now: datetime) -> datetime:
    if isinstance(one, Event):
        return now
    return one.published or now


def _state(row: Row[Any]) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.held_at is not None:
        return "held"
    if row.position is not None:
        return "released"
    return "passed over" if row.passed_over else "waiting"


def _row(connection: Connection, item_id: int) -> Row[Any]:
    row = connection.execute(select(item).where(item.c.id == item_id)).first()
    if row is None:
        raise NotFound(
            f"there is no post {item_id}; see them with: digest post list CAMPAIGN"
        )
    return row
