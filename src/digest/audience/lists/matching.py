"""Which rows of a list speak of somebody we know, and which may not be taken."""

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
    """A row's person, and the subscriber they are, if we know them."""

    line: int
    known: HashedPerson
    held: Subscriber | None

    @property
    def person(self) -> Person:
        """The person as the row has them."""
        return self.known.person


class Matches:
    """Finds people of a list among the subscribers, one row for each."""

    def __init__(self, hasher: KeyedHasher) -> None:
        self._hasher = hasher
        self._taken: dict[int, tuple[int, str]] = {}

    def among(
        self, connection: Connection, rows: Sequence[tuple[int, Person]]
    ) -> list[Match | ListProblem]:
        """Return each row's match; a problem where two rows are one subscriber."""
        known = [HashedPerson(one, self._hasher.hashed(one.keys)) for _, one in rows]
        held = PersonIndex[Subscriber]()
        for one in subscribers.like(connection, known):
            held.add(one.person.keys, one)
        return [
            self._match(line, one, held.find(one.person.keys))
            for (line, _), one in zip(rows, known, strict=True)
        ]

    def _match(
        self, line: int, known: HashedPerson, held: Subscriber | None
    ) -> Match | ListProblem:
        if held is None:
            return Match(line, known, None)
        email = known.person.keys.email
        if held.id not in self._taken:
            self._taken[held.id] = line, email
            return Match(line, known, held)
        earlier, other = self._taken[held.id]
        # An address is one person's: who gained it first is not this one too.
        if email and other and email != other:
            return Match(line, known, None)
        return same_person(line, earlier)


def same_person(line: int, earlier: int) -> ListProblem:
    """Return the problem of a row whose person another row has already given."""
    return ListProblem(
        line,
        "name",
        f"is the same person as on line {earlier}, which was taken",
        "put what belongs to one person on one line",
    )


def left_already(line: int, subscription: Subscription | None) -> ListProblem | None:
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
        match.line: match.known.hashed.targets() for match in matches if not match.held
    }
    wanted = {pair for targets in newcomers.values() for pair in targets.items()}
    reasons = suppressions.reasons(connection, wanted)
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
