"""What the reader of a page notes down at one reading for the next."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from digest.gather import limits
from digest.gather.pages.marks.known_events import KnownEvent
from digest.gather.pages.recognition import PostSigns, RememberedPost

# Counted up when pages are read in another way, so that all are read anew.
_EDITION = 2


class LinkedPageState(StrEnum):
    """Where the reading of a linked page stands."""

    UNREAD = "unread"
    READ = "read"
    PASSED = "passed"  # there before the campaign took notice: never read


@dataclass(frozen=True, slots=True)
class LinkedPageMemory:
    """A linked page: the words of its link, and its server's words for its state.

    `was_there` at first contact: then what it holds may be from before the campaign.
    """

    url: str
    title: str = ""
    stand: LinkedPageState = LinkedPageState.UNREAD
    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class PageMemory:
    """Posts and events of a page with their keys, and the pages that a list leads to.

    Pages stand in the order in which they are looked at again. `rules` is how
    the source was to be read.
    """

    rules: str = ""
    posts: tuple[RememberedPost, ...] = ()
    events: tuple[KnownEvent, ...] = ()
    pages: Mapping[str, LinkedPageMemory] = field(default_factory=dict)
    listed: tuple[str, ...] = ()  # the addresses that the list names now

    def afresh(self, rules: str) -> "PageMemory":
        """Return it for other rules: every page is to be looked at again."""
        pages = {
            url: replace(page, etag="", last_modified="")
            for url, page in self.pages.items()
        }
        return replace(self, rules=rules, pages=pages)

    @classmethod
    def opened(cls, text: str) -> "PageMemory":
        """Return the notebook that `text` holds; what is unreadable is blank."""
        try:
            return _from_json(json.loads(text)) if text else cls()
        except (ValueError, KeyError, TypeError):
            return cls()

    def closed(self) -> str:
        """Return the notebook as text."""
        pages = list(self.pages.values())[-2 * limits.LINKS :]
        return json.dumps(
            {
                "edition": _EDITION,
                "rules": self.rules,
                "posts": [
                    [one.key, one.signs.place, one.signs.title, one.signs.sketch]
                    for one in self.posts[: limits.REMEMBERED_POSTS]
                ],
                "events": [
                    [one.key, one.stem, one.starts.isoformat()] for one in self.events
                ],
                "pages": [asdict(page) for page in pages],
                "listed": self.listed,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )


def _from_json(said: Mapping[str, Any]) -> PageMemory:
    pages = (
        LinkedPageMemory(**{**p, "stand": LinkedPageState(p["stand"])})
        for p in said["pages"]
    )
    return PageMemory(
        rules=said["rules"] if said["edition"] == _EDITION else "",
        posts=tuple(_known(*one) for one in said["posts"]),
        events=tuple(
            KnownEvent(key, stem, datetime.fromisoformat(starts))
            for key, stem, starts in said.get("events", ())
        ),
        pages={page.url: page for page in pages},
        listed=tuple(said["listed"]),
    )


def _known(key: str, place: str, title: str, sketch: Iterable[int]) -> RememberedPost:
    return RememberedPost(key, PostSigns(place, title, tuple(sketch)))
