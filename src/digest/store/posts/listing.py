"""A campaign's posts and events as staff see them in a list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, select, true

from digest.errors import NotFound
from digest.model.posts.item_json import item_from_json
from digest.model.posts.items import Item
from digest.store.base.row_faults import read_each
from digest.store.base.tables import item, source
from digest.store.posts import positions


class ItemState(StrEnum):
    """How an item stands; CHANGED, at its source after it went out, beside that."""

    WAITING = "waiting"
    HELD = "held"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    PASSED_OVER = "passed over"
    CHANGED = "changed"


_standing = case(
    (item.c.withdrawn_at.is_not(None), ItemState.WITHDRAWN),
    (item.c.held_at.is_not(None), ItemState.HELD),
    (item.c.position.is_not(None), ItemState.RELEASED),
    (item.c.duplicate_of.is_not(None), ItemState.DUPLICATE),
    (item.c.passed_over, ItemState.PASSED_OVER),
    else_=ItemState.WAITING,
)
IS_OFFERED = and_(
    item.c.revision_fingerprint.is_not(None),
    item.c.revision_declined_at.is_(None),
    item.c.withdrawn_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item as staff see it, whatever has become of it.

    `is_carried` says that an edition carries it, and `is_edited` that staff
    have changed what its source says. `change` is what has become of a change
    that its source made since: "offered", "declined", or "" for none.
    `duplicate_of` is the post that it was found to be the same as, `correction`
    which correction of its post it is. `is_held_as_old` says that it was held as it
    came in, for its date was long past. `earlier` is what it said before staff's latest
    edit, None where that is not kept.
    """

    id: int
    position: int | None
    source: str
    item: Item
    state: str
    accepted_at: datetime
    is_carried: bool
    is_edited: bool
    change: str
    correction: int
    duplicate_of: int | None
    is_held_as_old: bool = False
    earlier: Item | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.item.title


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items of a campaign are wanted; all of them unless said otherwise.

    Those that stand so; of one `kind`, "post" or "event"; accepted `before` the
    one of that id.
    """

    state: ItemState | None = None
    kind: str = ""
    before: int | None = None


def listed(
    connection: Connection,
    campaign_id: int,
    which: ItemFilter = ItemFilter(),
    limit: int | None = None,
) -> list[ListedItem]:
    """Return items of a campaign that can be read, newest first."""
    query = _items().where(item.c.campaign_id == campaign_id)
    if which.state is ItemState.CHANGED:
        query = query.where(IS_OFFERED)
    elif which.state:
        query = query.where(_standing == which.state, _few(which.state))
        if which.state is ItemState.WITHDRAWN:
            # SQLite, which does not know that few are, would go through the log.
            query = query.with_hint(item, "INDEXED BY ix_item_withdrawn", "sqlite")
    if which.kind:
        query = query.where(item.c.content["k"].as_string() == which.kind)
    if which.before is not None:
        query = query.where(item.c.id < which.before)
    carried = positions.carried(connection, campaign_id)
    newest = query.order_by(item.c.id.desc()).limit(limit)
    understand = partial(_listed, carried=carried)
    return read_each(connection, newest, item.c.id, understand)[0]


def _few(state: ItemState) -> ColumnElement[bool]:
    """Return what is so of all that stand so: by an index, where those are few."""
    match state:
        case ItemState.RELEASED | ItemState.CHANGED:
            return true()
        case ItemState.WITHDRAWN:
            return item.c.withdrawn_at.is_not(None)
        case _:
            return item.c.position.is_(None)


def get(connection: Connection, campaign_id: int, item_id: int) -> ListedItem:
    """Return one item of a campaign. Raises NotFound in words."""
    matching = _items().where(item.c.campaign_id == campaign_id, item.c.id == item_id)
    row = connection.execute(matching).first()
    if row is None:
        raise NotFound(
            f"there is no post {item_id} in this campaign; "
            "see them with: digest post list CAMPAIGN"
        )
    return _listed(row, positions.carried(connection, campaign_id))


def _items() -> Select[Any]:
    return select(
        item, source.c.name.label("source_name"), _standing.label("state")
    ).join(source, source.c.id == item.c.source_id)


def _listed(row: Row[Any], carried: int) -> ListedItem:
    return ListedItem(
        id=row.id,
        position=row.position,
        source=row.source_name,
        item=item_from_json(row.content),
        state=row.state,
        accepted_at=row.accepted_at,
        is_carried=positions.is_carried(row.position, carried),
        is_edited=row.given_fingerprint is not None,
        change=_change(row),
        correction=row.correction,
        duplicate_of=row.duplicate_of,
        is_held_as_old=row.state == ItemState.HELD and row.held_at == row.accepted_at,
        earlier=None if row.earlier is None else item_from_json(row.earlier),
    )


def _change(row: Row[Any]) -> str:
    if row.revision_fingerprint is None:
        return ""
    return "offered" if row.revision_declined_at is None else "declined"
