"""Whom an edition would reach, decided once for each kind as planning decides it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from digest.compose.plan import (
    UNREADABLE,
    LeftOut,
    PlannedCopy,
    decide,
    needed_since,
)
from digest.compose.selection import EditionSelection
from digest.compose.variants import news
from digest.model.editions.due_stretch import due_to
from digest.model.formats import Format
from digest.schedule.editions.steering.open_edition import OpenEdition
from digest.schedule.limits import UNREACHED_NAMED
from digest.store.base.asked_together import ask_together
from digest.store.holds import holds
from digest.store.people import owed
from digest.store.people.kinds import kind_counts
from digest.store.people.kinds.kind_counts import ReaderKindCount
from digest.store.people.kinds.reader_chunks import UNREACHABLE
from digest.store.people.kinds.readers_by_kind import ReadersByKind
from digest.store.posts import log
from digest.store.posts.log import LogEntry
from digest.store.reports.editions import reach

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

    `left_out` counts readers by kind; `unreached` names some of those who cannot
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
    # Whose pause is over by then is planned for.
    at = max(now, edition.slot)
    ask_together(
        connection,
        (
            (reach.latest_planned, place.schedule_id, place.mode, edition.slot),
            (owed.begun, edition.campaign_id),
            *kind_counts.questions(connection),
            *holds.QUESTIONS,
        ),
    )
    previous = reach.last_planned(
        connection, place.schedule_id, place.mode, edition.slot
    )
    every = kind_counts.with_the_paused(
        connection, place.schedule_id, place.mode, previous[0] if previous else None
    )
    counts = [each for each in every if each.is_here(at)]
    begins = owed.begins(connection, edition.campaign_id, place.mode)
    kinds = {each.name: each.kind for each in counts if each.kind}
    dues = {
        each.name: due_to(
            max(each.kind.position, begins), edition.upto, each.owed, begins
        )
        for each in counts
        if each.kind
    }
    stretch = needed_since(kinds, dues, edition.upto), edition.upto
    ask_together(
        connection,
        (
            (log.stretch, edition.campaign_id, *stretch),
            (reach.past, edition.campaign_id, place.mode, stretch[0]),
        ),
    )
    entries = news(connection, edition.campaign_id, stretch, edition.slot)
    decisions = {
        each.name: decide(each.kind, dues[each.name], entries, selection)
        if each.kind
        else UNREADABLE
        for each in counts
    }
    reached = EditionReach(pauses=_pauses(every, at))
    theirs = {
        name: [e for e in entries if each.key.takes(e.position, e.topics)]
        for name, each in decisions.items()
        if isinstance(each, PlannedCopy)
    }
    for each in counts:
        decision = decisions[each.name]
        if isinstance(decision, LeftOut):
            reached.left_out[decision.kind] += each.readers
        else:
            key, ids = decision.key, tuple(e.id for e in theirs[each.name])
            reached.copies[key.format, key.language, ids] += each.readers
    members = ReadersByKind(connection, place.schedule_id, place.mode, at)
    reached.unreached = _named(members, counts, decisions)
    reached.repeats = _repeats(members, edition, stretch[0], theirs)
    if previous is not None:
        edition_id, then = previous
        new = sum(each.readers - each.copies for each in counts if each.name in theirs)
        missing = then - (reached.readers - new)
        reached.before = PreviousEdition(edition_id, then, new, missing)
    return reached, {e.id: e for some in theirs.values() for e in some}


def _pauses(every: Iterable[ReaderKindCount], at: datetime) -> dict[datetime, int]:
    """Return until when how many readers have paused, soonest first."""
    pauses = Counter[datetime]()
    for each in every:
        reads_it = each.kind is None or each.kind.facts.is_subscribed
        if each.paused_until is not None and not each.is_here(at) and reads_it:
            pauses[each.paused_until] += each.readers
    return dict(sorted(pauses.items()))


def _named(
    members: ReadersByKind,
    counts: Iterable[ReaderKindCount],
    decisions: Mapping[str, PlannedCopy | LeftOut],
) -> list[UnreachedReader]:
    """Return some of those who cannot be reached, or all where they are few."""
    reasons = {
        name: each.reason
        for name, each in decisions.items()
        if isinstance(each, LeftOut) and each.kind == UNREACHABLE
    }
    kinds = [each for each in counts if each.name in reasons]
    return [
        UnreachedReader(name, reasons[kind])
        for name, kind in members.some_of(kinds, UNREACHED_NAMED)
    ]


def _repeats(
    members: ReadersByKind,
    edition: OpenEdition,
    since: int,
    theirs: Mapping[str, Sequence[LogEntry]],
) -> int:
    """Return how many readers have a copy of something that is in theirs.

    Nothing that is in theirs stands at or before `since`.
    """
    entries = {entry.id: entry for some in theirs.values() for entry in some}
    if not entries:
        return 0
    variants = reach.variants_past(
        members.connection, edition.campaign_id, members.mode, since
    )
    takers = {
        entry.id: [
            number
            for number, key in variants.items()
            if key.takes(entry.position, entry.topics)
        ]
        for entry in entries.values()
    }
    kinds = dict[tuple[tuple[int, int], ...], list[str]]()
    for name, some in theirs.items():
        if had := {number for entry in some for number in takers[entry.id]}:
            kinds.setdefault(tuple(sorted(had)), []).append(name)
    return members.count_with(kinds)
