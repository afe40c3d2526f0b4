"""Entries of an RSS or Atom feed, by feedparser and within limits."""

import html
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import feedparser

from digest.gather import limits
from digest.gather.feeds.dates import ANYWHERE, DateReading
from digest.gather.feeds.feed_footers import without_footer
from digest.gather.feeds.item_words import FileWords, own_words_alone
from digest.gather.feeds.xml_scan import feeds_of_one_item, within_limits
from digest.gather.items.attachments import Attachment
from digest.gather.items.raw_item import (
    FEED_ORIGINS,
    Html,
    PlainText,
    RawItem,
    stated_for_all,
    topics_within,
)
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.decoding import decoded
from digest.model.posts.bylines import parse

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n\s*")
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_PLAIN = frozenset({"text/plain", "text/markdown"})
_FAULT = "holds elements in places where its reader cannot make sense of them"
_DATES = ("published", "updated", "created")


@dataclass(frozen=True, slots=True)
class _Channel:
    """Where the feed is, what it says of its files, and how it may write dates."""

    address: str
    files: FileWords
    date_reading: DateReading


@dataclass(frozen=True, slots=True)
class _FeedHead:
    """What the feed says for all of its entries."""

    channel: _Channel
    is_rss: bool
    link: str
    author: str
    language: str


def entries(
    content: bytes, media_type: str, address: str, date_reading: DateReading = ANYWHERE
) -> Sequence[RawItem]:
    """Return the newest entries of the feed, at most one more than are taken.

    Raises ValueError, in words, where `content` is no feed.
    """
    whole = within_limits(decoded(content, media_type).encode())
    feed, files = own_words_alone(whole)
    channel = _Channel(address, files, date_reading)
    try:
        return _entries(feed, channel)
    except _Broken:
        return _entries_one_by_one(feed, channel)


class _Broken(Exception):  # noqa: N818 - what the feed has done
    """The feed broke its parser."""


def _entries_one_by_one(content: bytes, channel: _Channel) -> Sequence[RawItem]:
    """Return the entries, each parsed alone, so that a bad one costs itself alone."""
    items: list[RawItem] = []
    for feed in feeds_of_one_item(content):
        try:
            items += _entries(feed, channel)
        except _Broken:
            items.append(RawItem(fault=_FAULT))
    if not any(not item.fault for item in items):
        raise ValueError(f"{_FAULT}: ask its publisher to look at it")
    return items


def _entries(content: bytes, channel: _Channel) -> Sequence[RawItem]:
    feed = _parsed(content)
    version = feed.get("version") or ""
    if not version:
        raise ValueError(
            "is not a feed: give the address of its RSS, Atom or JSON Feed; "
            "tried as a page it tells that, if the page names one"
        )
    raw = dict(feed.feed.items())
    is_rss = version.startswith("rss")
    author = "" if is_rss else _author(raw)  # RFC 4287 section 4.1.2
    language = stated_for_all(raw.get("language") or "")
    link = raw.get("link") or ""
    head = _FeedHead(channel, is_rss, link, author, language)
    return [_entry(entry, head) for entry in feed.entries[: limits.ITEMS + 1]]


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


def _entry(entry: Any, feed: _FeedHead) -> RawItem:
    # Read as the dict it is: feedparser's own look-up fills in what is missing.
    raw: dict[str, Any] = dict(entry.items())
    title = _text(raw.get("title_detail"))
    if feed.is_rss and _MARKUP.search(title):  # RSS does not say which it is
        title = Html(title)
    attachments = (file for file in _attachments(raw, feed) if file.url)
    published = feed.channel.date_reading.first(_written_dates(raw), feed.language)
    url = raw.get("feedburner_origlink") or _link(raw)
    return RawItem(
        key=raw.get("id") or url or "",
        title=title,
        body=without_footer(_content(raw), url),
        base=_base(raw, feed),
        url=url,
        summary=without_footer(_text(raw.get("summary_detail")), url),
        byline=parse(one_line(_author(raw) or feed.author)),
        published=published.instant,
        unread_date=published.unread,
        topics=topics_within(
            html.unescape(tag.get("term") or "") for tag in _list(raw, "tags")
        ),
        attachments=tuple(islice(attachments, limits.ATTACHMENTS)),
        language=_language(raw) or feed.language,
        origins=FEED_ORIGINS,
    )


def _link(raw: dict[str, Any]) -> str:
    """Return where the entry stands on the web.

    The parser takes an id for a link where there is none, whatever it is, and
    passes over a link whose type has parameters.
    """
    link = raw.get("link") or ""
    is_guid = link == raw.get("id")
    if link and not (is_guid and addresses.web(link, "") is None):
        return link
    for other in _list(raw, "links"):
        is_page = other.get("rel", "alternate") == "alternate"
        media_type = (other.get("type") or "text/html").partition(";")[0].strip()
        href = other.get("href") or ""
        if is_page and media_type.lower() in _PAGES and href and href != link:
            return href
    return ""


def _base(raw: dict[str, Any], feed: _FeedHead) -> str:
    """Return what relative addresses in the entry's words are taken from.

    What xml:base says; else in Atom the feed's own address (RFC 4287 section 2).
    RSS has no rule, and its words were written for the page that they stand on.
    """
    details = (
        *_list(raw, "content"),
        *filter(None, (raw.get("summary_detail"), raw.get("title_detail"))),
    )
    base = next(filter(None, (detail.get("base") for detail in details)), "")
    if feed.is_rss and not base:
        base = _link(raw) or feed.link
    return addresses.web(base, feed.channel.address) or feed.channel.address


def _language(raw: dict[str, Any]) -> str:
    """Return what the entry's own words say of their language by xml:lang."""
    details = (*_list(raw, "content"), raw.get("title_detail"))
    languages = (detail.get("language") for detail in details if detail)
    return next(filter(None, map(stated_for_all, filter(None, languages))), "")


def _content(raw: dict[str, Any]) -> Html | PlainText:
    """Return the fullest of the contents that are words."""
    contents = [
        _text(part)
        for part in _list(raw, "content")
        if part.get("type", "").startswith(("text/", "application/xhtml"))
    ]
    return max(contents, key=len, default=PlainText())


def _text(detail: Any) -> Html | PlainText:
    value = (detail.get("value") or "") if detail else ""
    if not detail or detail.get("type") in _PLAIN:
        return PlainText(value)
    if not _MARKUP.search(value):
        # Words of no markup, which part their paragraphs as in a plain text.
        value = _EMPTY_LINE.sub("<p>", value.strip())
    return Html(value)


def _author(raw: dict[str, Any]) -> str:
    """Return the authors by name; an address alone is nobody's byline."""
    names = (author.get("name") or "" for author in _list(raw, "authors"))
    return " and ".join(
        dict.fromkeys(html.unescape(name) for name in names if name and "@" not in name)
    )


def _attachments(raw: dict[str, Any], feed: _FeedHead) -> Iterator[Attachment]:
    """Yield the files of an entry, those first that say most of themselves."""
    enclosures = [
        link for link in _list(raw, "links") if link.get("rel") == "enclosure"
    ]
    files = feed.channel.files
    media = [
        Attachment(
            medium.get("url") or "",
            medium.get("type") or f"{medium.get('medium') or ''}/",
            description=files.descriptions.get(medium.get("url") or "", ""),
        )
        for medium in _list(raw, "media_content")
        if medium.get("url") not in files.variants
    ]
    yield from (file for file in media if file.media_type.startswith("image/"))
    for link in enclosures:
        yield Attachment(
            link.get("href") or "", link.get("type") or "", link.get("title") or ""
        )
    for thumbnail in _list(raw, "media_thumbnail"):
        yield Attachment(thumbnail.get("url") or "", "image/", stands_in=True)
    image = (raw.get("image") or {}).get("href") or ""
    yield Attachment(image, "image/", stands_in=True)
    if not enclosures:
        # One recording in several sizes, the first of which is the best for most.
        others = (file for file in media if not file.media_type.startswith("image/"))
        yield from islice(others, 1)


def _list(raw: dict[str, Any], key: str) -> Sequence[Any]:
    value = raw.get(key)
    return value if isinstance(value, list) else ()


def _written_dates(raw: dict[str, Any]) -> Iterator[str]:
    """Yield its dates as they are written, the best first."""
    for name in _DATES:
        value = raw.get(name)
        if isinstance(value, str) and value.strip():
            yield value
