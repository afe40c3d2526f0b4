"""Which rows of a list are of a subscriber already, and which may not be imported."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.audience.hashing import KeyedHasher
from digest.audience.lists.list_file import ListProblem
from digest.model.people.person import Person, PersonIndex
from digest.store.people import subscribers, suppressions
from digest.store.people.subscribers import HashedPerson, Subscriber
from digest.store.people.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Match:
    """A row's person, and the subscriber they are, if they are one."""

    line: int
    hashed_person: HashedPerson
    subscriber: Subscriber | None

    @property
    def person(self) -> Person:
        """The person as the row has them."""
        return self.hashed_person.person


class Matches:
    """Finds people of a list among the subscribers, one row for each."""

    def __init__(self, hasher: KeyedHasher) -> None:
        self._hasher = hasher
        self._lines: dict[int, tuple[int, str]] = {}

    def among(
        self, connection: Connection, rows: Sequence[tuple[int, Person]]
    ) -> list[Match | ListProblem]:
        """Return each row's match; a problem where two rows are one subscriber."""
        people = [
            HashedPerson(person, self._hasher.hashed(person.keys)) for _, person in rows
        ]
        index = PersonIndex[Subscriber]()
        for subscriber in subscribers.like(connection, people):
            index.add(subscriber.person.keys, subscriber)
        return [
            self._match(line, hashed, index.find(hashed.person.keys))
            for (line, _), hashed in zip(rows, people, strict=True)
        ]

    def _match(
        self, line: int, hashed: HashedPerson, subscriber: Subscriber | None
    ) -> Match | ListProblem:
        if subscriber is None:
            return Match(line, hashed, None)
        email = hashed.person.keys.email
        if subscriber.id not in self._lines:
            self._lines[subscriber.id] = line, email
            return Match(line, hashed, subscriber)
        earlier, other = self._lines[subscriber.id]
        # An address is one person's: who gained it first is not this one too.
        if email and other and email != other:
            return Match(line, hashed, None)
        return same_person(line, earlier)


def same_person(line: int, earlier: int) -> ListProblem:
    """Return the problem of a row whose person another row has already given."""
    return ListProblem(
        line,
        "name",
        f"is the same person as on line {earlier}, which was taken",
        "put what belongs to one person on one line",
    )


def unsubscribed(line: int, subscription: Subscription | None) -> ListProblem | None:
    """Return why somebody who left this list is not brought back by a row."""
    if subscription is None or subscription.ended_at is None:
        return None
    return ListProblem(
        line,
        "name",
        f"left this list on {subscription.ended_at:%Y-%m-%d}",
        "if they ask to come back, they can by the leaving link of an old edition",
    )


def suppressed(
    connection: Connection, matches: Sequence[Match]
) -> dict[int, ListProblem]:
    """Return by line those people new to us whom we must not write to, and why."""
    newcomers = {
        match.line: match.hashed_person.hashed.targets()
        for match in matches
        if not match.subscriber
    }
    pairs = {pair for targets in newcomers.values() for pair in targets.items()}
    reasons = suppressions.reasons(connection, pairs)
    return {
        line: _suppressed(line, channel, reasons[target])
        for line, targets in newcomers.items()
        for channel, target in targets.items()
        if target in reasons
    }


def _suppressed(line: int, channel: str, reason: str) -> ListProblem:
    column = {"post": "address_1"}.get(channel, channel)
    return ListProblem(
        line,
        column,
        f"is suppressed ({reason})",
        "take them off the list, or lift the suppression if they ask for it",
    )
