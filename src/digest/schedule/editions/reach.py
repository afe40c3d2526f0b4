"""Whom an edition would reach, decided reader by reader as planning decides it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from digest.compose.plan import LeftOut, PlannedCopy, decide
from digest.compose.selection import EditionSelection
from digest.compose.variants import news
from digest.model.formats import Format
from digest.model.limits import READERS_READ_AT_ONCE
from digest.schedule.editions.foresight import ReaderScope, readers_of
from digest.schedule.editions.steering.open_edition import OpenEdition
from digest.schedule.limits import UNREACHED_NAMED
from digest.store.people.readers import addressees
from digest.store.posts.log import LogEntry
from digest.store.reports import reach

# Readers who get the same words in the same form: format, language, ids of items.
VariantKind = tuple[Format, str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class UnreachedReader:
    """Somebody who cannot be reached, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PreviousEdition:
    """The edition before, and how many of its readers are not among these, or new."""

    edition_id: int
    copies: int
    new: int
    missing: int


@dataclass(slots=True)
class EditionReach:
    """Whom an edition reaches: copies by what is in them, and why others get none.

    `left_out` counts readers by kind; `unreached` names the first of those who cannot
    be reached. `repeats` counts who would get something again, and `pauses` who has
    paused, by until when.
    """

    copies: Counter[VariantKind] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unreached: list[UnreachedReader] = field(default_factory=list)
    pauses: Mapping[datetime, int] = field(default_factory=dict)
    repeats: int = 0
    before: PreviousEdition | None = None

    @property
    def by_format(self) -> Counter[Format]:
        """How many copies there are of each format."""
        formats = Counter[Format]()
        for (fmt, _, _), count in self.copies.items():
            formats[fmt] += count
        return formats

    @property
    def paused(self) -> int:
        """How many of its readers have paused."""
        return sum(self.pauses.values())

    @property
    def readers(self) -> int:
        """How many readers get a copy."""
        return self.copies.total()


def foresee(
    connection: Connection,
    edition: OpenEdition,
    selection: EditionSelection,
    now: datetime,
) -> tuple[EditionReach, dict[int, LogEntry]]:
    """Return whom the edition reaches, and what is in any of its copies, by id."""
    place = edition.place
    entries = news(connection, edition.campaign_id, (0, edition.upto), edition.slot)
    previous = reach.last_planned(
        connection, place.schedule_id, place.mode, edition.slot
    )
    # Whose pause is over by then is planned for.
    at = max(now, edition.slot)
    pauses = reach.paused(connection, edition.campaign_id, place.schedule_id, at)
    reached = EditionReach(pauses=pauses)
    both = 0
    scope = ReaderScope(edition.campaign_id, place.schedule_id, place.mode)
    stretch = (0, edition.upto)
    decisions = (
        (reader_id, decide(kind, due, entries, selection))
        for reader_id, kind, due in readers_of(connection, scope, stretch, at)
    )
    for some in _in_chunks(decisions):
        copies = {who: each for who, each in some if isinstance(each, PlannedCopy)}
        others = {who: each for who, each in some if isinstance(each, LeftOut)}
        for copy in copies.values():
            theirs = _theirs(copy, entries)
            kind = copy.key.format, copy.key.language, tuple(e.id for e in theirs)
            reached.copies[kind] += 1
        reached.left_out.update(other.kind for other in others.values())
        _name(connection, reached, others)
        reached.repeats += _count_repeats(connection, edition, copies, entries)
        if previous is not None:
            both += reach.copies_of(connection, previous, [*copies])
    if previous is not None:
        then = reach.copies_of(connection, previous)
        new, missing = reached.readers - both, then - both
        reached.before = PreviousEdition(previous, then, new, missing)
    ids_in_copies = {number for _, _, ids in reached.copies for number in ids}
    return reached, {each.id: each for each in entries if each.id in ids_in_copies}


def _in_chunks(
    decisions: Iterator[tuple[int, PlannedCopy | LeftOut]],
) -> Iterator[list[tuple[int, PlannedCopy | LeftOut]]]:
    chunk = []
    for decision in decisions:
        chunk.append(decision)
        if len(chunk) == READERS_READ_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _theirs(copy: PlannedCopy, entries: Sequence[LogEntry]) -> list[LogEntry]:
    key = copy.key
    return [entry for entry in entries if key.takes(entry.position, entry.topics)]


def _name(
    connection: Connection, reached: EditionReach, others: Mapping[int, LeftOut]
) -> None:
    room = UNREACHED_NAMED - len(reached.unreached)
    unreachable = [who for who in others if others[who].kind == "unreachable"][:room]
    people = addressees(connection, unreachable)
    reached.unreached += [
        UnreachedReader(people[who].name, others[who].reason) for who in unreachable
    ]


def _count_repeats(
    connection: Connection,
    edition: OpenEdition,
    copies: Mapping[int, PlannedCopy],
    entries: Sequence[LogEntry],
) -> int:
    """Return how many of these readers have a copy of something that is in theirs."""
    if not copies:
        return 0
    since = min(copy.key.due.since for copy in copies.values())
    had = reach.had_by(connection, edition.place.mode, [*copies], since)
    return sum(
        any(
            key.takes(entry.position, entry.topics)
            for entry in _theirs(copy, entries)
            for key in had.get(reader_id, ())
        )
        for reader_id, copy in copies.items()
    )
