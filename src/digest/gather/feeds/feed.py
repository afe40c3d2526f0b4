"""Posts from a feed: RSS, Atom or JSON Feed."""

from collections.abc import Sequence
from dataclasses import replace

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.feeds import json_feed, xml_feed
from digest.gather.fetching.document import FEED
from digest.gather.items.entries import FeedEntry, post_told
from digest.gather.items.origins import Origins
from digest.gather.items.reading import (
    Reading,
    Skipped,
    SourceVisit,
    distinct,
)
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Item

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_feed(source: Source, visit: SourceVisit) -> Reading:
    """Return the posts of a feed, newest last; one bad entry costs itself alone.

    Raises SourceError where the feed cannot be fetched or is no feed.
    """
    document = visit.fetch(source.location, FEED)
    if document.content is None:
        return Reading(unchanged=True, memory=document.memory)
    found = posts_in(document.content, document.media_type, document.url)
    return replace(found, memory=document.memory)


def posts_in(content: bytes, media_type: str, address: str) -> Reading:
    """Return the posts of a feed from its bytes, its whole Content-Type and address.

    Raises SourceError where it is no feed.
    """
    try:
        entries = _entries(content, media_type, address)
    except ValueError as problem:
        raise SourceError(f"{address} {problem}") from problem
    items: list[Item] = []
    skipped: list[Skipped] = []
    told: dict[str, Origins] = {}
    for number, entry in enumerate(entries[: limits.ITEMS], 1):
        try:
            post, origins = post_told(entry)
            items.append(post)
            told.setdefault(post.key, origins)
        except ValueError as problem:
            skipped.append(Skipped(entry.name or f"item {number}", str(problem)))
    if len(entries) > limits.ITEMS:
        skipped.append(Skipped("the rest", f"only the first {limits.ITEMS} are read"))
    kept = distinct(items, skipped)
    return Reading(kept[::-1], tuple(skipped), origins=told)


def _entries(content: bytes, media_type: str, address: str) -> Sequence[FeedEntry]:
    if content.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in {b"{", b"["}:
        return json_feed.entries(content, address)
    return xml_feed.entries(content, media_type, address)
