"""Import a subscriber list: people, and their subscriptions to one mailing list.

Safe to repeat: the same file twice changes nothing. What a row leaves empty
stays as it was. Nobody who unsubscribed comes back by an import.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.list_file import ListFile, ListProblem, ListRow
from digest.audience.lists.matching import (
    Match,
    Matches,
    same_person,
    suppressed,
    unsubscribed,
)
from digest.audience.lists.rows import read_row
from digest.model.people.person import Consent, Person, PersonIndex
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people import subscribers, subscriptions
from digest.store.people.subscribers import HashedPerson
from digest.store.people.subscriptions import Subscription

log = logging.getLogger(__name__)

CHUNK = 2000
Ties = Mapping[int, Subscription]


@dataclass(slots=True)
class ImportReport:
    """How the rows of a list fared; `rows` is the sum of the five counts.

    A refused row may have several problems. `not_brought_back` are people who
    left or whose address is suppressed. A dry run reports what would be done.
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

    @property
    def rows(self) -> int:
        """How many rows were read, blank ones not counted."""
        accepted = self.added + self.updated + self.unchanged
        return accepted + self.refused + len(self.not_brought_back)

    def refuse(self, *problems: ListProblem) -> None:
        """Count a row as refused, for these reasons."""
        self.refused += 1
        self.problems.extend(problems)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"rows": self.rows} | asdict(self)


@dataclass(frozen=True, slots=True)
class ListImport:
    """How a list is imported: to where, by `chunk` rows at a time."""

    engine: Engine
    list_name: str
    hasher: KeyedHasher
    dry_run: bool = False
    chunk: int = CHUNK

    def run(self, path: Path, now: datetime) -> ImportReport:
        """Import the file at `path` and say what became of each row.

        Each chunk is a transaction that also gives its people their places in
        the campaigns that go to the list, so that an import may be cut off
        anywhere and repeated. A dry run stores nothing. Raises ImportRefused,
        having taken nothing, where the file cannot be read as a list.
        """
        file = ListFile(path)
        report = ImportReport(
            path.name, self.list_name, self.dry_run, file.header.ignored
        )
        matches = Matches(self.hasher)
        rows = _people(file.rows(), report)
        goes_to = self._campaigns()
        while part := list(islice(rows, self.chunk)):
            with writing(self.engine) as connection:
                savepoint = connection.begin_nested() if self.dry_run else None
                chunk = _Chunk(connection, self, goes_to, now)
                chunk.store(matches.among(connection, part), report)
                if savepoint:
                    savepoint.rollback()
        log.info(
            "list imported list=%s rows=%d added=%d updated=%d refused=%d dry_run=%s",
            *(self.list_name, report.rows, report.added, report.updated),
            *(report.refused, self.dry_run),
        )
        return report

    def _campaigns(self) -> list[StoredCampaign]:
        with reading(self.engine) as connection:
            return [
                stored
                for stored in campaigns.listed(connection)
                if self.list_name in stored.campaign.lists
            ]


def _people(
    rows: Iterable[ListRow | ListProblem], report: ImportReport
) -> Iterator[tuple[int, Person]]:
    """Yield line and person of every good row; the same person once."""
    lines = PersonIndex[int]()
    for row in rows:
        if isinstance(row, ListProblem):
            report.refuse(row)
            continue
        person = read_row(row)
        if not isinstance(person, Person):
            report.refuse(*person)
        elif earlier := lines.find(person.keys):
            report.refuse(same_person(row.line, earlier))
        else:
            lines.add(person.keys, row.line)
            yield row.line, person


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some thousand rows on their way into the database."""

    connection: Connection
    work: ListImport
    campaigns: Sequence[StoredCampaign]
    now: datetime

    def store(self, rows: Sequence[Match | ListProblem], report: ImportReport) -> None:
        """Store what the rows say that is new, and count it."""
        for row in rows:
            if isinstance(row, ListProblem):
                report.refuse(row)
        matches = [row for row in rows if isinstance(row, Match)]
        list_id = subscriptions.make_list(
            self.connection, self.work.list_name, self.now
        )
        ties = subscriptions.on_list(
            self.connection, list_id, [m.subscriber.id for m in matches if m.subscriber]
        )
        welcome = self._welcome(matches, ties, report)
        changed = self._change([m for m in welcome if m.subscriber])
        joined = self._join(list_id, welcome, ties)
        renewed = self._renew(list_id, welcome, ties)
        report.added += len(joined)
        report.updated += len((changed | renewed) - joined)
        report.unchanged += len(welcome) - len(joined | changed | renewed)
        for stored in self.campaigns:
            touched = sorted(joined | changed)
            enrol(self.connection, stored.id, stored.campaign, self.now, touched)

    def _welcome(
        self, matches: Sequence[Match], ties: Ties, report: ImportReport
    ) -> list[Match]:
        suppressions = suppressed(self.connection, matches)
        welcome = []
        for match in matches:
            tie = ties.get(match.subscriber.id) if match.subscriber else None
            problem = suppressions.get(match.line) or unsubscribed(match.line, tie)
            if problem:
                report.not_brought_back.append(problem)
            else:
                welcome.append(match)
        return welcome

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

    def _join(self, list_id: int, matches: Sequence[Match], ties: Ties) -> set[int]:
        new = [match for match in matches if not match.subscriber]
        people = [match.hashed_person for match in new]
        ids = subscribers.add(self.connection, people, self.now)
        consents = (match.person.consent for match in new)
        joining = dict(zip(ids, consents, strict=True)) | {
            match.subscriber.id: match.person.consent
            for match in matches
            if match.subscriber and match.subscriber.id not in ties
        }
        subscriptions.start(self.connection, list_id, joining, self.now)
        return set(joining)

    def _renew(self, list_id: int, matches: Sequence[Match], ties: Ties) -> set[int]:
        newer: dict[int, Consent] = {}
        for match in matches:
            tie = ties.get(match.subscriber.id) if match.subscriber else None
            if tie and match.person.consent.over(tie.consent) != tie.consent:
                newer[tie.subscriber_id] = match.person.consent.over(tie.consent)
        subscriptions.renew(self.connection, list_id, newer)
        return set(newer)
