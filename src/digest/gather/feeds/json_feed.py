"""Entries of a JSON Feed (jsonfeed.org, versions 1 and 1.1)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from digest.gather import limits
from digest.gather.items.attachments import Attachment
from digest.gather.items.raw_item import (
    FEED_ORIGINS,
    Html,
    PlainText,
    RawItem,
    stated_by_feed,
    topics_within,
)
from digest.gather.markup.clean_text import one_line
from digest.model.posts.bylines import parse

Entry = Mapping[str, Any]


def entries(content: bytes, address: str) -> Sequence[RawItem]:
    """Return the first entries of the feed, at most one more than are taken.

    Raises ValueError, in words, where `content` is no feed.
    """
    try:
        feed = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise ValueError("is not JSON, though it begins as if it were") from problem
    if not isinstance(feed, dict) or "items" not in feed:
        raise ValueError("is not a JSON Feed: it has no list of items")
    author, language = _author(feed), stated_by_feed(_words(feed.get("language")))
    return [
        _entry(item if isinstance(item, dict) else {}, address, author, language)
        for item in _list(feed["items"])[: limits.ITEMS + 1]
    ]


def _entry(entry: Entry, address: str, feed_author: str, language: str) -> RawItem:
    html = _words(entry.get("content_html"))
    number = entry.get("id")  # some feeds number their items
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return RawItem(
        key=(str(number) if is_number else _words(number)) or _words(entry.get("url")),
        title=PlainText(_words(entry.get("title"))),
        body=Html(html) if html else PlainText(_words(entry.get("content_text"))),
        base=address,
        url=_words(entry.get("url")) or _words(entry.get("external_url")),
        summary=PlainText(_words(entry.get("summary"))),
        byline=parse(one_line(_author(entry) or feed_author)),
        published=_instant(entry, "date_published") or _instant(entry, "date_modified"),
        topics=topics_within(_words(tag) for tag in _list(entry.get("tags"))),
        attachments=tuple(_attachments(entry)),
        language=_words(entry.get("language")) or language,
        origins=FEED_ORIGINS,
    )


def _author(entry: Entry) -> str:
    authors = _list(entry.get("authors")) or [entry.get("author")]
    names = [_words(a.get("name")) for a in authors if isinstance(a, dict)]
    return " and ".join(filter(None, names))


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _attachments(entry: Entry) -> Iterator[Attachment]:
    for key in ("image", "banner_image"):
        yield Attachment(_words(entry.get(key)), "image/")
    for file in _list(entry.get("attachments"))[: limits.ATTACHMENTS]:
        if isinstance(file, dict):
            parts = (_words(file.get(key)) for key in ("url", "mime_type", "title"))
            yield Attachment(*parts)


def _instant(entry: Entry, key: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(_words(entry.get(key)))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
