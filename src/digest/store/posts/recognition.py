"""A reading's posts by the keys under which the log has them already."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from digest.model.posts.duplicates import DuplicateEvidence
from digest.model.posts.identity.pairing import Recognition, recognise
from digest.model.posts.identity.signs import KeyedPosts, Sign
from digest.model.posts.item_json import item_from_json
from digest.model.posts.items import Post
from digest.store.base.tables import item

# The latest of a source: twice what one reading may hold.
_COMPARED = 2_000


def recognised(
    connection: Connection,
    source_id: int,
    reading: KeyedPosts,
    known_by: Sign | None = None,
) -> Recognition:
    """Return the posts of a source's reading by their keys in the log.

    Most readings hold what is known, under the ids and in the words that it had;
    only of another, or of one post alone, are the posts in the log looked at.
    """
    rows = connection.execute(
        select(item.c.key, item.c.words_mark).where(item.c.source_id == source_id)
    )
    words = {row.key: row.words_mark for row in rows}
    # The id and the words of one post alone may be those of each that it follows.
    may_be_as_before = len(reading.posts) > 1 and not reading.composed
    is_as_before = may_be_as_before and all(
        (mark := DuplicateEvidence.of(post).words) and words.get(post.key) == mark
        for post in reading.posts
    )
    if is_as_before or not words:
        return Recognition(reading.posts)
    return recognise(_latest(connection, source_id), reading, known_by)


def _latest(connection: Connection, source_id: int) -> Sequence[Post]:
    """Return the latest posts of a source as it last told them, the latest last."""
    rows = connection.execute(
        select(item.c.key, item.c.content, item.c.given)
        .where(item.c.source_id == source_id)
        .order_by(item.c.id.desc())
        .limit(_COMPARED)
    ).all()
    posts: dict[str, Post] = {}
    for row in rows:
        entry = item_from_json(row.given or row.content)
        if isinstance(entry, Post):
            posts.setdefault(row.key, replace(entry, key=row.key))
    return list(posts.values())[::-1]
