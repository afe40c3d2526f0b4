"""Which post of a long page is which, from one reading to the next.

Such a page gives its posts no ids. A post's key is made when it is first seen and
kept for as long as it is recognised.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.gather import limits

_NOT_LETTERS = re.compile(r"[\W_]+")
# "post3", "section-2": such an anchor counts places, and the next post takes it.
_COUNTING = re.compile(r"(?:.*?\D)?\d{1,3}")
_RUN = 3  # words that are looked at together
_SKETCHED = 48  # runs that are remembered of a post
_COMPARED = 8  # of which at least one is shared where nearly all are
_ALIKE = 0.3
_NEARLY_THE_SAME = 0.8
_LEAST_TO_TELL = 20  # runs


@dataclass(frozen=True, slots=True)
class PostSigns:
    """What a post of a long page is recognised by.

    `place` is its own anchor or its day, "" where it has neither; `sketch` holds
    the lowest hashes of its runs of words, so that two sketches tell about how
    much of two texts is the same.
    """

    place: str
    title: str
    sketch: tuple[int, ...]

    @classmethod
    def of(cls, title: str, words: str, anchor: str = "", day: str = "") -> "PostSigns":
        """Return the signs of a post; an anchor that only counts is none."""
        is_own = anchor and not _COUNTING.fullmatch(anchor)
        return cls(f"#{anchor}" if is_own else day, _letters(title), _sketch(words))


@dataclass(frozen=True, slots=True)
class RememberedPost:
    """A post that was seen at an earlier reading: its key, and its signs then."""

    key: str
    signs: PostSigns


def recognised(
    posts: Sequence[PostSigns], known: Sequence[RememberedPost]
) -> tuple[RememberedPost, ...]:
    """Return the posts with their keys: the old one of each that is known.

    A post is known if two of three are as they were: its place, its title, and a
    good part of its words; or if nearly all of its words are. Posts that are gone
    from the page are not returned.
    """
    left = dict(enumerate(posts))
    keys: dict[int, str] = {}
    free = {one.key: one.signs for one in known}
    for _, number, key in sorted(_pairs(posts, known), reverse=True):
        if number in left and key in free:
            keys[number] = key
            del left[number], free[key]
    taken = {one.key for one in known}
    for number, signs in left.items():
        keys[number] = _new_key(signs, taken)
        taken.add(keys[number])
    return tuple(
        RememberedPost(keys[number], signs) for number, signs in enumerate(posts)
    )


def _pairs(
    posts: Sequence[PostSigns], known: Sequence[RememberedPost]
) -> Iterable[tuple[float, int, str]]:
    # Only those are compared that share something: a page may hold a thousand.
    by_sign: dict[str | int, dict[str, RememberedPost]] = {}
    for one in known:
        for sign in _looked_at(one.signs):
            by_sign.setdefault(sign, {})[one.key] = one
    for number, signs in enumerate(posts):
        near = {
            k: v for sign in _looked_at(signs) for k, v in by_sign.get(sign, {}).items()
        }
        for one in near.values():
            if likeness := _likeness(signs, one.signs):
                yield likeness, number, one.key


def _looked_at(signs: PostSigns) -> Iterable[str | int]:
    return filter(None, (signs.place, signs.title, *signs.sketch[:_COMPARED]))


def _likeness(one: PostSigns, other: PostSigns) -> float:
    """Return how sure it is that two posts are one: 0 where it is not."""
    is_here = bool(one.place) and one.place == other.place
    has_title = one.title == other.title
    if is_here and has_title:
        return 3
    overlap = _overlap(one.sketch, other.sketch)
    if (is_here or has_title) and overlap >= _ALIKE:
        return 1 + overlap
    can_tell = min(len(one.sketch), len(other.sketch)) >= _LEAST_TO_TELL
    return overlap if can_tell and overlap >= _NEARLY_THE_SAME else 0


def _sketch(words: str) -> tuple[int, ...]:
    said = _letters(words).split()
    runs = {" ".join(said[n : n + _RUN]) for n in range(max(1, len(said) - _RUN + 1))}
    return tuple(sorted(map(_hash, runs))[:_SKETCHED]) if said else ()


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Return about which part of the runs of two texts they share."""
    lowest = set(sorted({*one, *other})[:_SKETCHED])
    shared = lowest & set(one) & set(other)
    return len(shared) / len(lowest) if lowest else 0


def _hash(run: str) -> int:
    digest = hashlib.blake2b(run.encode(), digest_size=6).digest()
    return int.from_bytes(digest)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub(" ", text.casefold()).strip()


def _new_key(signs: PostSigns, taken: set[str]) -> str:
    key = signs.place if signs.place.startswith("#") else _title_key(signs)
    if key in taken:  # an anchor that another post has had, or a title said twice
        key = f"{key[: limits.TITLE_IN_KEY_LENGTH]} {_title_key(signs)}"
    tries, number = key, 2
    while key in taken:
        key, number = f"{tries} {number}", number + 1
    return key


def _title_key(signs: PostSigns) -> str:
    said = "-".join(signs.title.split())
    if len(said) > limits.TITLE_IN_KEY_LENGTH:
        said = f"{said[: limits.TITLE_IN_KEY_LENGTH]}-{_hash(signs.title):012x}"
    said = said or f"post-{min(signs.sketch, default=0):012x}"  # a title of marks alone
    return " ".join(filter(None, (said, signs.place if signs.place[:1] != "#" else "")))
