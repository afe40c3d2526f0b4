"""What staff may do with a post, each act with its button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.store.posts import corrections, editing, log
from digest.store.posts.listing import ListedItem

Perform = Callable[[Connection, int, datetime], int]


@dataclass(frozen=True, slots=True)
class PostAction:
    """One thing to do with a post; what has a `question` is asked about first.

    `perform` returns the id of the post to look at after it, or 0 where there was
    nothing to do.
    """

    label: str
    done: str
    perform: Perform
    question: str = ""


def _about(change: Callable[[Connection, int, datetime], bool]) -> Perform:
    def perform(connection: Connection, item_id: int, now: datetime) -> int:
        return item_id if change(connection, item_id, now) else 0

    return perform


ACTIONS: Mapping[str, PostAction] = {
    "release": PostAction("Release", "Released", _about(log.release)),
    "hold": PostAction(
        "Hold", "Held: no edition carries it until you release it", _about(log.hold)
    ),
    "withdraw": PostAction(
        "Withdraw",
        "Withdrawn: it is out of every copy that has not left",
        _about(log.withdraw),
        "Withdraw this from every copy that has not left yet?",
    ),
    "restore": PostAction(
        "Undo the withdrawal", "It is what it was before", _about(log.restore)
    ),
    "revert": PostAction(
        "Undo what staff changed",
        "It says what its source says",
        _about(editing.revert),
    ),
    "correct": PostAction(
        "Send as a correction",
        "This correction is released",
        corrections.correct,
    ),
    "decline": PostAction(
        "Do not send it",
        "Readers are left with what they have",
        _about(corrections.decline),
    ),
    "offer-again": PostAction(
        "Decide again",
        "You can send it as a correction again",
        _about(corrections.offer_again),
    ),
}


def actions_on(post: ListedItem, *, may_be_restored: bool) -> tuple[str, ...]:
    """Return the names of what may be done with a post that stands so."""
    if post.state == "withdrawn":
        return ("restore",) if may_be_restored else ()
    names = {
        "release": post.state != "released",
        "hold": post.state == "released" and not post.is_carried,
        "revert": post.is_edited and not post.is_carried,
        "withdraw": True,
    }
    return tuple(name for name, may_be in names.items() if may_be)


def actions_on_change(post: ListedItem) -> tuple[str, ...]:
    """Return the names of what may be done with a change at the post's source."""
    if post.state == "withdrawn":
        return ()
    return {"offered": ("correct", "decline"), "declined": ("offer-again",)}.get(
        post.change, ()
    )
