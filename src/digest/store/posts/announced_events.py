"""Events as readers know them by now: put right, called off or withdrawn since."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select, tuple_

from digest.model.posts.event_changes import AnnouncedEvent
from digest.model.posts.item_json import item_from_json
from digest.model.posts.items import Event, EventState, Item
from digest.store.base.row_faults import read_each
from digest.store.base.tables import campaign, item, source
from digest.store.editions.archive import PublicStretch
from digest.store.posts import positions
from digest.store.posts.corrections import PREFIX


@dataclass(frozen=True, slots=True)
class _Version:
    """An item as it was at first, or a correction of it."""

    row: Row[Any]
    item: Item

    @property
    def revision(self) -> int:
        """A number that only grows: a correction is a change, and so is withdrawing."""
        number: int = self.row.correction
        return 2 * number + (self.row.withdrawn_at is not None)

    @property
    def changed_at(self) -> datetime:
        """When it was withdrawn, or released, or came in."""
        row = self.row
        at: datetime = row.withdrawn_at or row.released_at or row.accepted_at
        return at


def announced(
    connection: Connection, campaign_id: int, entry_ids: Collection[int]
) -> list[AnnouncedEvent]:
    """Return the events that entries of a campaign's log are about, by their start.

    Each as its last correction that an edition has told of has it; what nobody has been
    told yet, as while an edition waits for a person, is not said. An event that cannot
    be read is left out, and so is what is no event.
    """
    upto = positions.announced_upto(connection, campaign_id)
    rows = _rows(campaign_id).where(
        _is_about(campaign_id, entry_ids),
        or_(item.c.position <= upto, item.c.id.in_(entry_ids)),
    )
    return _by_start(_versions(connection, rows))


def _rows(campaign_id: int) -> Select[Any]:
    """Return the query of a campaign's items, an item's corrections in their order."""
    return (
        select(item, source.c.name.label("source"), campaign.c.name.label("campaign"))
        .join(source, source.c.id == item.c.source_id)
        .join(campaign, campaign.c.id == item.c.campaign_id)
        .where(item.c.campaign_id == campaign_id)
        .order_by(item.c.correction, item.c.id)
    )


def _is_about(campaign_id: int, entry_ids: Collection[int]) -> ColumnElement[bool]:
    named = select(item.c.source_id, item.c.key).where(
        item.c.id.in_(entry_ids), item.c.campaign_id == campaign_id
    )
    return tuple_(item.c.source_id, item.c.key).in_(named)


def _versions(connection: Connection, rows: Select[Any]) -> list[_Version]:
    versions, _ = read_each(
        connection,
        rows,
        item.c.id,
        lambda row: _Version(row, item_from_json(row.content)),
    )
    return versions


def _by_start(versions: Iterable[_Version]) -> list[AnnouncedEvent]:
    by_item: dict[tuple[int, str], list[_Version]] = {}
    for version in versions:
        key = version.row.source_id, version.row.key
        by_item.setdefault(key, []).append(version)
    events = (_announced(of_item) for of_item in by_item.values())
    return sorted(filter(None, events), key=lambda entry: entry.event.starts)


def public(
    connection: Connection,
    campaign_id: int,
    stretches: Sequence[PublicStretch],
    entry_ids: Collection[int] | None = None,
) -> list[AnnouncedEvent]:
    """Return the events that public editions of a campaign tell of, by their start.

    Each as the last of those editions has it. What is withdrawn is left out, and what
    cannot be read. Of `entry_ids` those alone that these entries are about.
    """
    rows = _rows(campaign_id).where(
        item.c.withdrawn_at.is_(None), item.c.content["k"].as_string() == "event"
    )
    if entry_ids is not None:
        rows = rows.where(_is_about(campaign_id, entry_ids))
    versions = [
        version
        for version in _versions(connection, rows)
        if any(each.has(version.row.id, version.row.position) for each in stretches)
    ]
    return _by_start(versions)


def campaign_of(connection: Connection, entry_id: int) -> int | None:
    """Return the campaign whose log has that entry; None where there is none."""
    query = select(item.c.campaign_id).where(item.c.id == entry_id)
    return connection.scalar(query)


def _announced(versions: list[_Version]) -> AnnouncedEvent | None:
    standing = [each for each in versions if each.row.withdrawn_at is None]
    latest = (standing or versions)[-1]
    event = latest.item
    if not isinstance(event, Event):
        return None
    event = replace(event, title=event.title.removeprefix(PREFIX))
    if not standing:
        event = replace(event, state=EventState.CANCELLED)
    row = latest.row
    return AnnouncedEvent(
        event,
        (row.campaign, row.source, row.key),
        max(version.revision for version in versions),
        max(version.changed_at for version in versions),
        versions[0].row.id,
    )
