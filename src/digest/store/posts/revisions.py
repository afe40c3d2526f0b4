"""An item that is in the log already, as its source tells it now."""

from typing import Any

from sqlalchemy import Connection, Row, null, select, update

from digest.model.posts.duplicates import DuplicateEvidence
from digest.model.posts.edits import merged, reads_the_same
from digest.model.posts.item_json import fingerprint, item_from_json, to_json
from digest.model.posts.items import Item
from digest.store.base.tables import item
from digest.store.posts import positions

# What is looked at to tell whether an item has changed; not its content.
_STANDING: list[Any] = [
    item.c.id,
    item.c.key,
    item.c.position,
    item.c.held_at,
    item.c.fingerprint,
    item.c.given_fingerprint,
    item.c.revision_fingerprint,
    item.c.topics,
]


def standing(connection: Connection, source_id: int) -> dict[str, Row[Any]]:
    """Return how a source's items stand, by key, each in its latest correction."""
    rows = connection.execute(
        select(*_STANDING)
        .where(item.c.source_id == source_id)
        .order_by(item.c.correction)
    )
    return {row.key: row for row in rows}


def revise(
    connection: Connection,
    row: Row[Any],
    reading: Item,
    topics: tuple[str, ...],
    carried: int,
) -> bool:
    """Take what a source now says of an item; return whether that is something new.

    In place, where no edition carries the item; else kept beside it, to be
    offered to staff. `topics` are those that the source gives all its items.
    """
    mark = fingerprint(reading)
    before = row.given_fingerprint or row.fingerprint
    values: dict[str, Any] = {}
    if positions.is_carried(row.position, carried):
        if mark == before and row.revision_fingerprint is not None:
            values = _revision(None)  # taken back
        elif mark not in (before, row.revision_fingerprint) and not _reads_the_same(
            connection, row.id, reading
        ):
            values = _revision(reading)
    else:
        values = _in_place(connection, row, reading, topics)
    if values:
        set_values(connection, row.id, values)
    return bool(values.keys() - {"topics"})


def _reads_the_same(connection: Connection, item_id: int, reading: Item) -> bool:
    row = connection.execute(
        select(item.c.given, item.c.content).where(item.c.id == item_id)
    ).one()
    return reads_the_same(item_from_json(row.given or row.content), reading)


def content_values(original: Item, edited: Item) -> dict[str, Any]:
    """Return the columns of an item of which its source says `original`.

    `edited` is what staff have made of that, the same where they changed nothing.
    """
    marks = DuplicateEvidence.of(original)
    return {
        "content": to_json(edited),
        "fingerprint": fingerprint(edited),
        "given": null() if edited == original else to_json(original),
        "given_fingerprint": None if edited == original else fingerprint(original),
        "address_mark": marks.address or None,
        "words_mark": marks.words or None,
    }


def all_topics(of_source: tuple[str, ...], entry: Item) -> list[str]:
    """Return an item's topics: those of its source, then its own, each once."""
    return list(dict.fromkeys((*of_source, *entry.topics)))


def set_values(connection: Connection, item_id: int, values: dict[str, Any]) -> None:
    """Set columns of an item."""
    connection.execute(update(item).where(item.c.id == item_id).values(values))


def _revision(reading: Item | None) -> dict[str, Any]:
    return {
        "revision": null() if reading is None else to_json(reading),
        "revision_fingerprint": None if reading is None else fingerprint(reading),
        "revision_declined_at": None,
    }


def _in_place(
    connection: Connection, row: Row[Any], reading: Item, topics: tuple[str, ...]
) -> dict[str, Any]:
    edited = reading
    if row.given_fingerprint is not None:
        columns = select(item.c.given, item.c.content).where(item.c.id == row.id)
        before = connection.execute(columns).one()
        original, content = item_from_json(before.given), item_from_json(before.content)
        edited = merged(original, content, reading)
    values: dict[str, Any] = {}
    if fingerprint(reading) != (row.given_fingerprint or row.fingerprint):
        values = content_values(reading, edited) | {"earlier": null()}
    # The campaign's file, not the source, may say something new of the item.
    if (wanted := all_topics(topics, edited)) != row.topics:
        values["topics"] = wanted
    return values
