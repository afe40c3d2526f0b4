"""Import a subscriber list: people, and their subscriptions to one mailing list.

Safe to repeat: the same file twice changes nothing. What a row leaves empty
stays as it was. Nobody who unsubscribed comes back by an import.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.choices import CampaignChoices
from digest.audience.lists.list_file import ListFile, ListProblem, ListRow
from digest.audience.lists.matching import (
    DoubtfulMatch,
    Match,
    Matches,
    left_campaigns,
    paused,
    same_person,
    suppressed,
    unsubscribed,
)
from digest.audience.lists.rows import read_row
from digest.errors import NotFound
from digest.model.names import nearest, unknown
from digest.model.people.person import Person, PersonIndex
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people import departures, pauses, subscribers, subscriptions
from digest.store.people.subscribers import HashedPerson
from digest.store.people.subscriptions import ListEntry, Subscription
from digest.store.staff.audit import Act, record

log = logging.getLogger(__name__)

CHUNK = 2000
Ties = Mapping[int, Subscription]


@dataclass(slots=True)
class ImportReport:
    """How the rows of a list fared; `rows` is the sum of the six counts.

    A refused row may have several problems. `not_brought_back` are people who
    left or whose address is suppressed, `doubtful` those who may be somebody we
    hold. Those who have `paused` are among the accepted rows. A dry run reports what
    would be done.
    """

    file: str
    list_name: str
    dry_run: bool = False
    ignored_columns: tuple[str, ...] = ()
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[ListProblem] = field(default_factory=list)
    not_brought_back: list[ListProblem] = field(default_factory=list)
    doubtful: list[ListProblem] = field(default_factory=list)
    paused: list[ListProblem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were read, blank ones not counted."""
        accepted = self.added + self.updated + self.unchanged
        set_aside = len(self.not_brought_back) + len(self.doubtful)
        return accepted + self.refused + set_aside

    def refuse(self, *problems: ListProblem) -> None:
        """Count a row as refused, for these reasons."""
        self.refused += 1
        self.problems.extend(problems)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"rows": self.rows} | asdict(self)


@dataclass(frozen=True, slots=True)
class ListImport:
    """How a list is imported: to where, by `chunk` rows at a time.

    `is_same` answers for every row that may be of somebody we hold: that person,
    or another one. Without an answer such a row is not taken, and is told.
    """

    engine: Engine
    list_name: str
    hasher: KeyedHasher
    dry_run: bool = False
    chunk: int = CHUNK
    is_same: bool | None = None

    def run(self, path: Path, now: datetime) -> ImportReport:
        """Import the file at `path` and say what became of each row.

        Each chunk is a transaction that also gives its people their places in
        the campaigns that go to the list, so that an import may be cut off
        anywhere and repeated. A dry run stores nothing. Raises ImportRefused,
        having taken nothing, where the file cannot be read as a list, and NotFound
        for a list whose name is nearly that of another.
        """
        file = ListFile(path)
        goes_to, choices = self._prepared()
        report = ImportReport(
            path.name, self.list_name, self.dry_run, file.header.ignored
        )
        matches = Matches(self.hasher)
        rows = _people(file.rows(), choices, report)
        doubts: list[DoubtfulMatch] = []
        while part := list(islice(rows, self.chunk)):
            with self._chunk(matches, goes_to, now) as chunk:
                results = matches.among(chunk.connection, chunk.list_id, part)
                doubts += chunk.store(results, report)
        while doubts:
            some, doubts = doubts[: self.chunk], doubts[self.chunk :]
            with self._chunk(matches, goes_to, now) as chunk:
                settled = [
                    matches.settled(doubt, is_same=self.is_same) for doubt in some
                ]
                unanswered = chunk.store(settled, report)
                report.doubtful += [doubt.problem() for doubt in unanswered]
        log.info(
            "list imported list=%s rows=%d added=%d updated=%d refused=%d dry_run=%s",
            *(self.list_name, report.rows, report.added, report.updated),
            *(report.refused, self.dry_run),
        )
        return report

    @contextmanager
    def _chunk(
        self, matches: Matches, goes_to: Sequence[StoredCampaign], now: datetime
    ) -> Iterator["_Chunk"]:
        with writing(self.engine) as connection:
            savepoint = connection.begin_nested() if self.dry_run else None
            list_id = subscriptions.make_list(connection, self.list_name, now)
            yield _Chunk(connection, self, matches, goes_to, now, list_id)
            if savepoint:
                savepoint.rollback()

    def _prepared(self) -> tuple[list[StoredCampaign], CampaignChoices]:
        """Return the campaigns that go to the list, and what they offer."""
        with reading(self.engine) as connection:
            every = campaigns.listed(connection)
            names = {*subscriptions.names(connection)}
            for stored in every:
                names.update(stored.campaign.lists)
            if self.list_name not in names and nearest(self.list_name, names):
                words = unknown("list", self.list_name, names)
                raise NotFound(
                    f"{words} For a new one first say: digest list create"
                    f" {self.list_name}"
                )
            goes_to = [
                stored for stored in every if self.list_name in stored.campaign.lists
            ]
            return goes_to, CampaignChoices.of(connection, goes_to)


def _people(
    rows: Iterable[ListRow | ListProblem],
    choices: CampaignChoices,
    report: ImportReport,
) -> Iterator[tuple[int, Person]]:
    """Yield line and person of every good row; the same person once."""
    lines = PersonIndex[int]()
    references: dict[str, int] = {}
    for row in rows:
        if isinstance(row, ListProblem):
            report.refuse(row)
            continue
        person = read_row(row)
        if isinstance(person, Person):
            person = choices.checked(row.line, person)
        if not isinstance(person, Person):
            report.refuse(*person)
        elif earlier := references.get(person.reference) or lines.find(person.keys):
            report.refuse(same_person(row.line, earlier))
        else:
            if person.reference:
                references[person.reference] = row.line
            lines.add(person.keys, row.line)
            yield row.line, person


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some thousand rows on their way into the database."""

    connection: Connection
    work: ListImport
    matches: Matches
    campaigns: Sequence[StoredCampaign]
    now: datetime
    list_id: int

    def store(
        self, rows: Sequence[Match | DoubtfulMatch | ListProblem], report: ImportReport
    ) -> list[DoubtfulMatch]:
        """Store what the rows say that is new, and count it; return the doubts."""
        for row in rows:
            if isinstance(row, ListProblem):
                report.refuse(row)
        matches = [row for row in rows if isinstance(row, Match)]
        ties = subscriptions.on_list(
            self.connection,
            self.list_id,
            [match.subscriber.id for match in matches if match.subscriber],
        )
        welcome = self._welcome(matches, ties, report)
        changed = self._change([m for m in welcome if m.subscriber])
        joined = self._join(welcome, ties)
        renewed = self._renew(welcome, ties)
        added, updated = len(joined), len((changed | renewed) - joined)
        if added or updated:
            counts = {"added": added, "updated": updated}
            subject = f"list {self.work.list_name}"
            act = Act("imported people into", subject=subject, after=counts)
            record(self.connection, act, self.now)
        report.added += added
        report.updated += updated
        report.unchanged += len(welcome) - len(joined | changed | renewed)
        for stored in self.campaigns:
            touched = sorted(joined | changed)
            enrol(self.connection, stored.id, stored.campaign, self.now, touched)
        return [row for row in rows if isinstance(row, DoubtfulMatch)]

    def _welcome(
        self, matches: Sequence[Match], ties: Ties, report: ImportReport
    ) -> list[Match]:
        suppressions = suppressed(self.connection, matches)
        subscriber_ids = [match.subscriber.id for match in matches if match.subscriber]
        departed = {
            stored.campaign.name: departures.of_people(
                self.connection, stored.id, subscriber_ids
            )
            for stored in self.campaigns
        }
        welcome = []
        for match in matches:
            who = match.subscriber.id if match.subscriber else None
            tie = ties.get(who) if who else None
            problem = suppressions.get(match.line) or unsubscribed(match.line, tie)
            lines = [
                f"{name} on {people[who]:%Y-%m-%d}"
                for name, people in departed.items()
                if who in people
            ]
            is_refused = problem is not None
            if lines and not problem:
                is_refused = len(lines) == len(departed)
                problem = left_campaigns(match.line, lines, all_of_it=is_refused)
            if problem:
                report.not_brought_back.append(problem)
            if not is_refused:
                welcome.append(match)
        report.paused += self._paused(welcome)
        return welcome

    def _paused(self, welcome: Sequence[Match]) -> list[ListProblem]:
        """Return who of these people gets nothing for now, and until when."""
        lines = {
            match.subscriber.id: match.line for match in welcome if match.subscriber
        }
        notes = []
        for stored in self.campaigns:
            zone = ZoneInfo(stored.campaign.timezone)
            some = pauses.of_people(self.connection, stored.id, [*lines], self.now)
            notes += [
                paused(lines[who], stored.campaign.name, until.astimezone(zone))
                for who, until in some.items()
            ]
        return sorted(notes, key=lambda note: note.line)

    def _change(self, matches: Sequence[Match]) -> set[int]:
        changes = {}
        for match in matches:
            if match.subscriber:
                person = match.person.over(match.subscriber.person)
                if person != match.subscriber.person:
                    hashed = self.work.hasher.hashed(person.keys)
                    changes[match.subscriber.id] = HashedPerson(person, hashed)
        subscribers.change(self.connection, changes.items(), self.now)
        return set(changes)

    def _join(self, matches: Sequence[Match], ties: Ties) -> set[int]:
        new = [match for match in matches if not match.subscriber]
        people = [match.hashed_person for match in new]
        ids = subscribers.add(self.connection, people, self.now)
        for match, subscriber_id in zip(new, ids, strict=True):
            self.matches.take(match.line, subscriber_id, match.person.keys.email)
        entries = (_entry(match.person) for match in new)
        joining = dict(zip(ids, entries, strict=True)) | {
            match.subscriber.id: _entry(match.person)
            for match in matches
            if match.subscriber and match.subscriber.id not in ties
        }
        subscriptions.start(self.connection, self.list_id, joining, self.now)
        return set(joining)

    def _renew(self, matches: Sequence[Match], ties: Ties) -> set[int]:
        newer: dict[int, ListEntry] = {}
        for match in matches:
            tie = ties.get(match.subscriber.id) if match.subscriber else None
            if tie is None:
                continue
            entry = ListEntry(
                match.person.consent.over(tie.consent),
                match.person.reference or tie.reference,
            )
            if entry != ListEntry(tie.consent, tie.reference):
                newer[tie.subscriber_id] = entry
        subscriptions.renew(self.connection, self.list_id, newer)
        return set(newer)


def _entry(person: Person) -> ListEntry:
    return ListEntry(person.consent, person.reference)
