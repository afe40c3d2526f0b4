"""What staff change in a post before an edition carries it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from digest.errors import DigestError, EditionConflict
from digest.model.posts.item_fields import fields_in_words
from digest.model.posts.item_json import item_from_json, to_json
from digest.model.posts.items import Item
from digest.store.posts import log
from digest.store.posts.item_pictures import pictured
from digest.store.posts.revisions import all_topics, content_values, set_values


def edit(
    connection: Connection,
    item_id: int,
    changed: Callable[[Item], Item],
    now: datetime,
    verb: str = "edited",
) -> bool:
    """Change an item as `changed` says; False where that changes nothing.

    What its source said is kept beside it, so that a later reading of the
    source leaves the change alone (model.posts.edits), and so is what it said before,
    for `undo`. Raises DigestError where an edition carries the item, whose words are
    then fixed.
    """
    row = log.locked(connection, item_id)
    if log.is_carried(connection, row):
        raise DigestError(
            f"post {item_id} is in an edition already, so its words are fixed: "
            f"send a correction with digest post correct {item_id}"
        )
    before = item_from_json(row.content)
    original = before if row.given is None else item_from_json(row.given)
    [edited] = pictured(connection, [changed(before)])
    if edited == before:
        return False
    of_source = tuple(topic for topic in row.topics if topic not in before.topics)
    topics = {"topics": all_topics(of_source, edited)}
    values = content_values(original, edited) | topics | {"earlier": to_json(before)}
    set_values(connection, item_id, values)
    log.record_act(connection, verb, row, now, **in_words(before, edited))
    return True


def undo(
    connection: Connection, item_id: int, now: datetime, version: str = ""
) -> bool:
    """Have an item say what it said before staff's latest edit; again, as after it.

    False where nothing is kept of that: nobody has edited it, or its source has said
    something new since. With a `version`, the fingerprint of what somebody saw, it is
    refused where the item says something else by now.
    """
    row = log.locked(connection, item_id)
    if row.earlier is None:
        return False
    _refuse_unseen(row, version)
    earlier = item_from_json(row.earlier)
    return edit(connection, item_id, lambda _: earlier, now, "undid the edit of")


def revert(
    connection: Connection, item_id: int, now: datetime, version: str = ""
) -> bool:
    """Undo all that staff changed; False where they changed nothing.

    With a `version` it is refused as by `undo`.
    """
    row = log.locked(connection, item_id)
    original = row.given
    if original is None:
        return False
    _refuse_unseen(row, version)
    verb = "undid staff's changes of"
    return edit(connection, item_id, lambda _: item_from_json(original), now, verb)


def _refuse_unseen(row: Row[Any], version: str) -> None:
    if version and version != row.fingerprint:
        raise EditionConflict(
            "it has been changed again since: look at what it says now"
        )


def in_words(before: Item, after: Item) -> dict[str, tuple[str, str]]:
    """Return the fields in which two items differ, each in words, before and after."""
    was, stands = fields_in_words(before, "UTC"), fields_in_words(after, "UTC")
    return {
        name: (was.get(name, ""), stands.get(name, ""))
        for name in dict.fromkeys((*was, *stands))
        if was.get(name) != stands.get(name)
    }
