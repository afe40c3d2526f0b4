"""What the desk says of a post: how it stands, what it says, what changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.model.posts.event_changes import is_worth_telling
from digest.model.posts.item_fields import described
from digest.model.posts.item_json import fingerprint
from digest.model.posts.items import LinkKind, Post
from digest.render.email.text_blocks import written
from digest.store.posts import corrections, item_pictures
from digest.store.posts.listing import ItemState, ListedItem
from digest.web.desk.posts.acts import ACTS, acts_on, acts_on_change
from digest.web.desk.posts.post_form import kind_of

_STANDS = {
    "waiting": "It waits until somebody releases it.",
    "held": "It is held: no edition carries it until somebody releases it.",
    "withdrawn": "It is withdrawn: no copy that has not left carries it.",
    "duplicate": "It is the same as another post, and is not sent twice.",
    "passed over": "It was there before this campaign took notice, and is not sent.",
}
_CARRIED = "An edition carries it, so its words are fixed."
_NEXT = "The next edition carries it."
_NO_NEWS = "No edition carries it: it is over, or was called off before readers heard."
_LABELS = {
    "summary": "Summary",
    "byline": "Written by",
    "published": "Dated",
    "url": "Address",
    "topics": "Topics",
    "picture": "Picture",
    "starts": "Starts",
    "ends": "Ends",
    "all_day": "All day",
    "also": "And also",
    "place": "Place",
    "joining_url": "To join",
    "booking_phone": "Telephone",
    "state": "Takes place",
    "told": "Readers were told",
    "links": "Links",
    "title": "Title",
    "body": "Text",
    "kind": "Kind",
    "zone": "Time zone",
}
_APART = ("title", "body", "links", "picture", "zone", "kind")
NO_KIND = "none"
KINDS = (*((kind.value, kind.value) for kind in LinkKind), (NO_KIND, "take it out"))


def shown(
    connection: Connection, one: ListedItem, zone: str, now: datetime
) -> dict[str, Any]:
    """Return what the page of a post says of it."""
    facts = described(one.item, zone)
    may_change = not one.is_carried and one.state != "withdrawn"
    shown = item_pictures.of_item(connection, one.id)
    return {
        "id": one.id,
        "title": one.title,
        "version": fingerprint(one.item),
        "kind": kind_of(one.item),
        "state": one.state,
        "stands": _stands(one, now),
        "source": one.source,
        "is_edited": one.is_edited,
        "duplicate_of": one.duplicate_of,
        "may_change": may_change,
        "may_be_corrected": one.is_carried and one.state != "withdrawn",
        "facts": [
            (words, facts[name])
            for name, words in _LABELS.items()
            if name in facts and name not in _APART
        ],
        "text": written(one.item.body),
        "links": one.item.links if isinstance(one.item, Post) else (),
        "pictures": shown,
        "failures": item_pictures.failures_of(connection, shown),
        "acts": [(name, ACTS[name]) for name in acts_on(one)],
        "acts_on_change": [(name, ACTS[name]) for name in acts_on_change(one)],
        "changes": _changes(connection, one, zone),
    }


def _stands(one: ListedItem, now: datetime) -> str:
    if one.state != ItemState.RELEASED:
        return _STANDS[one.state]
    if one.is_carried:
        return _CARRIED
    return _NEXT if is_worth_telling(one.item, now) else _NO_NEWS


def _changes(
    connection: Connection, one: ListedItem, zone: str
) -> list[tuple[str, str, str]]:
    """Return what its source changed: the field, what it was, and what it is."""
    offer = corrections.offer_of(connection, one.id)
    if offer is None:
        return []
    before, after = described(offer.item, zone), described(offer.corrected, zone)
    return [
        (_LABELS.get(name, name), before.get(name, ""), after.get(name, ""))
        for name in offer.changed
    ]
