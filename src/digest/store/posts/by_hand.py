"""Posts and events that a person or a program adds, through the door of all others."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from digest.model.campaigns.campaign import FirstContact
from digest.model.posts.item_json import fingerprint
from digest.model.posts.items import Item
from digest.store.base.tables import item
from digest.store.campaigns import source_rows
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.posts.acceptance import AcceptanceOrigin, accept
from digest.store.staff.audit import Act, record

_ALL = FirstContact()
# What somebody does by an addition that came to that.
_VERBS = {
    "added": "added",
    "changed": "changed, by adding it again,",
    "duplicate": "added, as a duplicate,",
}


@dataclass(frozen=True, slots=True)
class ByHand:
    """The terms of what is added by hand: it comes in at once, as it is."""

    name: str = source_rows.BY_HAND
    topics: tuple[str, ...] = ()
    first: FirstContact = _ALL
    moderated: bool = False


@dataclass(frozen=True, slots=True)
class Addition:
    """What adding an item came to: its id in the log, and what was done.

    `outcome` is "added", "changed", "unchanged", or "duplicate" where another
    source has the post already.
    """

    id: int
    outcome: str


def keyed(entry: Item, key: str = "") -> Item:
    """Return the item under that key, or under one made of all that it says.

    So that adding the same words twice is adding them once.
    """
    words_key = f"words {fingerprint(replace(entry, key=''))[:32]}"
    return replace(entry, key=key or words_key)


def add(
    connection: Connection, stored: StoredCampaign, entry: Item, now: datetime
) -> Addition:
    """Take an item into the campaign's log; the same twice changes nothing.

    Other words under a key that is known revise that item, as those of a source
    do: "changed".
    """
    source_id = source_rows.by_hand(connection, stored.id)
    origin = AcceptanceOrigin(
        stored.id, source_id, ByHand(), is_first_contact=False, is_staff=True
    )
    counts = accept(connection, origin, [entry], now)
    outcomes = (
        ("added", counts.new),
        ("changed", counts.revised),
        ("duplicate", counts.duplicates),
    )
    item_id = connection.scalars(
        select(item.c.id)
        .where(item.c.source_id == source_id, item.c.key == entry.key)
        .order_by(item.c.correction.desc())
        .limit(1)
    ).one()
    outcome = next((name for name, count in outcomes if count), "unchanged")
    if outcome != "unchanged":
        record(
            connection,
            Act(
                _VERBS[outcome],
                stored.id,
                subject=f"post {item_id}",
                after={"title": entry.title},
            ),
            now,
        )
    return Addition(item_id, outcome)
