"""What a source's reader is handed, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Protocol

from digest.gather.fetching.document import (
    LIMITS,
    Document,
    DocumentKind,
    DocumentRequest,
    FetchLimits,
    SourceMemory,
)
from digest.gather.fetching.fetch import Fetcher
from digest.gather.items.lead_picture import told_by
from digest.gather.items.origins import Origins
from digest.gather.markup.reshape import outlined
from digest.model.campaigns.campaign import Source
from digest.model.posts.blocks import Block
from digest.model.posts.bylines import split_byline
from digest.model.posts.items import Event, Item, Post
from digest.model.posts.link_kinds import noteworthy
from digest.model.posts.summary import summarise

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
    contact: str = ""
    now: datetime | None = None
    since: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    first_day: date | None = None
    last_day: date | None = None
    is_first_contact: bool = True

    def fetch(
        self, url: str, wanted: DocumentKind, limits: FetchLimits = LIMITS
    ) -> Document:
        """Return the source's own document, asking only for news.

        Raises SourceError in plain words.
        """
        request = DocumentRequest(url, wanted, self.memory, self.contact)
        return self.fetcher.fetch(request, limits)

    def fetch_linked(
        self, url: str, wanted: DocumentKind, memory: SourceMemory = _NOTHING
    ) -> Document:
        """Return a document that the source names; `memory` is its reader's of it.

        Raises SourceError in plain words.
        """
        request = DocumentRequest(url, wanted, memory, self.contact)
        return self.fetcher.fetch(request, LIMITS)


@dataclass(frozen=True, slots=True)
class Skipped:
    """One item that could not be taken: which, and what to do about it.

    Where that is `passing` nobody needs do anything but wait.
    """

    name: str
    why: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source holds now; `unchanged` where it said nothing is new.

    `updates` put right what is known of a source's other items, and are never
    new. Where it `covers` a stretch of time, every event that starts within that
    and is in neither has been dropped; but nothing is said of a key that is in
    `unread`, or that begins with one of them and a space.

    `origins` says by an item's key where each of its fields came from, and
    `notes` what else is worth telling whoever tries the source; neither is kept.
    """

    items: tuple[Item, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unchanged: bool = False
    memory: SourceMemory = field(default_factory=SourceMemory)
    origins: Mapping[str, Origins] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    updates: tuple[Event, ...] = ()
    covers: tuple[datetime, datetime] | None = None
    unread: frozenset[str] = frozenset()

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


def finished(post: Post, body: tuple[Block, ...]) -> Post:
    """Return the post with its body, and what can be told from the body.

    A summary and noteworthy links are found where the source gave none, and words
    for its picture where the body shows that too. A
    byline that opens the body says more than a bare name, and is not said twice.
    """
    byline = post.byline
    if byline is None or not byline.role:
        found, body = split_byline(body)
        byline = found or byline
    return replace(
        post,
        body=outlined(body),  # a title taken from it may have been its top heading
        byline=byline,
        picture=told_by(body, post.picture),
        summary=post.summary or summarise(body),
        links=post.links or noteworthy(body),
    )


def distinct(items: list[Item], skipped: list[Skipped]) -> tuple[Item, ...]:
    """Return the items with each key once; a repeated key is named as skipped."""
    found: dict[str, Item] = {}
    for item in items:
        if item.key in found:
            skipped.append(Skipped(item.title, "has the id of another item: change it"))
        else:
            found[item.key] = item
    return tuple(found.values())
