"""A campaign's posts and events as staff see them in a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from digest.errors import NotFound
from digest.model.items import Item
from digest.model.wire import item_from_wire
from digest.store import positions
from digest.store.tables import item, source


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item as staff see it, whatever has become of it.

    `is_carried` says that an edition carries it, and `is_edited` that staff
    have changed what its source says. `duplicate_of` is the post that it was
    found to be the same as, `correction` which correction of its post it is.
    """

    id: int
    position: int | None
    source: str
    item: Item
    state: str
    accepted_at: datetime
    is_carried: bool
    is_edited: bool
    correction: int
    duplicate_of: int | None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.item.title


def listed(
    connection: Connection,
    campaign_id: int,
    *,
    limit: int | None = None,
    before: int | None = None,
) -> list[ListedItem]:
    """Return the items of a campaign, newest first; those `before` an id, if given."""
    found = _items().where(item.c.campaign_id == campaign_id)
    if before is not None:
        found = found.where(item.c.id < before)
    carried = positions.carried(connection, campaign_id)
    rows = connection.execute(found.order_by(item.c.id.desc()).limit(limit))
    return [_listed(row, carried) for row in rows]


def get(connection: Connection, campaign_id: int, item_id: int) -> ListedItem:
    """Return one item of a campaign. Raises NotFound in words."""
    found = _items().where(item.c.campaign_id == campaign_id, item.c.id == item_id)
    row = connection.execute(found).first()
    if row is None:
        raise NotFound(
            f"there is no post {item_id} in this campaign; "
            "see them with: digest post list CAMPAIGN"
        )
    return _listed(row, positions.carried(connection, campaign_id))


def _items() -> Select[Any]:
    return select(item, source.c.name.label("source_name")).join(
        source, source.c.id == item.c.source_id
    )


def _listed(row: Row[Any], carried: int) -> ListedItem:
    return ListedItem(
        id=row.id,
        position=row.position,
        source=row.source_name,
        item=item_from_wire(row.content),
        state=_state(row),
        accepted_at=row.accepted_at,
        is_carried=positions.is_carried(row.position, carried),
        is_edited=row.given_fingerprint is not None,
        correction=row.correction,
        duplicate_of=row.duplicate_of,
    )


def _state(row: Row[Any]) -> str:
    states = (
        ("withdrawn", row.withdrawn_at is not None),
        ("held", row.held_at is not None),
        ("released", row.position is not None),
        ("duplicate", row.duplicate_of is not None),
        ("passed over", row.passed_over),
    )
    return next((name for name, is_so in states if is_so), "waiting")
