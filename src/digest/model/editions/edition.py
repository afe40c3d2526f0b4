"""An edition: what a schedule publishes at a slot, as each reader needs it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.campaigns.campaign import Campaign
from digest.model.formats import Format
from digest.model.posts.items import Item


class EditionState(StrEnum):
    """Where an edition stands."""

    OPEN = "open"
    FROZEN = "frozen"
    APPROVED = "approved"
    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    MISSED = "missed"
    CANCELLED = "cancelled"


UNFINISHED = frozenset(
    {
        EditionState.OPEN,
        EditionState.FROZEN,
        EditionState.APPROVED,
        EditionState.PLANNED,
        EditionState.SENDING,
    }
)

MOVES: dict[EditionState, frozenset[EditionState]] = {
    EditionState.OPEN: frozenset(
        {EditionState.FROZEN, EditionState.SKIPPED, EditionState.CANCELLED}
    ),
    EditionState.FROZEN: frozenset({EditionState.APPROVED, EditionState.CANCELLED}),
    EditionState.APPROVED: frozenset({EditionState.PLANNED, EditionState.SKIPPED}),
    EditionState.PLANNED: frozenset({EditionState.SENDING, EditionState.SENT}),
    EditionState.SENDING: frozenset({EditionState.SENT}),
    EditionState.SENT: frozenset(),
    EditionState.SKIPPED: frozenset(),
    EditionState.MISSED: frozenset(),
    EditionState.CANCELLED: frozenset(),
}

# Only at a person's word: copies that had ended are to be sent after all.
BY_HAND: dict[EditionState, frozenset[EditionState]] = {
    EditionState.SENT: frozenset({EditionState.SENDING}),
}


def sources_of(
    to: EditionState, only_from: EditionState | None = None
) -> list[EditionState]:
    """Return the states from which an edition may legally move to `to`.

    A move that is made by hand alone is among them only where `only_from`
    names it.
    """
    if only_from is None:
        return [at for at, reach in MOVES.items() if to in reach]
    reach = MOVES[only_from] | BY_HAND.get(only_from, frozenset())
    return [only_from] if to in reach else []


@dataclass(frozen=True, slots=True)
class VariantKey:
    """What readers share who get the same words in the same form.

    Positions are half open: items in (since, upto]. No topics means all.
    """

    since: int
    upto: int
    topics: tuple[str, ...]
    format: Format
    language: str

    def takes(self, position: int, topics: tuple[str, ...]) -> bool:
        """Whether an item at that position and with those topics is in it."""
        wanted = not self.topics or not topics or bool(set(self.topics) & set(topics))
        return self.since < position <= self.upto and wanted


@dataclass(frozen=True, slots=True)
class Variant:
    """The edition as one kind of reader needs it: all that a renderer is told.

    `slot` is an aware instant; renderers show it in the campaign's zone.
    `code` is the edition's public name (8 letters and digits). `draft` marks
    a proof, which says so on its face and is never sent.
    """

    code: str
    campaign: Campaign
    slot: datetime
    items: tuple[Item, ...]
    format: Format
    language: str
    draft: bool = False


def rendition_key(items: tuple[str, ...], fmt: Format, language: str) -> str:
    """Return the name that variants with the same items, format and language share.

    `items` are fingerprints in the order in which they are shown.
    """
    parts = "\n".join((fmt.name, language, *items))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
