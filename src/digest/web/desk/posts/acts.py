"""What staff may do with a post by pressing a button, and what the button says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.store.posts import corrections, editing, log
from digest.store.posts.listing import ListedItem

Doing = Callable[[Connection, int, datetime], int]


@dataclass(frozen=True, slots=True)
class PostAct:
    """One thing to do with a post.

    `does` returns the id of the post to look at after it, or 0 where there was
    nothing to do.
    """

    label: str
    done: str
    does: Doing


def _about(change: Callable[[Connection, int, datetime], bool]) -> Doing:
    def does(connection: Connection, item_id: int, now: datetime) -> int:
        return item_id if change(connection, item_id, now) else 0

    return does


def _without_now(change: Callable[[Connection, int], bool]) -> Doing:
    return _about(lambda connection, item_id, _now: change(connection, item_id))


ACTS: Mapping[str, PostAct] = {
    "release": PostAct("Release", "Released", _about(log.release)),
    "hold": PostAct(
        "Hold", "Held: no edition carries it until you release it", _about(log.hold)
    ),
    "withdraw": PostAct(
        "Withdraw",
        "Withdrawn: it is out of every copy that has not left",
        _about(log.withdraw),
    ),
    "restore": PostAct(
        "Undo the withdrawal", "It is what it was before", _about(log.restore)
    ),
    "revert": PostAct(
        "Undo what staff changed",
        "It says what its source says",
        _without_now(editing.revert),
    ),
    "correct": PostAct(
        "Send as a correction",
        "This correction is released",
        corrections.correct,
    ),
    "decline": PostAct(
        "Do not send it",
        "Readers are left with what they have",
        _about(corrections.decline),
    ),
    "offer-again": PostAct(
        "Decide again",
        "You can send it as a correction again",
        _without_now(corrections.offer_again),
    ),
}


def acts_on(one: ListedItem) -> tuple[str, ...]:
    """Return the names of what may be done with a post that stands so."""
    if one.state == "withdrawn":
        return ("restore",)
    names = {
        "release": one.state != "released",
        "hold": one.state == "released" and not one.is_carried,
        "revert": one.is_edited and not one.is_carried,
        "withdraw": True,
    }
    return tuple(name for name, may_be in names.items() if may_be)


def acts_on_change(one: ListedItem) -> tuple[str, ...]:
    """Return the names of what may be done with a change at the post's source."""
    if one.state == "withdrawn":
        return ()
    return {"offered": ("correct", "decline"), "declined": ("offer-again",)}.get(
        one.change, ()
    )
