"""An edition: what a schedule publishes at a slot, as each reader needs it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.mode import Mode
from digest.model.formats import Format

if TYPE_CHECKING:
    # What an edition is made of, which nobody needs who asks where one stands.
    from digest.model.campaigns.campaign import Campaign
    from digest.model.editions.coming_events import ComingEvent
    from digest.model.posts.blocks import Block
    from digest.model.posts.items import Item

# The section of posts that belong to none.
OTHER_POSTS = "*"


class EditionState(StrEnum):
    """Where an edition stands."""

    OPEN = "open"
    FROZEN = "frozen"
    APPROVED = "approved"
    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    REHEARSED = "rehearsed"
    SKIPPED = "skipped"
    MISSED = "missed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


# Where an edition ends all of whose copies have ended.
DONE: dict[Mode, EditionState] = {
    Mode.LIVE: EditionState.SENT,
    Mode.PRACTICE: EditionState.REHEARSED,
}


@dataclass(frozen=True, slots=True)
class VariantKey:
    """What readers share who get the same words in the same form.

    `due` says which positions of the log it takes. No topics means all.
    """

    due: DueStretch
    topics: tuple[str, ...]
    format: Format
    language: str

    def takes(self, position: int, topics: tuple[str, ...]) -> bool:
        """Whether an item at that position and with those topics is in it."""
        return self.due.takes(position) and self.wants(topics)

    def wants(self, topics: tuple[str, ...]) -> bool:
        """Whether its readers want items with those topics."""
        return not (self.topics and topics and set(self.topics).isdisjoint(topics))


@dataclass(frozen=True, slots=True)
class Variant:
    """The edition as one kind of reader needs it: all that a renderer is told.

    `slot` is an aware instant; renderers show it in the campaign's zone.
    `entry_ids` are those of the log's entries that each item is made of; empty where
    the items are of no log. `note`, `subject` and `preheader` are staff's own words;
    without them the latter two are made from the items. `sections` are those of its
    posts, one for each, "" of one that stands before all. `coming` are the events that
    are on, by their start, where the schedule lists them. `goodbye` are the paragraphs
    that the last edition ends with. `code` is the edition's public name (8 letters and
    digits). A `draft`, which is never sent, a `rehearsal`, and a `test` that staff sent
    to themselves are proofs, and say so on their face.
    """

    code: str
    campaign: "Campaign"
    slot: datetime
    items: "tuple[Item, ...]"
    format: Format
    language: str
    entry_ids: tuple[tuple[int, ...], ...] = ()
    note: "tuple[Block, ...]" = ()
    subject: str = ""
    preheader: str = ""
    sections: tuple[str, ...] = ()
    coming: "tuple[ComingEvent, ...]" = ()
    goodbye: tuple[str, ...] = ()
    draft: bool = False
    rehearsal: bool = False
    test: bool = False

    @property
    def is_proof(self) -> bool:
        """Whether it is to be looked at, and not a reader's own copy."""
        return self.draft or self.rehearsal or self.test


def rendition_key(
    items: tuple[str, ...], fmt: Format, language: str, steering: str = ""
) -> str:
    """Return the name that variants with the same items, format and language share.

    `items` are fingerprints in the order of the log, `steering` the mark of how
    staff arranged them.
    """
    marks = (*items, steering) if steering else items
    parts = "\n".join((fmt.name, language, *marks))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
