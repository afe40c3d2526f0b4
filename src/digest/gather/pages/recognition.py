"""Which post or event of a page is which, from one reading to the next.

A page gives neither ids. A key is made when something is first seen and kept for as
long as it is recognised: a post of a long page by where it stands, its title and its
words; an event by its address or title, which the dates of one event share, and its
start, which may be moved.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.gather import limits

_NOT_LETTERS = re.compile(r"[\W_]+")
# "post3", "section-2": such an anchor counts places, and the next post takes it.
_COUNTING = re.compile(r"(?:.*?\D)?\d{1,3}")
_SHINGLE = 3  # words that are looked at together
_SKETCHED = 48  # shingles that are remembered of a post
_COMPARED = 8  # of which at least one is shared where nearly all are
_ALIKE = 0.3
_NEARLY_THE_SAME = 0.8
_LEAST_TO_TELL = 20  # shingles


@dataclass(frozen=True, slots=True)
class PostSigns:
    """What a post of a long page is recognised by.

    `place` is its own anchor or its day, "" where it has neither; `sketch` holds
    the lowest hashes of its shingles of words, so that two sketches tell about how
    much of two texts is the same.
    """

    place: str
    title: str
    sketch: tuple[int, ...]

    @classmethod
    def of(cls, title: str, words: str, anchor: str = "", day: str = "") -> "PostSigns":
        """Return the signs of a post; an anchor that only counts is none."""
        is_own = anchor and not _COUNTING.fullmatch(anchor)
        letters = _letters(words).split()
        starts = range(max(1, len(letters) - _SHINGLE + 1))
        shingles = {" ".join(letters[start : start + _SHINGLE]) for start in starts}
        sketch = tuple(sorted(map(_hash, shingles))[:_SKETCHED]) if letters else ()
        return cls(f"#{anchor}" if is_own else day, _letters(title), sketch)


@dataclass(frozen=True, slots=True)
class RememberedPost:
    """A post that was seen at an earlier reading: its key, and its signs then."""

    key: str
    signs: PostSigns


@dataclass(frozen=True, slots=True)
class RememberedEvent:
    """An event with its key: `stem` is its address, or else its title."""

    key: str
    stem: str
    starts: datetime


def recognised_posts(
    posts: Sequence[PostSigns], before: Sequence[RememberedPost]
) -> tuple[RememberedPost, ...]:
    """Return the posts with their keys: the old one of each that is recognised.

    A post is recognised if two of three are as they were: its place, its title, and
    a good part of its words; or if nearly all of its words are. Posts that have left
    the page are not returned.
    """
    new = dict(enumerate(posts))
    keys: dict[int, str] = {}
    free = {post.key for post in before}
    for _, number, key in sorted(_pairs(posts, before), reverse=True):
        if number in new and key in free:
            keys[number] = key
            del new[number]
            free.remove(key)
    used = {post.key for post in before}
    for number, signs in new.items():
        key = signs.place if signs.place.startswith("#") else _title_key(signs)
        if key in used:  # an anchor that another post has had, or a title said twice
            key = f"{key[: limits.TITLE_IN_KEY_LENGTH]} {_title_key(signs)}"
        keys[number] = _unused(key, used)
        used.add(keys[number])
    return tuple(
        RememberedPost(keys[number], signs) for number, signs in enumerate(posts)
    )


def _pairs(
    posts: Sequence[PostSigns], before: Sequence[RememberedPost]
) -> Iterable[tuple[float, int, str]]:
    # Only those are compared that share something: a page may hold a thousand.
    by_sign: dict[str | int, dict[str, RememberedPost]] = {}
    for post in before:
        for sign in _compared_signs(post.signs):
            by_sign.setdefault(sign, {})[post.key] = post
    for number, signs in enumerate(posts):
        near = {
            key: post
            for sign in _compared_signs(signs)
            for key, post in by_sign.get(sign, {}).items()
        }
        for post in near.values():
            if likeness := _likeness(signs, post.signs):
                yield likeness, number, post.key


def _compared_signs(signs: PostSigns) -> Iterable[str | int]:
    return filter(None, (signs.place, signs.title, *signs.sketch[:_COMPARED]))


def _likeness(signs: PostSigns, other: PostSigns) -> float:
    """Return how sure it is that two posts are the same: 0 where it is not."""
    is_here = bool(signs.place) and signs.place == other.place
    has_title = signs.title == other.title
    if is_here and has_title:
        return 3
    # About which part of the shingles of two texts they share.
    lowest = set(sorted({*signs.sketch, *other.sketch})[:_SKETCHED])
    shared = lowest & set(signs.sketch) & set(other.sketch)
    overlap = len(shared) / len(lowest) if lowest else 0
    if (is_here or has_title) and overlap >= _ALIKE:
        return 1 + overlap
    can_tell = min(len(signs.sketch), len(other.sketch)) >= _LEAST_TO_TELL
    return overlap if can_tell and overlap >= _NEARLY_THE_SAME else 0


def _hash(words: str) -> int:
    digest = hashlib.blake2b(words.encode(), digest_size=6).digest()
    return int.from_bytes(digest)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub(" ", text.casefold()).strip()


def _title_key(signs: PostSigns) -> str:
    title = "-".join(signs.title.split())
    if len(title) > limits.TITLE_IN_KEY_LENGTH:
        start = title[: limits.TITLE_IN_KEY_LENGTH]
        title = f"{start}-{_hash(signs.title):012x}"
    # A title may be of marks alone.
    title = title or f"post-{min(signs.sketch, default=0):012x}"
    day = "" if signs.place.startswith("#") else signs.place
    return " ".join(filter(None, (title, day)))


def _unused(key: str, used: set[str]) -> str:
    """Return the key, with a number where it is used already."""
    numbered, number = key, 2
    while numbered in used:
        numbered, number = f"{key} {number}", number + 1
    return numbered


def recognised_events(
    events: Sequence[tuple[str, datetime]],
    before: Iterable[RememberedEvent],
    now: datetime,
) -> tuple[RememberedEvent, ...]:
    """Return the events, given as stems and starts, with their keys.

    The same stem and start are the same event. One whose start is new is an
    event that was moved, if one of its stem left the page before it began; or
    else it is a new one, as the next date of an event that repeats.
    """
    old = {(event.stem, event.starts): event.key for event in before}
    keys = {event: old.pop(event) for event in events if event in old}
    ahead = sorted(event for event in old if event[1] > now)
    used = {*keys.values(), *old.values()}
    for event in sorted(events):
        if event in keys:
            continue
        moved = next((other for other in ahead if other[0] == event[0]), None)
        if moved:
            ahead.remove(moved)
            keys[event] = old.pop(moved)
        else:
            stem, starts = event
            key = f"{stem} {starts.astimezone(UTC):%Y-%m-%dT%H:%M}"
            keys[event] = _unused(key, used)
            used.add(keys[event])
    return tuple(
        RememberedEvent(keys[event], *event) for event in dict.fromkeys(events)
    )


def events_to_remember(
    on_page: Sequence[RememberedEvent],
    before: Iterable[RememberedEvent],
    now: datetime,
) -> tuple[RememberedEvent, ...]:
    """Return the events of this reading, and earlier ones ahead that may come back."""
    keys = {event.key for event in on_page}
    ahead = (event for event in before if event.starts > now and event.key not in keys)
    return (*on_page, *ahead)[: limits.REMEMBERED_EVENTS]
