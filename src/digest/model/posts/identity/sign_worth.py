"""What each sign is worth, as posts that are recognised without it tell."""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from digest.model.posts.identity.signs import Sign, SignsOfPost

JUDGED = (Sign.ID, Sign.LINK, Sign.DATE)
# What makes a post the same, without the sign that is judged: two of its signs, or
# one and most of its words.
# The first two say most; an address and a title may be those of all posts.
_TWO = ((Sign.TITLE, Sign.WORDS), (Sign.LINK, Sign.WORDS), (Sign.LINK, Sign.TITLE))
_ONE = ((Sign.ID,), (Sign.LINK,), (Sign.DATE,), (Sign.WORDS,), (Sign.TITLE,))
# One post alone that comes under another id may be a notice that is given again.
_PROOF = 2


class SignWorth(Enum):
    """What a sign is worth."""

    PROVEN = "it stays with its posts"
    UNPROVEN = "there is nothing to judge it by"
    WEAK = "of one post alone it has changed"
    ANEW = "it is made anew at each reading, or counts places"


# Posts of the reading, and of the log, that are the same by some of their signs.
AlikePosts = tuple[list[int], list[int]]


def by_values(
    signs: Sequence[Sign], population: Sequence[SignsOfPost], numbers: Iterable[int]
) -> dict[tuple[str, ...], list[int]]:
    """Return by their values of these signs the posts that have all of them."""
    by_values: dict[tuple[str, ...], list[int]] = {}
    for number in numbers:
        values = tuple(population[number].values[sign] for sign in signs)
        if all(values):
            by_values.setdefault(values, []).append(number)
    return by_values


def alike(
    signs: Sequence[Sign],
    now: Sequence[SignsOfPost],
    then: Sequence[SignsOfPost],
    among: tuple[Iterable[int], Iterable[int]],
) -> Iterator[AlikePosts]:
    """Yield the posts of a reading and of the log that have the same of these signs.

    `among` are the numbers of those that are looked at, of either.
    """
    mine, others = by_values(signs, now, among[0]), by_values(signs, then, among[1])
    for values, numbers in mine.items():
        if values in others:
            yield numbers, others[values]


def met_without(
    judged: Sign, now: Sequence[SignsOfPost], then: Sequence[SignsOfPost]
) -> list[AlikePosts]:
    """Return which posts of a reading and of the log are the same by other signs."""
    met: set[int] = set()
    groups: list[AlikePosts] = []
    for signs in (*_TWO, *_ONE):
        if judged in signs:
            continue
        unmet = [number for number in range(len(now)) if number not in met]
        for numbers, others in alike(signs, now, then, (unmet, range(len(then)))):
            is_alone = len(numbers) == len(others) == 1
            is_told = signs in _TWO and (is_alone or Sign.WORDS in signs)
            if is_told or (is_alone and now[numbers[-1]].is_similar(then[others[-1]])):
                groups.append((numbers, others))
                met |= set(numbers)
    return groups


def worth_of(
    sign: Sign,
    evidence: Iterable[AlikePosts],
    now: Sequence[SignsOfPost],
    then: Sequence[SignsOfPost],
    *,
    dates_tell: bool,
) -> SignWorth:
    """Return what a sign is worth, by the posts that are met without it."""
    everywhere = {signs.values[sign] for signs in then}
    agreed = changed = surely = 0
    for numbers, others in evidence:
        mine = {now[number].values[sign] for number in numbers} - {""}
        before = {then[number].values[sign] for number in others} - {""}
        if sign is not Sign.DATE and mine - before & everywhere:
            return SignWorth.ANEW  # what was another post's
        agreed += bool(mine & before)
        is_changed = bool(mine and before and not mine & before)
        changed += is_changed
        newest, latest = now[numbers[-1]], then[others[-1]]
        if is_changed and dates_tell and newest.agrees(latest, Sign.DATE):
            surely += 1  # a notice that is given again has another date
    if agreed > surely:
        return SignWorth.PROVEN
    if not changed:
        return SignWorth.UNPROVEN
    return SignWorth.ANEW if changed + agreed >= _PROOF else SignWorth.WEAK
