"""What a post is recognised by, and a key for each post of a reading."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model.posts.blocks import texts
from digest.model.posts.duplicates import REPEATED_AFTER, canonical_address, letters
from digest.model.posts.items import Post


class Sign(StrEnum):
    """What a post may be recognised by."""

    ID = "id"
    LINK = "link"
    TITLE = "title"
    WORDS = "words"
    DATE = "date"


# What tells posts of one id apart, the likeliest first.
TELLING = (Sign.LINK, Sign.TITLE, Sign.DATE, Sign.WORDS)
# Those by which a campaign file may have posts known, whatever else they say.
DECISIVE = (Sign.ID, Sign.LINK, Sign.TITLE)
# Of two texts that are one with some words mended, most words are shared.
_SIMILAR = 0.5
# An id that is a number, or that ends in one.
_NUMBERED = re.compile(r"(.*?)(\d{1,6})([^\d]*)", re.DOTALL)
# Posts of one id, of which the last are looked at: more are no revisions.
_COMPARED = 20
# Characters of a key: the database's index holds no longer ones.
_KEY_LENGTH, _READABLE = 300, 200
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SignsOfPost:
    """A post as far as it is recognised by that; "" is no sign."""

    values: Mapping[Sign, str]
    words: frozenset[str]
    published: datetime | None

    @classmethod
    def of(cls, post: Post, *, has_id: bool = True) -> "SignsOfPost":
        """Return the signs of a post; an id that is its address or title is none."""
        body = letters(" ".join(texts(post.body)))
        link, title = canonical_address(post.url), letters(post.title) or post.title
        is_address = link and canonical_address(post.key) == link
        has_id = has_id and not is_address and letters(post.key) != title
        values = {
            Sign.ID: post.key if has_id else "",
            Sign.LINK: link,
            Sign.TITLE: title,
            Sign.WORDS: body,
            Sign.DATE: post.published.isoformat() if post.published else "",
        }
        return cls(values, frozenset(body.split()), post.published)

    def agrees(self, other: "SignsOfPost", *signs: Sign) -> bool:
        """Whether both have all of these signs, and the same."""
        return all(
            self.values[sign] and self.values[sign] == other.values[sign]
            for sign in signs
        )

    def contradicts(self, other: "SignsOfPost", sign: Sign) -> bool:
        """Whether both have the sign, and not the same."""
        mine, others = self.values[sign], other.values[sign]
        return bool(mine and others and mine != others)

    def is_similar(self, other: "SignsOfPost") -> bool:
        """Whether the words of one are those of the other, but for some."""
        shared, all_words = self.words & other.words, self.words | other.words
        return len(shared) >= _SIMILAR * len(all_words)

    def is_long_after(
        self, other: "SignsOfPost", apart: timedelta = REPEATED_AFTER
    ) -> bool:
        """Whether this came out so long after the other as to be another notice."""
        if self.published is None or other.published is None:
            return False
        return abs(self.published - other.published) >= apart


@dataclass(frozen=True, slots=True)
class KeyedPosts:
    """A reading's posts, the oldest first, each with a key of its own.

    `ids` is what each was called by its source. `repeats` are those that say
    nothing that another does not. `composed` are the keys of posts that share an
    id, or have none and share what stands for it.
    """

    posts: tuple[Post, ...]
    ids: tuple[str, ...]
    repeats: tuple[Post, ...] = ()
    composed: frozenset[str] = frozenset()

    @property
    def counts_places(self) -> bool:
        """Whether the ids say no more than where in the feed each post stands.

        "item 1", "item 2", from the top down. Ids that stay are higher the newer
        their posts are, and these stand at the top.
        """
        numbered = [match for key in self.ids if (match := _NUMBERED.fullmatch(key))]
        if not numbered or len(numbered) < len(self.ids):
            return False
        before, after = numbered[-1][1], numbered[-1][3]
        numbers = [int(match[2]) for match in reversed(numbered)]
        first = numbers[0]
        is_bare = not before or before[-1] in " #"
        return (
            first in {0, 1}
            and (len(numbers) > 1 or is_bare)
            and numbers == list(range(first, first + len(numbers)))
            and all((match[1], match[3]) == (before, after) for match in numbered)
            and all(
                SignsOfPost.of(replace(post, key=key)).values[Sign.ID]
                for post, key in zip(self.posts, self.ids, strict=True)
            )
        )


def keyed(posts: Iterable[Post], known_by: Sign | None = None) -> KeyedPosts:
    """Return the posts, which come the newest first, with a key each.

    That is the id where no other post has it, else the id with what tells them
    apart. Where posts are `known_by` one sign it is that one, and of posts that
    share it the first counts.
    """
    own, repeats = [], []
    alike: dict[str, list[SignsOfPost]] = {}
    for post in posts:
        signs = SignsOfPost.of(post)
        key = (signs.values[known_by] if known_by else "") or post.key
        group = alike.setdefault(key, [])
        is_repeat = any(_is_repeat(signs, other) for other in group[-_COMPARED:])
        if is_repeat or (known_by and group):
            repeats.append(post)
        else:
            group.append(signs)
            own.append((post, key, signs))
    composed: set[str] = set()
    apart = []
    for post, key, signs in own:
        is_alone = len(alike[key]) == 1
        own_key = (
            composed_key(key) if is_alone else _composed(signs, alike[key], composed)
        )
        composed |= set() if is_alone else {own_key}
        apart.append(replace(post, key=own_key))
    ids = [post.key for post, _, _ in own]
    return KeyedPosts(
        tuple(apart[::-1]), tuple(ids[::-1]), tuple(repeats), frozenset(composed)
    )


def _is_repeat(signs: SignsOfPost, other: SignsOfPost) -> bool:
    """Whether posts of one id are one, given as it was and as it is (RFC 4287)."""
    return (
        signs.agrees(other, Sign.TITLE)
        and not signs.contradicts(other, Sign.LINK)
        and not signs.is_long_after(other)
        and signs.is_similar(other)
    )


def _composed(
    signs: SignsOfPost, group: Sequence[SignsOfPost], keys_in_use: Collection[str]
) -> str:
    """Return the key of a post in a group that shares one."""
    key = signs.values[Sign.ID] or signs.values[Sign.LINK] or signs.values[Sign.TITLE]
    for chosen in (*((sign,) for sign in TELLING), TELLING):
        values = [[other.values[sign] for sign in chosen] for other in group]
        mine = [signs.values[sign] for sign in chosen]
        if all(mine) and values.count(mine) == 1:
            return composed_key(key, *mine)
    numbered = (composed_key(key, str(number)) for number in range(len(group) + 1))
    return next(own for own in numbered if own not in keys_in_use)


def has_only_its_id(
    mine: SignsOfPost, other: SignsOfPost, *readings: Sequence[SignsOfPost]
) -> bool:
    """Whether posts of one id have other words, and agree in nothing that tells.

    That is, in nothing that no two posts of one of the readings have. A feed may count
    its ids from its bottom, and as many posts come as it shows: what is thought to be
    made anew may then be what tells them apart.
    """
    return mine.contradicts(other, Sign.WORDS) and not any(
        mine.agrees(other, sign)
        and all(
            sum(each.values[sign] == mine.values[sign] for each in reading) == 1
            for reading in readings
        )
        for sign in (Sign.LINK, Sign.TITLE, Sign.DATE)
    )


def is_composed_of(composed: str, key: str) -> bool:
    """Whether a key was composed of that one and something further."""
    start = f"{key[:_READABLE]} "
    return composed.startswith(start) and bool(
        _DIGEST.fullmatch(composed, pos=len(start))
    )


def composed_key(key: str, *further: str) -> str:
    """Return the parts as one key that the database can index."""
    whole = "\n".join((key, *further))
    if not further and len(whole) <= _KEY_LENGTH:
        return whole
    return f"{key[:_READABLE]} {hashlib.sha256(whole.encode()).hexdigest()}"
