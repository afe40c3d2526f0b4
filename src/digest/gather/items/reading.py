"""What a source's reader is handed, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from digest.gather import limits
from digest.gather.fetching.document import (
    LIMITS,
    Document,
    DocumentKind,
    DocumentRequest,
    FetchLimits,
    SourceMemory,
)
from digest.gather.fetching.fetch import Fetcher
from digest.gather.items.raw_item import Origins, RawItem, item_of, pictures_left_out
from digest.model.campaigns.campaign import Source
from digest.model.posts.identity.signs import KeyedPosts
from digest.model.posts.items import Event, Item, Post
from digest.store.campaigns.skipped_items import SkippedItem

_NOTHING = SourceMemory()


@dataclass(frozen=True, slots=True)
class SourceVisit:
    """What a reader is handed besides its source: a door to the web, and a place.

    `memory` is what was kept of the source's last reading. Wall times that name
    no `zone` are in that one. `contact` is the address at which a publisher can
    ask who reads what it publishes. `now` is when the campaign reads it; None
    where somebody only looks what would come in. What was over by `since` is
    no news. `first_day` and `last_day` are the campaign's, so far as it has them.
    At first contact the source has never been read at its address.
    """

    fetcher: Fetcher
    memory: SourceMemory = field(default_factory=SourceMemory)
    zone: str = "Europe/London"
    language: str = "en-GB"
    contact: str = ""
    now: datetime | None = None
    since: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    first_day: date | None = None
    last_day: date | None = None
    is_first_contact: bool = True

    def fetch(
        self, url: str, kind: DocumentKind, limits: FetchLimits = LIMITS
    ) -> Document:
        """Return the source's own document, asking only for news.

        Raises SourceError in plain words.
        """
        request = DocumentRequest(url, kind, self.memory, self.contact)
        return self.fetcher.fetch(request, limits)

    def fetch_linked(
        self, url: str, kind: DocumentKind, memory: SourceMemory = _NOTHING
    ) -> Document:
        """Return a document that the source names; `memory` is its reader's of it.

        Raises SourceError in plain words.
        """
        request = DocumentRequest(url, kind, memory, self.contact)
        return self.fetcher.fetch(request, LIMITS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source holds now; `unchanged` where it said nothing is new.

    `updates` put right what is known of a source's other items, and are never
    new. Where it `covers` a stretch of time, every event that starts within that
    and is in neither has been dropped; but nothing is said of a key that is in
    `unread`, or that begins with one of them and a space.

    `drafts` are the keys of what its writer keeps back, also if it came in before.
    Where it has an `identity` its items are those posts, which are to be recognised
    by all of their signs; else by their keys alone.

    `origins` says by an item's key where each of its fields came from, and
    `notes` what else is worth telling whoever tries the source; neither is kept.
    """

    items: tuple[Item, ...] = ()
    skipped: tuple[SkippedItem, ...] = ()
    unchanged: bool = False
    memory: SourceMemory = field(default_factory=SourceMemory)
    origins: Mapping[str, Origins] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    updates: tuple[Event, ...] = ()
    covers: tuple[datetime, datetime] | None = None
    unread: frozenset[str] = frozenset()
    identity: KeyedPosts | None = None
    drafts: tuple[str, ...] = ()

    def is_silent_on(self, key: str) -> bool:
        """Whether the source did not say what has become of the item of that key."""
        stem = key.rpartition(" ")[0]
        return self.covers is None or key in self.unread or stem in self.unread


class SourceReader(Protocol):
    """Reads one kind of source."""

    def __call__(self, source: Source, visit: SourceVisit) -> Reading:
        """Return all that the source holds, each item once by its key.

        One bad item is skipped and named. Raises SourceError, in plain words,
        where the source itself cannot be read.
        """
        ...


@dataclass(slots=True)
class ItemCollector:
    """The items of a reading as they are made, and those that could not be."""

    items: list[Item] = field(default_factory=list)
    skipped: list[SkippedItem] = field(default_factory=list)
    origins: dict[str, Origins] = field(default_factory=dict)

    def add(self, raw: RawItem, name: str) -> None:
        """Add the item that it makes; one that makes none is skipped, by that name."""
        try:
            item, origins = item_of(raw)
        except ValueError as problem:
            self.skip(name, str(problem))
            return
        if raw.unread_date:
            self.remark(
                name,
                f'has the date "{raw.unread_date}", which cannot be read: it is taken '
                "without one",
            )
        if isinstance(item, Post) and (beyond := pictures_left_out(raw, item)):
            self.remark(
                name,
                f"has {beyond} pictures too many: its first and "
                f"{limits.ATTACHED_PICTURES} more are taken; "
                "tell of the rest in another post",
            )
        self.items.append(item)
        self.origins.setdefault(item.key, origins)

    def skip(self, name: str, why: str) -> None:
        """Name something that could not be taken, and say what to do about it."""
        self.skipped.append(SkippedItem(name, why))

    def remark(self, name: str, why: str) -> None:
        """Say what could not be taken of an item that came in all the same."""
        self.skipped.append(SkippedItem(name, why, is_part=True))

    def distinct(self) -> tuple[Item, ...]:
        """Return the items with each key once; a repeated key is named as skipped."""
        by_key: dict[str, Item] = {}
        for item in self.items:
            if item.key in by_key:
                self.skip(item.title, "has the id of another item: change it")
            else:
                by_key[item.key] = item
        return tuple(by_key.values())
