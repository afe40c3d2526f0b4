"""Undo an import: what it added and changed goes back, chunk by chunk from the last.

Whoever has changed since is named and left as they are. Whoever was new, and of whom
nothing else is on record, goes wholly; who has had something is taken off the list.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.audience import limits
from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.list_file import ListRow
from digest.audience.lists.rows import read_row
from digest.errors import DigestError
from digest.model.people.import_state import ImportState
from digest.model.people.person import Consent, Person
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.delivery import cancelling
from digest.store.people import (
    subscribers,
    subscriptions,
)
from digest.store.people.imports import list_imports, traces
from digest.store.people.imports.list_imports import (
    ImportChunk,
    ImportFault,
    StoredImport,
)
from digest.store.people.joining import consents
from digest.store.people.subscribers import HashedPerson
from digest.store.people.subscriptions import UNDONE, ListEntry
from digest.store.staff.audit import Act, record

STAYS = "stays"
_CHANGED_SINCE = "has changed since, and is left as they are"


@dataclass(frozen=True, slots=True)
class ImportUndoing:
    """Takes back what an import did."""

    engine: Engine
    hasher: KeyedHasher
    clock: Callable[[], datetime]

    def begin(self, import_id: int) -> None:
        """Set out to undo it. Raises DigestError where it is too late, or at work."""
        now = self.clock()
        with writing(self.engine) as connection:
            stored = list_imports.with_id(connection, import_id)
            if stored.ended_at and now - stored.ended_at > limits.IMPORT_UNDOABLE:
                days = limits.IMPORT_UNDOABLE.days
                raise DigestError(
                    f"An import can be undone for {days} days: change what is held of "
                    "people one by one, or take them off the list"
                )
            if stored.state is ImportState.IMPORTING:
                silent_since = now - limits.IMPORT_SILENCE
                if not list_imports.take_up(connection, import_id, silent_since, now):
                    raise DigestError("It is at work: undo it when it is done")
            counts = {"rows in": sum(stored.counts.values())}
            if not list_imports.move(
                connection, import_id, ImportState.UNDOING, now, counts={}
            ):
                raise DigestError("It has been undone, or there is nothing to undo")
            list_imports.clear_faults(connection, import_id)
            subject = f"list {stored.list_name}"
            act = Act("undid an import into", subject=subject, before=counts)
            record(connection, act, now)

    def work(self, import_id: int) -> None:
        """Undo what is left of it, chunk by chunk; repeat it where it is cut off."""
        while True:
            now = self.clock()
            with writing(self.engine) as connection:
                stored = list_imports.with_id(connection, import_id)
                chunk = list_imports.last_chunk(connection, import_id)
                if chunk is None:
                    facts = {"ended_at": stored.ended_at or now}
                    list_imports.move(
                        connection, import_id, ImportState.UNDONE, now, **facts
                    )
                    return
                undone = _ChunkUndone(connection, self.hasher, stored, now)
                undone.take_back(chunk)
                list_imports.close_chunk(connection, import_id, chunk.number, now)
                counts = {
                    name: stored.counts.get(name, 0) + undone.counts.get(name, 0)
                    for name in {*stored.counts, *undone.counts}
                }
                list_imports.note_progress(connection, import_id, now, counts=counts)
                list_imports.add_faults(connection, import_id, undone.faults)


class _ChunkUndone:
    """A chunk on its way back."""

    def __init__(
        self,
        connection: Connection,
        hasher: KeyedHasher,
        stored: StoredImport,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._hasher = hasher
        self._now = now
        self._since = stored.began_at or now
        self._list_name = stored.list_name
        self._list_id = subscriptions.list_id(connection, stored.list_name) or 0
        self.counts: dict[str, int] = {}
        self.faults: list[ImportFault] = []

    def take_back(self, chunk: ImportChunk) -> None:
        """Take back what the chunk did of whoever is as it left them."""
        of_before = {*map(int, chunk.changed), *map(int, chunk.renewed)}
        everybody = {*chunk.added, *chunk.joined, *of_before}
        stays = traces.changed_since(
            self._connection, sorted(everybody), self._since, self._list_id
        )
        self._name(stays, _CHANGED_SINCE)
        self._remove([who for who in chunk.added if who not in stays])
        self._take_off([who for who in chunk.joined if who not in stays])
        changed = {int(who): was for who, was in chunk.changed.items()}
        self._restore({who: was for who, was in changed.items() if who not in stays})
        renewed = {
            int(who): _entry(was)
            for who, was in chunk.renewed.items()
            if int(who) not in stays
        }
        subscriptions.renew(self._connection, self._list_id, renewed)
        # Of whom nothing else is on record no record is left.
        consents.retract(
            self._connection,
            self._list_id,
            sorted(everybody - stays),
            self._since,
            why=UNDONE,
            now=self._now,
        )
        self._count("renewed", len({*renewed} - {*changed}))

    def _remove(self, added: Sequence[int]) -> None:
        """Remove whoever was new; who has had something is taken off the list."""
        served = traces.with_history(self._connection, added)
        removed = [who for who in added if who not in served]
        traces.remove(self._connection, removed)
        self._count("removed", len(removed))
        self._take_off(sorted(served))

    def _take_off(self, people: Sequence[int]) -> None:
        ended = 0
        for who in people:
            ended += subscriptions.end(
                self._connection, who, [self._list_id], UNDONE, self._now
            )
        cancelling.cancel_subscribers(
            self._connection, list(people), self._now, UNDONE, owes=False
        )
        self._count("taken off", ended)

    def _restore(self, before: Mapping[int, Mapping[str, str]]) -> None:
        """Hold of people what was held before."""
        people = []
        for who, cells in before.items():
            person = read_row(ListRow(0, dict(cells)))
            other = (
                subscribers.kept_as(self._connection, person.keys.identity)
                if isinstance(person, Person)
                else None
            )
            if not isinstance(person, Person) or (other and other.id != who):
                self._name([who], "is held otherwise by now, and is left as they are")
                continue
            hashed = self._hasher.hashed(person.keys)
            people.append((who, HashedPerson(person, hashed)))
        subscribers.change(self._connection, people, self._now)
        for stored in campaigns.listed(self._connection):
            if self._list_name in stored.campaign.lists:
                numbers = [who for who, _ in people]
                enrol(self._connection, stored.id, stored.campaign, self._now, numbers)
        self._count("restored", len(people))

    def _name(self, people: Iterable[int], words: str) -> None:
        for each in subscribers.of_ids(self._connection, sorted(people)):
            if each.person.name:
                fault = ImportFault(STAYS, each.id, "", each.person.name, words)
                self.faults.append(fault)
                self._count("stay", 1)

    def _count(self, name: str, number: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


def undo(undoing: ImportUndoing, import_id: int) -> Mapping[str, int]:
    """Undo an import to the end; return how many fared how."""
    undoing.begin(import_id)
    undoing.work(import_id)
    with reading(undoing.engine) as connection:
        return list_imports.with_id(connection, import_id).counts


def _entry(was: Mapping[str, str]) -> ListEntry:
    consent = Consent(
        was.get("basis", ""),
        was.get("method", ""),
        was.get("at", ""),
        was.get("wording", ""),
        was.get("conditions", ""),
    )
    return ListEntry(consent, was.get("reference", ""))
