"""Items accepted into a campaign's log: new, in other words, or as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, null, select, update

from digest.model.campaigns import Source
from digest.model.happenings import corrected
from digest.model.items import Event, Item
from digest.model.wire import fingerprint, item_from_wire, to_wire
from digest.store import positions
from digest.store.tables import item

# What is looked at to tell whether an item has changed; not its content.
_STANDING: list[Any] = [
    item.c.id,
    item.c.key,
    item.c.position,
    item.c.fingerprint,
    item.c.revision_fingerprint,
    item.c.topics,
]


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
    connection: Connection,
    origin: Origin,
    items: Sequence[Item],
    now: datetime,
    updates: Sequence[Item] = (),
) -> Counts:
    """Take what a source holds into the log; the same items twice change nothing.

    New items are released at once, unless the source is moderated or they are
    older than the first contact was to take. Other words for an item are a
    revision: in place until an edition that carries it is frozen, and kept
    beside it after that. `updates` may revise what is known and are never new.
    All of them must have distinct keys.
    """
    positions.lock(connection, origin.campaign_id)
    known = {
        row.key: row
        for row in connection.execute(
            select(*_STANDING).where(item.c.source_id == origin.source_id)
        )
    }
    carried = positions.carried(connection, origin.campaign_id)
    fresh = [one for one in items if one.key not in known]
    seen = [one for one in (*items, *updates) if one.key in known]
    revised = [
        one for one in seen if _revise(connection, origin, one, known[one.key], carried)
    ]
    _insert(connection, origin, fresh, now)
    return Counts(len(fresh), len(revised), len(seen) - len(revised))


def expected(
    connection: Connection, source_id: int, after: datetime
) -> tuple[Event, ...]:
    """Return the events of a source that begin after that, withdrawn ones left out."""
    found = select(item.c.content).where(
        item.c.source_id == source_id, item.c.withdrawn_at.is_(None)
    )
    known = map(item_from_wire, connection.scalars(found))
    return tuple(one for one in known if isinstance(one, Event) and one.starts > after)


def _revise(
    connection: Connection, origin: Origin, one: Item, row: Row[Any], carried: int
) -> bool:
    mark, topics = fingerprint(one), _topics(origin, one)
    values: dict[str, Any] = {}
    if positions.is_carried(row.position, carried):
        if mark == row.fingerprint and row.revision_fingerprint is not None:
            values = {"revision": null(), "revision_fingerprint": None}  # taken back
        elif mark not in (row.fingerprint, row.revision_fingerprint):
            told = _as_a_correction(connection, one, row.id)
            values = {"revision": to_wire(told), "revision_fingerprint": mark}
    elif mark != row.fingerprint:
        values = {"content": to_wire(one), "fingerprint": mark, "topics": topics}
    elif topics != row.topics:
        # The campaign's file, not the source, says something new of the item.
        _set(connection, row.id, {"topics": topics})
    if values:
        _set(connection, row.id, values)
    return bool(values)


def _as_a_correction(connection: Connection, one: Item, item_id: int) -> Item:
    content = select(item.c.content).where(item.c.id == item_id)
    before = item_from_wire(connection.scalars(content).one())
    if isinstance(one, Event) and isinstance(before, Event):
        return corrected(before, one)
    return one


def _set(connection: Connection, item_id: int, values: dict[str, Any]) -> None:
    connection.execute(update(item).where(item.c.id == item_id).values(values))


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
    first = positions.next_free(connection, origin.campaign_id, len(free))
    places = {one.key: first + n for n, one in enumerate(free)}
    skipped = {one.key for one in in_order[:passed]}
    connection.execute(
        insert(item),
        [
            {
                "campaign_id": origin.campaign_id,
                "source_id": origin.source_id,
                "key": one.key,
                "position": places.get(one.key),
                "content": to_wire(one),
                "fingerprint": fingerprint(one),
                "topics": _topics(origin, one),
                "accepted_at": now,
                "released_at": now if one.key in places else None,
                "passed_over": one.key in skipped,
            }
            for one in in_order
        ],
    )


def _topics(origin: Origin, one: Item) -> list[str]:
    return list(dict.fromkeys((*origin.source.topics, *one.topics)))


def _published(one: Item, now: datetime) -> datetime:
    if isinstance(one, Event):
        return now
    return one.published or now
