"""Posts from a feed: RSS, Atom or JSON Feed."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.feeds import json_feed, xml_feed
from digest.gather.feeds.dates import ANYWHERE, DateReading
from digest.gather.fetching.document import FEED
from digest.gather.items.raw_item import RawItem
from digest.gather.items.reading import ItemCollector, Reading, SourceVisit
from digest.model.campaigns.campaign import Source
from digest.model.posts.identity.signs import KeyedPosts, Sign, SignsOfPost, keyed
from digest.model.posts.items import Post

_EMPTY = "holds no items yet"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_feed(source: Source, visit: SourceVisit) -> Reading:
    """Return the posts of a feed, newest last; one bad entry costs itself alone.

    Raises SourceError where the feed cannot be fetched or is no feed.
    """
    document = visit.fetch(source.location, FEED)
    if document.content is None:
        return Reading(unchanged=True, memory=document.memory)
    reading = posts_in(
        document.content,
        document.media_type,
        document.url,
        known_by=source.known_by,
        date_reading=DateReading(visit.zone, visit.language),
    )
    return replace(reading, memory=document.memory)


def posts_in(
    content: bytes,
    media_type: str,
    address: str,
    *,
    known_by: Sign | None = None,
    date_reading: DateReading = ANYWHERE,
) -> Reading:
    """Return the posts of a feed from its bytes, its whole Content-Type and address.

    Each has a key of its own, by the sign that posts are `known_by`, or else by
    whichever tells them apart. Raises SourceError where it is no feed.
    """
    is_json = content.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in {b"{", b"["}
    try:
        if is_json:
            entries = json_feed.entries(content, address, date_reading)
        else:
            entries = xml_feed.entries(content, media_type, address, date_reading)
    except ValueError as problem:
        raise SourceError(f"{address} {problem}") from problem
    posts = ItemCollector()
    newest = _newest(entries)
    for number, entry in enumerate(newest, 1):
        posts.add(entry, entry.name or f"item {number}")
    if len(entries) > len(newest):
        posts.skip("the rest", f"only the newest {limits.ITEMS} are read")
    identity = keyed((post for post in posts.items if isinstance(post, Post)), known_by)
    for repeat in identity.repeats:
        posts.skip(repeat.title, "says what another with its id does: change its id")
    own_ids = zip(identity.posts, identity.ids, strict=True)
    return Reading(
        identity.posts,
        tuple(posts.skipped),
        origins={post.key: posts.origins[own_id] for post, own_id in own_ids},
        notes=(_recognised_by(identity, known_by) if entries else _EMPTY,),
        identity=identity,
    )


def _newest(entries: Sequence[RawItem]) -> Sequence[RawItem]:
    """Return the newest entries, the newest first, as many as are taken.

    Feeds put the newest first, and some the oldest: which, their dates tell.
    """
    dates = [entry.published for entry in entries if entry.published]
    steps = [later > earlier for earlier, later in pairwise(dates) if later != earlier]
    is_oldest_first = 2 * sum(steps) > len(steps)
    in_order = entries[::-1] if is_oldest_first else entries
    return in_order[: limits.ITEMS]


def _recognised_by(identity: KeyedPosts, known_by: Sign | None) -> str:
    return f"posts are recognised by {_signs_in_use(identity, known_by)}"


def _signs_in_use(identity: KeyedPosts, known_by: Sign | None) -> str:
    """Return, in words, what is to tell the posts of this feed apart."""
    if known_by is not None:
        return f"their {known_by}, as the campaign file says"
    signs = [SignsOfPost.of(post) for post in identity.posts]
    is_counted = identity.counts_places
    count = sum(post.key not in identity.composed for post in identity.posts)
    if identity.composed and count:
        return (
            f"their id; {len(identity.composed)} that share one, by their other signs"
        )
    if not (identity.composed or is_counted) and any(
        own.values[Sign.ID] for own in signs
    ):
        alone = "; one that comes alone under the same id, by its day and words"
        return "their id, as long as that stays the same" + alone * (len(signs) == 1)
    links = {own.values[Sign.LINK] for own in signs} - {""}
    if len(links) == len(signs):
        return "their link, as the ids only count places" * is_counted or "their link"
    why = "the id is the same" if identity.composed else "they have no id"
    why = "the ids only count places" if is_counted else why
    return f"their title, date and words, as {why} and the link tells none apart"
