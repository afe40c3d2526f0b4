"""What the reader of a page remembers from one reading to the next."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from digest.gather import limits
from digest.gather.pages.recognition import PostSigns, RememberedEvent, RememberedPost

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
    events: tuple[RememberedEvent, ...] = ()
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
    def from_text(cls, text: str) -> "PageMemory":
        """Return the memory that `text` holds; what is unreadable is blank."""
        try:
            return _from_json(json.loads(text)) if text else cls()
        except (ValueError, KeyError, TypeError):
            return cls()

    def to_text(self) -> str:
        """Return the memory as text."""
        pages = list(self.pages.values())[-2 * limits.LINKS :]
        return json.dumps(
            {
                "edition": _EDITION,
                "rules": self.rules,
                "posts": [
                    [post.key, post.signs.place, post.signs.title, post.signs.sketch]
                    for post in self.posts[: limits.REMEMBERED_POSTS]
                ],
                "events": [
                    [event.key, event.stem, event.starts.isoformat()]
                    for event in self.events
                ],
                "pages": [asdict(page) for page in pages],
                "listed": self.listed,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )


def _from_json(value: Mapping[str, Any]) -> PageMemory:
    pages = (
        LinkedPageMemory(**{**page, "stand": LinkedPageState(page["stand"])})
        for page in value["pages"]
    )
    return PageMemory(
        rules=value["rules"] if value["edition"] == _EDITION else "",
        posts=tuple(
            RememberedPost(key, PostSigns(place, title, tuple(sketch)))
            for key, place, title, sketch in value["posts"]
        ),
        events=tuple(
            RememberedEvent(key, stem, datetime.fromisoformat(starts))
            for key, stem, starts in value.get("events", ())
        ),
        pages={page.url: page for page in pages},
        listed=tuple(value["listed"]),
    )
