"""Posts from a feed: RSS, Atom or JSON Feed."""

from dataclasses import replace

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.feeds import json_feed, xml_feed
from digest.gather.fetching.document import FEED
from digest.gather.items.reading import ItemCollector, Reading, SourceVisit
from digest.model.campaigns.campaign import Source

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_feed(source: Source, visit: SourceVisit) -> Reading:
    """Return the posts of a feed, newest last; one bad entry costs itself alone.

    Raises SourceError where the feed cannot be fetched or is no feed.
    """
    document = visit.fetch(source.location, FEED)
    if document.content is None:
        return Reading(unchanged=True, memory=document.memory)
    reading = posts_in(document.content, document.media_type, document.url)
    return replace(reading, memory=document.memory)


def posts_in(content: bytes, media_type: str, address: str) -> Reading:
    """Return the posts of a feed from its bytes, its whole Content-Type and address.

    Raises SourceError where it is no feed.
    """
    is_json = content.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in {b"{", b"["}
    try:
        if is_json:
            entries = json_feed.entries(content, address)
        else:
            entries = xml_feed.entries(content, media_type, address)
    except ValueError as problem:
        raise SourceError(f"{address} {problem}") from problem
    posts = ItemCollector()
    for number, entry in enumerate(entries[: limits.ITEMS], 1):
        posts.add(entry, entry.name or f"item {number}")
    if len(entries) > limits.ITEMS:
        posts.skip("the rest", f"only the first {limits.ITEMS} are read")
    items = posts.distinct()[::-1]
    return Reading(items, tuple(posts.skipped), origins=posts.origins)
