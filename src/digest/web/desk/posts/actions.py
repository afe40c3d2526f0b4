"""What staff may do with a post, each act with its button."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.store.posts.acts import POST_ACTS, Perform
from digest.store.posts.listing import ListedItem


@dataclass(frozen=True, slots=True)
class PostAction:
    """One thing to do with a post; what has a `question` is asked about first."""

    label: str
    done: str
    perform: Perform
    question: str = ""


ACTIONS: Mapping[str, PostAction] = {
    "release": PostAction("Release", "Released", POST_ACTS["release"]),
    "hold": PostAction(
        "Hold", "Held: no edition carries it until you release it", POST_ACTS["hold"]
    ),
    "withdraw": PostAction(
        "Withdraw",
        "Withdrawn: it is out of every copy that has not left",
        POST_ACTS["withdraw"],
        "Withdraw this from every copy that has not left yet?",
    ),
    "restore": PostAction(
        "Undo the withdrawal", "It is what it was before", POST_ACTS["restore"]
    ),
    "undo-edit": PostAction(
        "Undo the latest edit", "It says what it said before", POST_ACTS["undo-edit"]
    ),
    "revert": PostAction(
        "Undo what staff changed",
        "It says what its source says",
        POST_ACTS["revert"],
    ),
    "correct": PostAction(
        "Send as a correction",
        "This correction is released",
        POST_ACTS["correct"],
    ),
    "decline": PostAction(
        "Do not send it",
        "Readers are left with what they have",
        POST_ACTS["decline"],
    ),
    "offer-again": PostAction(
        "Decide again",
        "You can send it as a correction again",
        POST_ACTS["offer-again"],
    ),
}


def actions_on(post: ListedItem, *, may_be_restored: bool) -> tuple[str, ...]:
    """Return the names of what may be done with a post that stands so."""
    if post.state == "withdrawn":
        return ("restore",) if may_be_restored else ()
    names = {
        "release": post.state != "released",
        "hold": post.state == "released" and not post.is_carried,
        "undo-edit": post.earlier is not None and not post.is_carried,
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
