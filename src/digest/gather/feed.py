"""Posts from a feed: RSS, Atom or JSON Feed."""

from collections.abc import Sequence

from digest.errors import SourceError
from digest.gather import feed_json, feed_xml
from digest.gather.entries import Entry, origins_of, post_of
from digest.gather.fetch import Document, fetch
from digest.gather.origins import Origins
from digest.gather.reading import MAX_ITEMS, Memory, Reading, Skipped, distinct
from digest.model.campaigns import Source
from digest.model.items import Item


def read_feed(source: Source, memory: Memory) -> Reading:
    """Return the posts of a feed, newest last; one bad entry costs itself alone.

    Raises SourceError where the feed cannot be fetched or is no feed.
    """
    document = fetch(source.location, memory)
    if document.content is None:
        return Reading(unchanged=True, memory=memory)
    try:
        entries = _entries(document, document.content)
    except ValueError as problem:
        raise SourceError(f"{document.url} {problem}") from problem
    items: list[Item] = []
    skipped: list[Skipped] = []
    told: dict[str, Origins] = {}
    for number, entry in enumerate(entries[:MAX_ITEMS], 1):
        try:
            post = post_of(entry)
            items.append(post)
            told.setdefault(post.key, origins_of(entry, post))
        except ValueError as problem:
            skipped.append(Skipped(entry.name or f"item {number}", str(problem)))
    if len(entries) > MAX_ITEMS:
        skipped.append(Skipped("the rest", f"only the first {MAX_ITEMS} are read"))
    kept = distinct(items, skipped)
    return Reading(kept[::-1], tuple(skipped), memory=document.memory, origins=told)


def _entries(document: Document, content: bytes) -> Sequence[Entry]:
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        return feed_json.entries(content, document.url)
    return feed_xml.entries(content, document.media_type, document.url)
