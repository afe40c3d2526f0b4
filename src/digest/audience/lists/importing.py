"""Take a subscriber list in: people, and their subscriptions to one mailing list.

Safe to repeat: the same file twice changes nothing. What a row leaves empty
stays as it is held. Nobody who left comes back by an import.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.import_report import ImportReport
from digest.audience.lists.list_file import ListFile, ListProblem, ListRow
from digest.audience.lists.matching import (
    Match,
    Matches,
    left_already,
    same_person,
    suppressed,
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


@dataclass(frozen=True, slots=True)
class ListImport:
    """How a list is taken in: to where, by `chunk` rows at a time."""

    engine: Engine
    list_name: str
    hasher: KeyedHasher
    dry_run: bool = False
    chunk: int = CHUNK

    def run(self, path: Path, now: datetime) -> ImportReport:
        """Take in the file at `path` and say what became of each row.

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
                tried = connection.begin_nested() if self.dry_run else None
                chunk = _Chunk(connection, self, goes_to, now)
                chunk.take(matches.among(connection, part), report)
                if tried:
                    tried.rollback()
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
    met = PersonIndex[int]()
    for row in rows:
        if isinstance(row, ListProblem):
            report.refuse(row)
            continue
        person = read_row(row)
        if not isinstance(person, Person):
            report.refuse(*person)
        elif earlier := met.find(person.keys):
            report.refuse(same_person(row.line, earlier))
        else:
            met.add(person.keys, row.line)
            yield row.line, person


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some thousand rows on their way into the database."""

    connection: Connection
    work: ListImport
    campaigns: Sequence[StoredCampaign]
    now: datetime

    def take(self, found: Sequence[Match | ListProblem], report: ImportReport) -> None:
        """Store what the rows say that is new, and count it."""
        for problem in found:
            if isinstance(problem, ListProblem):
                report.refuse(problem)
        matches = [match for match in found if isinstance(match, Match)]
        list_id = subscriptions.make_list(
            self.connection, self.work.list_name, self.now
        )
        ties = subscriptions.on_list(
            self.connection, list_id, [m.held.id for m in matches if m.held]
        )
        welcome = self._welcome(matches, ties, report)
        changed = self._change([m for m in welcome if m.held])
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
        hidden = suppressed(self.connection, matches)
        welcome = []
        for match in matches:
            tie = ties.get(match.held.id) if match.held else None
            problem = hidden.get(match.line) or left_already(match.line, tie)
            if problem:
                report.not_brought_back.append(problem)
            else:
                welcome.append(match)
        return welcome

    def _change(self, matches: Sequence[Match]) -> set[int]:
        changes = {}
        for match in matches:
            if match.held:
                person = match.person.over(match.held.person)
                if person != match.held.person:
                    hashed = self.work.hasher.hashed(person.keys)
                    changes[match.held.id] = HashedPerson(person, hashed)
        subscribers.change(self.connection, changes.items(), self.now)
        return set(changes)

    def _join(self, list_id: int, matches: Sequence[Match], ties: Ties) -> set[int]:
        new = [match for match in matches if not match.held]
        ids = subscribers.add(self.connection, [one.known for one in new], self.now)
        joining = dict(zip(ids, (one.person.consent for one in new), strict=True)) | {
            match.held.id: match.person.consent
            for match in matches
            if match.held and match.held.id not in ties
        }
        subscriptions.start(self.connection, list_id, joining, self.now)
        return set(joining)

    def _renew(self, list_id: int, matches: Sequence[Match], ties: Ties) -> set[int]:
        newer: dict[int, Consent] = {}
        for match in matches:
            tie = ties.get(match.held.id) if match.held else None
            if tie and match.person.consent.over(tie.consent) != tie.consent:
                newer[tie.subscriber_id] = match.person.consent.over(tie.consent)
        subscriptions.renew(self.connection, list_id, newer)
        return set(newer)
