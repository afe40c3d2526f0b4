"""Possible doubles, as staff are asked about them: who they are, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.audience.subject_access import find
from digest.errors import DigestError
from digest.model.people.likeness import DoubleSign, signs
from digest.store.people import subscribers
from digest.store.people.doubles import finding, known_apart
from digest.store.people.doubles.finding import DoublePair
from digest.store.people.subscribers import Subscriber


@dataclass(frozen=True, slots=True)
class PossibleDouble:
    """Two people who may be one, the one held for longer first, and why, surest first.

    `pair` says where it stands in the list of all.
    """

    pair: DoublePair
    first: Subscriber
    second: Subscriber
    signs: Sequence[DoubleSign]


def possible_doubles(
    connection: Connection, limit: int, after: DoublePair | None = None
) -> list[PossibleDouble]:
    """Return people who may be one, past that pair, the surest first."""
    pairs = finding.pairs(connection, limit, after)
    ids = {number for pair in pairs for number in (pair.first_id, pair.second_id)}
    by_id = {each.id: each for each in subscribers.of_ids(connection, sorted(ids))}
    return [
        PossibleDouble(
            pair,
            by_id[pair.first_id],
            by_id[pair.second_id],
            signs(by_id[pair.first_id].person, by_id[pair.second_id].person)
            or (pair.sign,),
        )
        for pair in pairs
    ]


def two_people(
    connection: Connection, who: str, other: str
) -> tuple[Subscriber, Subscriber]:
    """Return the two that are meant, the one held for longer first.

    Raises NotFound, and DigestError where they are one, or one was erased.
    """
    first, second = sorted(
        (find(connection, who), find(connection, other)), key=lambda each: each.id
    )
    if first.id == second.id:
        raise DigestError(f"both are number {first.id}: name two people")
    if not (first.person.name and second.person.name):
        raise DigestError("one of them was erased: nothing is kept of them")
    return first, second


def tell_apart(connection: Connection, who: str, other: str, now: datetime) -> bool:
    """Keep that these are two people, who are not offered again; False if it was known.

    Raises as `two_people` does.
    """
    first, second = two_people(connection, who, other)
    return known_apart.tell_apart(connection, first.id, second.id, now)


def ask_again(connection: Connection, who: str, other: str, now: datetime) -> bool:
    """Undo `tell_apart`; False where nobody had said so. Raises as it does."""
    first, second = two_people(connection, who, other)
    return known_apart.take_back(connection, first.id, second.id, now)
