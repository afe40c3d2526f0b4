"""What may be done with a post, by name: the table that pages and programs go by."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from digest.store.posts import corrections, editing, log

# Returns the id of the post to look at after it, or 0 where there was nothing to do.
Perform = Callable[[Connection, int, datetime], int]


def _about(change: Callable[[Connection, int, datetime], bool]) -> Perform:
    def perform(connection: Connection, item_id: int, now: datetime) -> int:
        return item_id if change(connection, item_id, now) else 0

    return perform


POST_ACTS: Mapping[str, Perform] = {
    "release": _about(log.release),
    "hold": _about(log.hold),
    "withdraw": _about(log.withdraw),
    "restore": _about(log.restore),
    "undo-edit": _about(editing.undo),
    "revert": _about(editing.revert),
    "correct": corrections.correct,
    "decline": _about(corrections.decline),
    "offer-again": _about(corrections.offer_again),
}
