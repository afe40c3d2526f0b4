"""Which rows of a list are of a subscriber already, and which may not be imported."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from digest.audience.hashing import KeyedHasher
from digest.audience.lists.list_file import ListProblem
from digest.audience.lists.person_lines import HashedLines, NewLines
from digest.model.people.person import Person, PersonIndex, name_key
from digest.model.staff_words import day_in_words
from digest.store.people import subscribers, subscriptions, suppressions
from digest.store.people.subscribers import HashedPerson, Subscriber
from digest.store.people.subscriptions import Subscription

# A list has fewer lines than this, as it has fewer bytes.
_LINE_BITS = 31
_LINES = (1 << _LINE_BITS) - 1


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


@dataclass(frozen=True, slots=True)
class DoubtfulMatch:
    """A row whose person may be one of these subscribers, or none of them."""

    line: int
    hashed_person: HashedPerson
    candidates: tuple[Subscriber, ...]

    def problem(self) -> ListProblem:
        """Return the question to whoever imports."""
        somebody = self.candidates[0]
        others = len(self.candidates) - 1
        return ListProblem(
            self.line,
            "name",
            f"may be number {somebody.id}, {_at(somebody.person)}"
            + (f", or one of {others} others of that name" if others else ""),
            "import again with --same if it is, with --new if it is somebody else,"
            f" or change what is held: digest subscribers edit {somebody.id}",
            self.hashed_person.person.name,
        )


RowMatch = Match | DoubtfulMatch | ListProblem


class Matches:
    """Finds people of a list among the subscribers, one row for each.

    A `dry_run` makes none who last.
    """

    def __init__(self, hasher: KeyedHasher, *, dry_run: bool = False) -> None:
        self._hasher = hasher
        self._dry_run = dry_run
        self._new = NewLines()
        # By the number of a subscriber: the line that gave them, and above it a mark
        # of the email address that stood there.
        self._lines = HashedLines()

    def among(
        self, connection: Connection, list_id: int, rows: Sequence[tuple[int, Person]]
    ) -> list[RowMatch]:
        """Return each row's match; a problem where two rows are one subscriber.

        By the list's own reference where there is one, else by what identifies a
        person anywhere. A doubt where only a name speaks for it.
        """
        people = [
            HashedPerson(person, self._hasher.hashed(person.keys)) for _, person in rows
        ]
        index = PersonIndex[Subscriber]()
        for candidate in subscribers.like(connection, people):
            index.add(candidate.person.keys, candidate)
        by_reference = _by_reference(connection, list_id, rows)
        aliases = subscribers.aliases(connection, people)
        matches: list[RowMatch] = []
        for (line, person), hashed_row in zip(rows, people, strict=True):
            subscriber, hashed = index.find(person.keys), hashed_row
            known_as = aliases.get(person.keys.identity) if aliases else None
            if subscriber is None and known_as is not None:
                # By what was theirs before a merge: staff said what is theirs now.
                subscriber = known_as
                keys = known_as.person.keys
                hashed = HashedPerson(
                    person.known_as(known_as.person), self._hasher.hashed(keys)
                )
            referred = by_reference.get(person.reference)
            if subscriber and referred and subscriber.id != referred.id:
                matches.append(_two_people(line, person, referred, subscriber))
            else:
                matches.append(self._match(line, hashed, referred or subscriber))
        namesakes = self._namesakes(connection, matches)
        if not index and not namesakes:
            return matches
        return [
            self._doubt(match, index, namesakes)
            if isinstance(match, Match) and match.subscriber is None
            else match
            for match in matches
        ]

    def take(self, line: int, subscriber_id: int, email: str = "") -> None:
        """Note that a row has given this subscriber."""
        self._lines.first(subscriber_id, _mark(email) << _LINE_BITS | line)

    def take_new(self, line: int, subscriber_id: int) -> None:
        """Note that this subscriber is new, and that a row has given them."""
        if not self._dry_run:
            self._new.add(subscriber_id, line)

    def settled(
        self, doubt: DoubtfulMatch, *, is_same: bool | None
    ) -> Match | DoubtfulMatch:
        """Return what a doubt comes to once the whole list is known.

        A subscriber whom another row has given is not this one too. `is_same` is
        what whoever imports says of all doubts; of several namesakes none is
        taken for the same.
        """
        free = tuple(each for each in doubt.candidates if not self._line(each))
        if not free or is_same is False:
            return Match(doubt.line, doubt.hashed_person, None)
        if is_same and len(free) == 1:
            email = doubt.hashed_person.person.keys.email
            self.take(doubt.line, free[0].id, email)
            return Match(doubt.line, doubt.hashed_person, free[0])
        return DoubtfulMatch(doubt.line, doubt.hashed_person, free)

    def _match(
        self, line: int, hashed: HashedPerson, subscriber: Subscriber | None
    ) -> Match | ListProblem:
        if subscriber is None:
            return Match(line, hashed, None)
        email = hashed.person.keys.email
        taken_by = self._line(subscriber)
        if not taken_by:
            self.take(line, subscriber.id, email)
            return Match(line, hashed, subscriber)
        earlier, other = taken_by & _LINES, taken_by >> _LINE_BITS
        # An address is one person's: who gained it first is not this one too.
        if email and other and _mark(email) != other:
            return Match(line, hashed, None)
        return same_person(line, earlier)

    def _line(self, subscriber: Subscriber) -> int:
        """Return by which line somebody has been given, with its mark; 0 by none."""
        return self._lines.get(subscriber.id) or self._new.get(subscriber.id)

    def _namesakes(
        self,
        connection: Connection,
        matches: Iterable[RowMatch],
    ) -> dict[str, list[Subscriber]]:
        """Return by name whoever is called like people without an email address.

        Those with one have it to be told apart by.
        """
        names = {
            name_key(match.person.name)
            for match in matches
            if isinstance(match, Match)
            and match.subscriber is None
            and not match.person.email
        }
        by_name: dict[str, list[Subscriber]] = {}
        for subscriber in subscribers.called(connection, names) if names else ():
            key = name_key(subscriber.person.name)
            by_name.setdefault(key, []).append(subscriber)
        return by_name

    def _doubt(
        self,
        match: Match,
        index: PersonIndex[Subscriber],
        namesakes: dict[str, list[Subscriber]],
    ) -> Match | DoubtfulMatch:
        person = match.person
        similar = index.similar(person.keys)
        if not person.email:
            similar += namesakes.get(name_key(person.name), [])
        candidates = {each.id: each for each in similar if not self._line(each)}
        if not candidates:
            return match
        return DoubtfulMatch(
            match.line, match.hashed_person, tuple(candidates.values())
        )


def _mark(email: str) -> int:
    """Return what tells an address from another, 0 where there is none."""
    return hash(email) & _LINES or 1 if email else 0


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


def left_campaigns(line: int, names: Sequence[str], *, all_of_it: bool) -> ListProblem:
    """Return that somebody has left these campaigns of a list, and when.

    `all_of_it` where there is no other: then their row is not taken.
    """
    rest = "" if all_of_it else "the row was taken for the list's other campaigns; "
    return ListProblem(
        line,
        "name",
        f"has left {', '.join(names)}",
        rest + "if they ask to come back, they can by the link of an old edition",
    )


def paused(line: int, name: str, until: date) -> ListProblem:
    """Return that somebody whose row was taken has paused a campaign of the list."""
    return ListProblem(
        line,
        "name",
        f"has paused {name}",
        f"nothing of it goes to them before {day_in_words(until)}",
    )


def suppressed(
    connection: Connection, matches: Sequence[Match]
) -> dict[int, ListProblem]:
    """Return by line those people new to us whom we must not write to, and why."""
    if not suppressions.are_there(connection):
        return {}
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


def _by_reference(
    connection: Connection, list_id: int, rows: Sequence[tuple[int, Person]]
) -> dict[str, Subscriber]:
    references = {person.reference for _, person in rows}
    ids = subscriptions.by_reference(connection, list_id, references)
    by_reference = {
        reference: subscribers.get(connection, subscriber_id)
        for reference, subscriber_id in ids.items()
    }
    return {
        reference: subscriber
        for reference, subscriber in by_reference.items()
        if subscriber
    }


def _two_people(
    line: int, person: Person, referred: Subscriber, other: Subscriber
) -> ListProblem:
    return ListProblem(
        line,
        "reference",
        f"“{person.reference}” is number {referred.id}, {_at(referred.person)},"
        f" but what else the row says is of number {other.id}, {_at(other.person)}",
        "correct the reference, or the row",
    )


def _at(person: Person) -> str:
    """Return who somebody is, and where, for staff."""
    address = ", ".join(person.address.on_envelope("")) if person.address else ""
    where = person.email or address or person.phone
    return f"{person.name} ({where})"
