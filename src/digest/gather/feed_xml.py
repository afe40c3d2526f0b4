"""Entries of an RSS or Atom feed, by feedparser and within limits."""

import calendar
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.parsers import expat

import feedparser

from digest.gather.entries import Entry, Text
from digest.gather.reading import MAX_ITEMS

# feedparser mends what is not XML, at some microseconds a byte.
_MAX_BROKEN_BYTES = 1_000_000
_MAX_ATTRIBUTES = 200
_ITEMS = frozenset({"item", "entry"})
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_PLAIN = frozenset({"text/plain"})


def entries(content: bytes, media_type: str, address: str) -> Sequence[Entry]:
    """Return the first entries of the feed, at most one more than are taken.

    Raises ValueError, in words, where `content` is no feed.
    """
    within = _within_limits(content)
    # A stream, because bytes that happen to be a path would be opened as a file.
    feed = feedparser.parse(
        io.BytesIO(within),
        response_headers={"content-type": media_type} if media_type else {},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    version = feed.get("version") or ""
    if not version:
        raise ValueError(
            "is not a feed: give the address of its RSS, Atom or JSON Feed"
        )
    is_rss = version.startswith("rss")
    return [
        _entry(one, address, is_rss=is_rss) for one in feed.entries[: MAX_ITEMS + 1]
    ]


def _within_limits(content: bytes) -> bytes:
    """Return the feed without the items past the first that is not taken."""
    scan = _Scan()
    try:
        scan.parser.Parse(content, True)  # noqa: FBT003 - expat's own word for "the end"
    except expat.ExpatError as problem:
        if len(content) > _MAX_BROKEN_BYTES:
            raise ValueError(f"is not well-formed XML: {problem}") from problem
        return content
    if scan.cut_from is None or scan.cut_to is None:
        return content
    return content[: scan.cut_from] + content[scan.cut_to :]


class _Scan:
    """Goes through XML and notes where the items begin that are too many."""

    def __init__(self) -> None:
        self.cut_from: int | None = None
        self.cut_to: int | None = None
        self._depth = 0
        self._items = 0
        self._items_depth = 0
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        self._depth += 1
        if len(attributes) > 2 * _MAX_ATTRIBUTES:
            raise ValueError(
                "is not a feed: one of its elements has too many attributes"
            )
        if name.rpartition(":")[2] in _ITEMS:
            self._items_depth = self._items_depth or self._depth
            self._items += self._depth == self._items_depth
            if self._items == MAX_ITEMS + 2 and self.cut_from is None:
                self.cut_from = self.parser.CurrentByteIndex

    def _entity(self, _name: str, is_parameter: bool, *_definition: object) -> None:  # noqa: FBT001 - expat's call
        if not is_parameter:
            raise ValueError("declares entities of its own, which no feed needs")

    def _end(self, _name: str) -> None:
        self._depth -= 1
        is_parent = self._depth == self._items_depth - 2
        if is_parent and self.cut_from is not None and self.cut_to is None:
            self.cut_to = self.parser.CurrentByteIndex


def _entry(one: Any, address: str, *, is_rss: bool) -> Entry:
    # Read as the dict it is: feedparser's own look-up fills in what is missing.
    raw: dict[str, Any] = dict(one.items())
    title, content = _text(raw.get("title_detail")), _content(raw)
    if is_rss and _MARKUP.search(title.value):  # RSS does not say which it is
        title = replace(title, is_html=True)
    base = next((part.get("base") for part in _details(raw) if part.get("base")), "")
    return Entry(
        key=raw.get("id") or raw.get("link") or "",
        title=title,
        content=content,
        base=base or address,
        url=raw.get("link") or "",
        summary=_text(raw.get("summary_detail")),
        author=_author(raw),
        published=_instant(raw.get("published_parsed") or raw.get("updated_parsed")),
        topics=tuple(tag.get("term") or "" for tag in raw.get("tags", ())),
        picture=next(_pictures(raw), ""),
    )


def _details(raw: dict[str, Any]) -> Iterator[Any]:
    yield from raw.get("content", ())
    yield from filter(None, (raw.get("summary_detail"), raw.get("title_detail")))


def _content(raw: dict[str, Any]) -> Text:
    """Return the fullest of the contents that are words."""
    found = [
        _text(part)
        for part in raw.get("content", ())
        if part.get("type", "").startswith(("text/", "application/xhtml"))
    ]
    return max(found, key=lambda text: len(text.value), default=Text())


def _text(detail: Any) -> Text:
    if not detail:
        return Text()
    return Text(detail.get("value") or "", detail.get("type") not in _PLAIN)


def _author(raw: dict[str, Any]) -> str:
    """Return the authors by name; an address alone is nobody's byline."""
    names = (one.get("name") or "" for one in raw.get("authors", ()))
    return " and ".join(
        dict.fromkeys(name for name in names if name and "@" not in name)
    )


def _pictures(raw: dict[str, Any]) -> Iterator[str]:
    for one in raw.get("media_content", ()):
        if one.get("medium") == "image" or _is_image(one):
            yield one.get("url") or ""
    for one in raw.get("links", ()):
        if one.get("rel") == "enclosure" and _is_image(one):
            yield one.get("href") or ""
    yield from (one.get("url") or "" for one in raw.get("media_thumbnail", ()))


def _is_image(one: Any) -> bool:
    return str(one.get("type", "")).startswith("image/")


def _instant(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None
