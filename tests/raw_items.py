"""Items as sources have them, made posts in one line."""

from digest.gather.items.raw_item import RawItem, post_of
from digest.model.posts.items import Post


def post_from(raw: RawItem) -> Post:
    """Return the post that an item makes."""
    post, _ = post_of(raw)
    return post
