"""Entries of a JSON Feed (jsonfeed.org, versions 1 and 1.1)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.gather import limits
from digest.gather.feeds.dates import ANYWHERE, DateReading
from digest.gather.items.attachments import Attachment
from digest.gather.items.raw_item import (
    FEED_ORIGINS,
    Html,
    PlainText,
    RawItem,
    stated_for_all,
    topics_within,
)
from digest.gather.markup.clean_text import one_line
from digest.model.posts.bylines import parse

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _FeedHead:
    """What the feed says for all of its entries."""

    address: str
    author: str
    language: str
    date_reading: DateReading


def entries(
    content: bytes, address: str, date_reading: DateReading = ANYWHERE
) -> Sequence[RawItem]:
    """Return the entries of the feed.

    Raises ValueError, in words, where `content` is no feed.
    """
    try:
        feed = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise ValueError("is not JSON, though it begins as if it were") from problem
    if not isinstance(feed, dict) or "items" not in feed:
        raise ValueError("is not a JSON Feed: it has no list of items")
    language = stated_for_all(_words(feed.get("language")))
    head = _FeedHead(address, _author(feed), language, date_reading)
    return [
        _entry(item if isinstance(item, dict) else {}, head)
        for item in _list(feed["items"])
    ]


def _entry(entry: Entry, feed: _FeedHead) -> RawItem:
    dates = [_words(entry.get(key)) for key in ("date_published", "date_modified")]
    published = feed.date_reading.first(filter(None, dates), feed.language)
    html = _words(entry.get("content_html"))
    number = entry.get("id")  # some feeds number their items
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return RawItem(
        key=(str(number) if is_number else _words(number)) or _words(entry.get("url")),
        title=PlainText(_words(entry.get("title"))),
        body=Html(html) if html else PlainText(_words(entry.get("content_text"))),
        base=feed.address,
        url=_words(entry.get("url")) or _words(entry.get("external_url")),
        summary=PlainText(_words(entry.get("summary"))),
        byline=parse(one_line(_author(entry) or feed.author)),
        published=published.instant,
        unread_date=published.unread,
        topics=topics_within(_words(tag) for tag in _list(entry.get("tags"))),
        attachments=tuple(_attachments(entry)),
        language=_words(entry.get("language")) or feed.language,
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
    image = _words(entry.get("image"))
    yield Attachment(image, "image/")
    banner = _words(entry.get("banner_image"))
    yield Attachment(banner, "image/", stands_in=True)
    for file in _list(entry.get("attachments"))[: limits.ATTACHMENTS]:
        if isinstance(file, dict):
            url, media_type = _words(file.get("url")), _words(file.get("mime_type"))
            yield Attachment(url, media_type, _words(file.get("title")))
