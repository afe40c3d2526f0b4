"""Posts from a feed: RSS, Atom or JSON Feed."""

import calendar
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser

from digest.errors import SourceError
from digest.gather import addresses
from digest.gather.fetch import Document, fetch
from digest.gather.html import to_blocks
from digest.gather.reading import (
    MAX_ITEMS,
    Memory,
    Reading,
    Skipped,
    distinct,
    finished,
)
from digest.gather.words import cleaned, one_line
from digest.model.blocks import Block, Paragraph, Picture, Run, texts
from digest.model.bylines import parse
from digest.model.campaigns import Source
from digest.model.items import Item, Post
from digest.model.summary import summarise

_UNTITLED = "Untitled"


def read_feed(source: Source, memory: Memory) -> Reading:
    """Return the posts of a feed, newest last; one bad entry costs itself alone.

    Raises SourceError where the feed cannot be fetched or is no feed.
    """
    document = fetch(source.location, memory)
    if document.content is None:
        return Reading(unchanged=True, memory=memory)
    entries = _entries(source.name, document, document.content)
    items: list[Item] = []
    skipped: list[Skipped] = []
    for number, entry in enumerate(entries, 1):
        if number > MAX_ITEMS:
            skipped.append(Skipped("the rest", f"only {MAX_ITEMS} items are read"))
            break
        try:
            items.append(_post(entry, document.url))
        except ValueError as problem:
            name = one_line(str(entry.get("title") or "")) or f"item {number}"
            skipped.append(Skipped(name, str(problem)))
    items.reverse()
    return Reading(distinct(items, skipped), tuple(skipped), memory=document.memory)


Entry = Mapping[str, Any]


def _entries(name: str, document: Document, content: bytes) -> Iterator[Entry]:
    if "json" in document.media_type or content.lstrip()[:1] == b"{":
        return _json_entries(name, content)
    if b"<!ENTITY" in content[:100_000]:
        raise SourceError(f"{name}: the feed declares entities, which none needs")
    parsed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        raise SourceError(
            f"{name}: {document.url} is not a feed: give the address of its RSS or Atom"
        )
    return map(_xml_entry, parsed.entries)


def _xml_entry(entry: Any) -> Entry:
    contents = [one.get("value", "") for one in entry.get("content", [])]
    # feedparser gives the content as the summary where a feed has none.
    summary = entry.get("summary", "")
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    pictures = [
        one.get("href") or one.get("url")
        for one in [*entry.get("enclosures", []), *entry.get("media_content", [])]
        if str(one.get("type", "")).startswith("image/") or one.get("medium") == "image"
    ]
    return {
        "id": entry.get("id") or entry.get("link"),
        "title": entry.get("title"),
        "url": entry.get("link"),
        "html": max([*contents, summary], key=len),
        "summary": "" if summary in contents else summary,
        "author": (entry.get("author_detail") or {}).get("name") or entry.get("author"),
        "published": _when(when),
        "topics": [tag.get("term") for tag in entry.get("tags", [])],
        "picture": next(filter(None, pictures), None),
    }


def _json_entries(name: str, content: bytes) -> Iterator[Entry]:
    try:
        feed = json.loads(content)
        entries = feed["items"]
    except (ValueError, LookupError, TypeError, RecursionError) as problem:
        raise SourceError(
            f"{name}: it is not a JSON Feed: give its address"
        ) from problem
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            yield _json_entry(entry)


def _json_entry(entry: Mapping[str, Any]) -> Entry:
    authors = entry.get("authors") or [entry.get("author") or {}]
    author = authors[0] if isinstance(authors, list) and authors else {}
    html = entry.get("content_html") or ""
    return {
        "id": entry.get("id") or entry.get("url"),
        "title": entry.get("title"),
        "url": entry.get("url") or entry.get("external_url"),
        "html": html,
        "text": "" if html else entry.get("content_text") or "",
        "summary": entry.get("summary"),
        "author": author.get("name") if isinstance(author, dict) else None,
        "published": _instant(entry.get("date_published")),
        "topics": entry.get("tags") or [],
        "picture": entry.get("image"),
    }


def _post(entry: Entry, base: str) -> Post:
    url = addresses.web(_text(entry.get("url")), base) or ""
    title = _words(entry.get("title"), base)
    body = _body(entry, url or base)
    if not title and not body:
        raise ValueError("has neither a title nor words")
    picture = addresses.web(_text(entry.get("picture")), base)
    topics = entry.get("topics")
    post = Post(
        key=cleaned(_text(entry.get("id"))).strip() or url or title,
        title=title or _UNTITLED,
        byline=parse(one_line(_text(entry.get("author")))),
        published=entry.get("published"),
        url=url,
        summary=summarise(to_blocks(_text(entry.get("summary")), base)),
        picture=Picture(picture) if picture else None,
        topics=tuple(filter(None, (one_line(_text(one)) for one in topics or ()))),
    )
    return finished(post, body)


def _body(entry: Entry, base: str) -> tuple[Block, ...]:
    if html := _text(entry.get("html")):
        return to_blocks(html, base)
    parts = _text(entry.get("text")).split("\n\n")
    return tuple(Paragraph((Run(one_line(part)),)) for part in parts if part.strip())


def _words(value: object, base: str) -> str:
    return one_line(" ".join(texts(to_blocks(_text(value), base))))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _when(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None
