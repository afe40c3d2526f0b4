"""Entries of an RSS or Atom feed, by feedparser and within limits."""

import calendar
import html
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import feedparser

from digest.gather import limits
from digest.gather.feeds.apart import apart
from digest.gather.feeds.scan import within_limits
from digest.gather.items.attachments import Attachment
from digest.gather.items.entries import FeedEntry, FeedText
from digest.gather.markup import addresses
from digest.gather.markup.decoding import decoded

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n\s*")
_PLAIN = frozenset({"text/plain", "text/markdown"})
_FAULT = "holds elements in places where its reader cannot make sense of them"
_DATES = ("published_parsed", "updated_parsed", "created_parsed")


@dataclass(frozen=True, slots=True)
class _Feed:
    """What the feed says for all of its entries."""

    address: str
    is_rss: bool
    link: str
    author: str


def entries(content: bytes, media_type: str, address: str) -> Sequence[FeedEntry]:
    """Return the first entries of the feed, at most one more than are taken.

    Raises ValueError, in words, where `content` is no feed.
    """
    within = within_limits(decoded(content, media_type).encode())
    try:
        return _entries(within, address)
    except _Broken:
        return _entries_apart(within, address)


class _Broken(Exception):  # noqa: N818 - what the feed has done
    """The feed broke its parser."""


def _entries_apart(content: bytes, address: str) -> Sequence[FeedEntry]:
    """Return the entries, each parsed alone, so that a bad one costs itself alone."""
    found: list[FeedEntry] = []
    for one in apart(content):
        try:
            found += _entries(one, address)
        except _Broken:
            found.append(FeedEntry("", FeedText(), FeedText(), address, fault=_FAULT))
    if not any(not entry.fault for entry in found):
        raise ValueError(f"{_FAULT}: ask its publisher to look at it")
    return found


def _entries(content: bytes, address: str) -> Sequence[FeedEntry]:
    feed = _parsed(content)
    version = feed.get("version") or ""
    if not version:
        raise ValueError(
            "is not a feed: give the address of its RSS, Atom or JSON Feed; "
            "digest source try page finds it, if the page names one"
        )
    raw = dict(feed.feed.items())
    is_rss = version.startswith("rss")
    whose = "" if is_rss else _author(raw)  # RFC 4287 section 4.1.2
    about = _Feed(address, is_rss, raw.get("link") or "", whose)
    return [_entry(one, about) for one in feed.entries[: limits.ITEMS + 1]]


def _parsed(content: bytes) -> Any:
    """Return what feedparser makes of it. Raises _Broken where it breaks."""
    try:
        return feedparser.parse(
            # A stream: bytes that happen to be a path would be opened as a file.
            io.BytesIO(content),
            # Not our address too: an entry's id would be made an address by it.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as problem:
        # Elements out of their place raise whatever its code happens to meet.
        raise _Broken from problem


def _entry(one: Any, feed: _Feed) -> FeedEntry:
    # Read as the dict it is: feedparser's own look-up fills in what is missing.
    raw: dict[str, Any] = dict(one.items())
    title, content = _text(raw.get("title_detail")), _content(raw)
    if feed.is_rss and _MARKUP.search(title.value):  # RSS does not say which it is
        title = replace(title, is_html=True)
    return FeedEntry(
        key=raw.get("id") or raw.get("link") or "",
        title=title,
        content=content,
        base=_base(raw, feed),
        url=raw.get("feedburner_origlink") or raw.get("link") or "",
        summary=_text(raw.get("summary_detail")),
        author=_author(raw) or feed.author,
        published=next(filter(None, (_instant(raw.get(key)) for key in _DATES)), None),
        topics=tuple(
            html.unescape(tag.get("term") or "") for tag in _list(raw, "tags")
        ),
        attachments=tuple(
            islice((one for one in _attachments(raw) if one.url), limits.ATTACHMENTS)
        ),
    )


def _base(raw: dict[str, Any], feed: _Feed) -> str:
    """Return what relative addresses in the entry's words are taken from.

    What xml:base says; else in Atom the feed's own address (RFC 4287 section 2).
    RSS has no rule, and its words were written for the page that they stand on.
    """
    said = (part.get("base") for part in _details(raw))
    base = next(filter(None, said), "")
    if feed.is_rss and not base:
        base = next((one for one in (raw.get("link"), feed.link) if one), "")
    return addresses.web(base, feed.address) or feed.address


def _details(raw: dict[str, Any]) -> Iterator[Any]:
    yield from _list(raw, "content")
    yield from filter(None, (raw.get("summary_detail"), raw.get("title_detail")))


def _content(raw: dict[str, Any]) -> FeedText:
    """Return the fullest of the contents that are words."""
    found = [
        _text(part)
        for part in _list(raw, "content")
        if part.get("type", "").startswith(("text/", "application/xhtml"))
    ]
    return max(found, key=lambda text: len(text.value), default=FeedText())


def _text(detail: Any) -> FeedText:
    if not detail:
        return FeedText()
    value, is_html = detail.get("value") or "", detail.get("type") not in _PLAIN
    if is_html and not _MARKUP.search(value):
        # Words of no markup, which part their paragraphs as in a plain text.
        value = _EMPTY_LINE.sub("<p>", value.strip())
    return FeedText(value, is_html)


def _author(raw: dict[str, Any]) -> str:
    """Return the authors by name; an address alone is nobody's byline."""
    names = (one.get("name") or "" for one in _list(raw, "authors"))
    return " and ".join(
        dict.fromkeys(html.unescape(name) for name in names if name and "@" not in name)
    )


def _attachments(raw: dict[str, Any]) -> Iterator[Attachment]:
    """Yield the files of an entry, those first that say most of themselves."""
    enclosed = [one for one in _list(raw, "links") if one.get("rel") == "enclosure"]
    media = _list(raw, "media_content")
    yield from (_medium(one) for one in media if _is_picture(one))
    for one in enclosed:
        yield Attachment(
            one.get("href") or "", one.get("type") or "", one.get("title") or ""
        )
    for one in _list(raw, "media_thumbnail"):
        yield Attachment(one.get("url") or "", "image/")
    yield Attachment((raw.get("image") or {}).get("href") or "", "image/")
    if not enclosed:
        # One recording in several sizes, the first of which is the best for most.
        yield from islice((_medium(one) for one in media if not _is_picture(one)), 1)


def _medium(one: Any) -> Attachment:
    medium = one.get("medium") or ""
    return Attachment(one.get("url") or "", one.get("type") or f"{medium}/")


def _is_picture(one: Any) -> bool:
    said = one.get("type") or f"{one.get('medium')}/"
    return str(said).startswith("image/")


def _list(raw: dict[str, Any], key: str) -> Sequence[Any]:
    value = raw.get(key)
    return value if isinstance(value, list) else ()


def _instant(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None
