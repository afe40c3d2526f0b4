"""A feed that shows one post at a time, under an id that never changes.

A "thought for the day": its id says that it is yesterday's, and its day and its words
say that it is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from digest.model.posts.identity.signs import (
    KeyedPosts,
    Sign,
    SignsOfPost,
    is_composed_of,
)
from digest.model.posts.items import Post

# What is dated so much later, and says something else, is no mended post.
_ANOTHER_DAY = timedelta(hours=12)
_COMPARED = (Sign.LINK, Sign.TITLE, Sign.WORDS, Sign.DATE)
_OTHERWISE = "known_by in the campaign file says otherwise"


@dataclass(frozen=True, slots=True)
class LonePost:
    """Whether the only post of a reading is one of the log, `place`, or a new one.

    `remarks` is what staff should know of it.
    """

    place: int | None
    remarks: tuple[str, ...] = ()


def lone_post(stored: Sequence[Post], reading: KeyedPosts) -> LonePost | None:
    """Return what the one post of a reading is; None where its id tells that.

    That is, where the feed shows several, or has shown others under ids of their own.
    """
    if len(reading.posts) != 1:
        return None
    [post] = reading.posts
    places = [
        place
        for place, other in enumerate(stored)
        if other.key == post.key or is_composed_of(other.key, post.key)
    ]
    if not places or len(places) == 1 < len(stored):
        return None
    mine = SignsOfPost.of(post)
    earlier = {place: SignsOfPost.of(stored[place]) for place in places}
    place = max(places, key=lambda place: (_agreed(mine, earlier[place]), place))
    is_new, is_sure = _verdict(mine, earlier[place], is_latest=place == places[-1])
    remarks = []
    if not is_sure:
        verdict = "a new one" if is_new else "that, changed"
        remarks.append(
            f'"{post.title}" has the {_name_of_key(mine)} of an earlier post, and '
            f"another date, title or text: it is taken as {verdict}; {_OTHERWISE}"
        )
    if len(places) > 1:
        remarks.append(
            "its posts come one at a time and share one id: they are recognised by "
            "their dates and words"
        )
    return LonePost(None if is_new else place, tuple(remarks))


def is_another(mine: SignsOfPost, other: SignsOfPost) -> bool:
    """Whether posts that a feed shows one at a time are two, though their id is one."""
    return _verdict(mine, other, is_latest=True)[0]


def _agreed(mine: SignsOfPost, other: SignsOfPost) -> int:
    return sum(mine.agrees(other, sign) for sign in _COMPARED)


def _verdict(
    mine: SignsOfPost, other: SignsOfPost, *, is_latest: bool
) -> tuple[bool, bool]:
    """Return whether the post is new, and whether that is beyond doubt."""
    has_other_title = mine.contradicts(other, Sign.TITLE)
    is_rewritten = mine.contradicts(other, Sign.WORDS) and not mine.is_similar(other)
    has_other_link = mine.contradicts(other, Sign.LINK)
    if mine.agrees(other, Sign.DATE):
        return is_rewritten and has_other_title, not is_rewritten
    if not has_other_title and not mine.contradicts(other, Sign.WORDS):
        # The same again: many programs give the day on which they write the feed.
        is_notice = mine.is_long_after(other)
        is_sure = is_latest and not (is_notice or has_other_link)
        return is_notice and not is_latest, is_sure
    is_later = mine.is_long_after(other, _ANOTHER_DAY)
    return is_rewritten or is_later or has_other_link, False


def _name_of_key(signs: SignsOfPost) -> Sign:
    """Return what stands for the post's id."""
    having = (sign for sign in (Sign.ID, Sign.LINK) if signs.values[sign])
    return next(having, Sign.TITLE)
