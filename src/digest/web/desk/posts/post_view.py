"""What the page of a post shows: how it stands, what it says, what changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.model.posts.edits import changed_fields
from digest.model.posts.event_changes import is_worth_telling
from digest.model.posts.item_fields import fields_in_words
from digest.model.posts.item_json import fingerprint
from digest.model.posts.items import Item, LinkKind, Post
from digest.render.email.text_blocks import TextBlocks
from digest.render.words.catalogue import words_for
from digest.render.words.languages import ENGLISH
from digest.store.limits import NEWS_AGE
from digest.store.posts import corrections, item_pictures, log
from digest.store.posts.listing import ItemState, ListedItem
from digest.web.desk.posts.actions import ACTIONS, actions_on, actions_on_change
from digest.web.desk.posts.post_form import kind_of

_STANDINGS = {
    "waiting": "It waits until somebody releases it.",
    "held": "It is held: no edition carries it until somebody releases it.",
    "withdrawn": "It is withdrawn: no copy that has not left carries it.",
    "duplicate": "It is the same as another post, and is not sent twice.",
    "passed over": "It was there before this campaign took notice, and is not sent.",
}
_OLD = (
    f"It is held: it came in with a date of over {NEWS_AGE.days} days before, so it is "
    "for somebody to say whether it is news."
)
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
# Columns of text that a browser breaks into lines by itself.
_UNBROKEN = 1_000_000
_APART = ("title", "body", "links", "picture", "zone", "kind")
NO_KIND = "none"
LINK_KINDS = (
    *((kind.value, kind.value) for kind in LinkKind),
    (NO_KIND, "take it out"),
)


def post_view(
    connection: Connection, entry: ListedItem, zone: str, now: datetime
) -> dict[str, Any]:
    """Return what the page of a post shows of it."""
    facts = fields_in_words(entry.item, zone)
    may_change = not entry.is_carried and entry.state != "withdrawn"
    pictures = item_pictures.of_item(connection, entry.id)
    is_final = log.is_final(connection, entry.id)
    acts = actions_on(entry, may_be_restored=not is_final)
    return {
        "id": entry.id,
        "title": entry.title,
        "version": fingerprint(entry.item),
        "kind": kind_of(entry.item),
        "state": entry.state,
        "stands": _standing(entry, now),
        "is_final": is_final,
        "source": entry.source,
        "is_edited": entry.is_edited,
        "duplicate_of": entry.duplicate_of,
        "may_change": may_change,
        "may_be_corrected": entry.is_carried and entry.state != "withdrawn",
        "facts": [
            (words, facts[name])
            for name, words in _LABELS.items()
            if name in facts and name not in _APART
        ],
        "text": TextBlocks(words_for(ENGLISH)).write(entry.item.body, _UNBROKEN),
        "links": entry.item.links if isinstance(entry.item, Post) else (),
        "pictures": pictures,
        "failures": item_pictures.failures_of(connection, pictures),
        "acts": [(name, ACTIONS[name]) for name in acts],
        "acts_on_change": [(name, ACTIONS[name]) for name in actions_on_change(entry)],
        "changes": _changes(connection, entry, zone),
        # What staff's latest edit changed: the field, what it was, and what it is.
        "earlier": _differences(
            (entry.earlier, entry.item), changed_fields(entry.earlier, entry.item), zone
        )
        if entry.earlier and may_change
        else [],
    }


def _standing(entry: ListedItem, now: datetime) -> str:
    if entry.is_held_as_old:
        return _OLD
    if entry.state != ItemState.RELEASED:
        return _STANDINGS[entry.state]
    if entry.is_carried:
        return _CARRIED
    return _NEXT if is_worth_telling(entry.item, now) else _NO_NEWS


def _changes(
    connection: Connection, entry: ListedItem, zone: str
) -> list[tuple[str, str, str]]:
    """Return what its source changed: the field, what it was, and what it is."""
    offer = corrections.offer_of(connection, entry.id)
    if offer is None:
        return []
    return _differences((offer.item, offer.corrected), offer.changed, zone)


def _differences(
    both: tuple[Item, Item], names: Sequence[str], zone: str
) -> list[tuple[str, str, str]]:
    """Return of the fields of these names what each was and what it is, in words."""
    was, stands = (fields_in_words(item, zone) for item in both)
    return [
        (_LABELS.get(name, name), was.get(name, ""), stands.get(name, ""))
        for name in names
    ]
