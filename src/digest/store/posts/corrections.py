"""What a source changed after readers had it: offered to staff, sent if they say so."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, null, select

from digest.errors import DigestError
from digest.model.posts.edits import changed_fields, merged
from digest.model.posts.event_changes import corrected
from digest.model.posts.item_json import item_from_json
from digest.model.posts.items import Event, Item
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import item, source
from digest.store.posts import editing, log, positions
from digest.store.posts.listing import IS_OFFERED
from digest.store.posts.revisions import all_topics, content_values, set_values

# Before the title of an item that puts another one right.
PREFIX = "Correction: "


@dataclass(frozen=True, slots=True)
class OfferedCorrection:
    """A post that its source changed after an edition carried it.

    `item` is as readers have it, `corrected` as a correction would be sent, and
    `changed` names the fields in which the source now says something else.
    """

    id: int
    source: str
    item: Item
    corrected: Item
    changed: tuple[str, ...]


def offered(connection: Connection, campaign_id: int) -> list[OfferedCorrection]:
    """Return the corrections that wait for staff to decide, newest post first."""
    rows = connection.execute(
        _offers()
        .where(item.c.campaign_id == campaign_id, IS_OFFERED)
        .order_by(item.c.id.desc())
    )
    return [_offered(row) for row in rows]


def offer_of(connection: Connection, item_id: int) -> OfferedCorrection | None:
    """Return the correction of an item that waits for staff to decide, if any."""
    matching = _offers().where(item.c.id == item_id, IS_OFFERED)
    row = connection.execute(matching).first()
    return None if row is None else _offered(row)


def count(connection: Connection, campaign_id: int) -> int:
    """Return how many corrections wait for staff to decide."""
    rows = rows_of(connection, _offered_of_each)
    counts = {row[0]: int(row[1]) for row in rows}
    return counts.get(campaign_id, 0)


def _offered_of_each(_connection: Connection) -> Select[Any]:
    return (
        select(item.c.campaign_id, func.count())
        .where(IS_OFFERED)
        .group_by(item.c.campaign_id)
    )


# What is asked of every campaign's corrections, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_offered_of_each,),)


def proposed(row: Row[Any]) -> Item:
    """Return what a correction of that item's row would say.

    As its source now has it, or as readers had it where that says nothing new,
    with what staff had changed, and marked as a correction: in its title, or by
    saying when readers were told that an event would be.
    """
    content = item_from_json(row.content)
    if row.revision is None:
        return _marked(content)
    original = content if row.given is None else item_from_json(row.given)
    proposal = merged(original, content, item_from_json(row.revision))
    if isinstance(proposal, Event) and isinstance(content, Event):
        proposal = corrected(content, replace(proposal, announced=None))
    return _marked(proposal)


def correct(
    connection: Connection, item_id: int, now: datetime, words: Item | None = None
) -> int:
    """Send a correction of an item that readers have; return its id.

    It is a new item at a new position. Without `words` it says what is
    proposed. Raises DigestError where no edition carries the item, where it
    has been corrected already, or where there is nothing to correct.
    """
    row = log.locked(connection, item_id)
    _check(connection, row, words)
    content = item_from_json(row.content)
    source_words = content if row.given is None else item_from_json(row.given)
    if row.revision is not None:
        source_words = item_from_json(row.revision)
    correction = replace(
        _with_announced(content, words) if words else proposed(row), key=row.key
    )
    of_source = tuple(topic for topic in row.topics if topic not in content.topics)
    correction_id: int = connection.scalars(
        insert(item)
        .values(
            campaign_id=row.campaign_id,
            source_id=row.source_id,
            key=row.key,
            correction=row.correction + 1,
            position=positions.next_free(connection, row.campaign_id, 1),
            topics=all_topics(of_source, correction),
            accepted_at=now,
            released_at=now,
            **content_values(source_words, correction),
        )
        .returning(item.c.id)
    ).one()
    nothing = {"revision": null(), "revision_fingerprint": None}
    set_values(connection, item_id, nothing | {"revision_declined_at": None})
    facts = editing.in_words(content, correction) | {
        "correction": (None, correction_id)
    }
    log.record_act(connection, "sent a correction of", row, now, **facts)
    return correction_id


def decline(connection: Connection, item_id: int, now: datetime) -> bool:
    """Leave readers with what they have; False where nothing was offered.

    It is offered again when the source changes the post once more.
    """
    row = log.locked(connection, item_id)
    if row.revision is None or row.revision_declined_at is not None:
        return False
    set_values(connection, item_id, {"revision_declined_at": now})
    log.record_act(connection, "declined to correct", row, now, declined_at=(None, now))
    return True


def offer_again(connection: Connection, item_id: int, now: datetime) -> bool:
    """Undo `decline`; False where nothing had been declined."""
    row = log.locked(connection, item_id)
    if row.revision is None or row.revision_declined_at is None:
        return False
    set_values(connection, item_id, {"revision_declined_at": None})
    declined_at = (row.revision_declined_at, None)
    verb = "took back declining to correct"
    log.record_act(connection, verb, row, now, declined_at=declined_at)
    return True


def _offers() -> Select[Any]:
    return select(item, source.c.name.label("source_name")).join(
        source, source.c.id == item.c.source_id
    )


def _offered(row: Row[Any]) -> OfferedCorrection:
    content, corrected = item_from_json(row.content), proposed(row)
    revised = item_from_json(row.revision)
    before = content if row.given is None else item_from_json(row.given)
    return OfferedCorrection(
        row.id, row.source_name, content, corrected, changed_fields(before, revised)
    )


def _with_announced(content: Item, words: Item) -> Item:
    """Return staff's words for an event with the time that readers were told.

    That says enough, and it need not be called a correction too.
    """
    is_told = isinstance(words, Event) and words.announced is not None
    if is_told or not (isinstance(content, Event) and isinstance(words, Event)):
        return words
    now = corrected(content, words)
    return replace(now, title=now.title.removeprefix(PREFIX)) if now.announced else now


def _check(connection: Connection, row: Row[Any], words: Item | None) -> None:
    if not log.is_carried(connection, row):
        raise DigestError(
            f"no edition carries post {row.id} yet: change the post itself"
        )
    later = select(item.c.id).where(
        item.c.source_id == row.source_id,
        item.c.key == row.key,
        item.c.correction > row.correction,
    )
    if (newer := connection.scalar(later)) is not None:
        raise DigestError(f"post {row.id} was corrected already, by post {newer}")
    if row.revision is None and words is None:
        raise DigestError(
            f"the source of post {row.id} says nothing new of it: "
            "say yourself what is to be corrected"
        )


def _marked(entry: Item) -> Item:
    says_so = isinstance(entry, Event) and entry.announced is not None
    if says_so or entry.title.startswith(PREFIX):
        return entry
    return replace(entry, title=PREFIX + entry.title)
