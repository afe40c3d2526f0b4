"""Entries of a JSON Feed (jsonfeed.org, versions 1 and 1.1)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from digest.gather import limits
from digest.gather.items.attachments import Attachment
from digest.gather.items.entries import FeedEntry, FeedText


def entries(content: bytes, address: str) -> Sequence[FeedEntry]:
    """Return the first entries of the feed, at most one more than are taken.

    Raises ValueError, in words, where `content` is no feed.
    """
    try:
        feed = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise ValueError("is not JSON, though it begins as if it were") from problem
    if not isinstance(feed, dict) or "items" not in feed:
        raise ValueError("is not a JSON Feed: it has no list of items")
    whose = _author(feed)
    return [
        _entry(one if isinstance(one, dict) else {}, address, whose)
        for one in _list(feed["items"])[: limits.ITEMS + 1]
    ]


def _entry(one: Mapping[str, Any], address: str, whose: str) -> FeedEntry:
    html = _words(one.get("content_html"))
    return FeedEntry(
        key=_id(one.get("id")) or _words(one.get("url")),
        title=FeedText(_words(one.get("title"))),
        content=FeedText(html or _words(one.get("content_text")), is_html=bool(html)),
        base=address,
        url=_words(one.get("url")) or _words(one.get("external_url")),
        summary=FeedText(_words(one.get("summary"))),
        author=_author(one) or whose,
        published=_instant(one, "date_published") or _instant(one, "date_modified"),
        topics=tuple(_words(tag) for tag in _list(one.get("tags"))),
        attachments=tuple(_attachments(one)),
    )


def _author(one: Mapping[str, Any]) -> str:
    authors = _list(one.get("authors")) or [one.get("author")]
    names = [_words(a.get("name")) for a in authors if isinstance(a, dict)]
    return " and ".join(filter(None, names))


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _id(value: object) -> str:
    """Return an id as words; some feeds number their items."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else _words(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _attachments(one: Mapping[str, Any]) -> Iterator[Attachment]:
    for key in ("image", "banner_image"):
        yield Attachment(_words(one.get(key)), "image/")
    for file in _list(one.get("attachments"))[: limits.ATTACHMENTS]:
        if isinstance(file, dict):
            said = (_words(file.get(key)) for key in ("url", "mime_type", "title"))
            yield Attachment(*said)


def _instant(one: Mapping[str, Any], key: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(_words(one.get(key)))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
