"""Import a subscriber list: people, and their subscriptions to one mailing list.

Safe to repeat: the same file twice changes nothing. What a row leaves empty
stays as it was. Nobody who unsubscribed comes back by an import.
"""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.audience.hashing import KeyedHasher
from digest.audience.lists.choices import CampaignChoices
from digest.audience.lists.import_report import ImportReport
from digest.audience.lists.list_file import ListFile, ListProblem, ListRow
from digest.audience.lists.matching import (
    DoubtfulMatch,
    Matches,
    same_person,
)
from digest.audience.lists.person_lines import PersonLines
from digest.audience.lists.row_chunks import RowChunk
from digest.audience.lists.rows import read_row, restored_phone
from digest.errors import NotFound
from digest.model.names import nearest, unknown
from digest.model.people.person import (
    NO_EVIDENCE,
    Consent,
    Person,
)
from digest.store.base.engine import reading, writing
from digest.store.base.table_statistics import count_anew
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people import subscriptions
from digest.store.people.imports.list_imports import ImportChunk

log = logging.getLogger(__name__)

CHUNK = 4000
# People whose rows are counted as accepted too.
_AMONG_OTHERS = ("paused", "without_permission", "restored_phones")
_USUAL, _SELDOM = gc.get_threshold(), 100_000
# The generations of objects that no chunk's rings outlive.
_YOUNG = 1


# What keeps a chunk: handed what it did, how all fared so far, and up to which line,
# in the transaction that does it.
Journal = Callable[[Connection, ImportChunk, ImportReport, int], None]


def keep_nothing(
    _connection: Connection, _chunk: ImportChunk, _report: ImportReport, _upto: int
) -> None:
    """Keep no journal."""


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Have Python look for rings of objects seldom: rows make none, and many objects.

    It is a fifth of an import's time else. Questions to the database make some, which
    hold all that was asked for: they are looked for behind each chunk.
    """
    gc.set_threshold(_SELDOM, *_USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)


def log_import(list_name: str, counts: Mapping[str, int], *, is_check: bool) -> None:
    """Log how the rows of a list fared."""
    added, updated, refused = (counts[name] for name in ("added", "updated", "refused"))
    rows = sum(count for name, count in counts.items() if name not in _AMONG_OTHERS)
    words = "list imported list=%s rows=%d added=%d updated=%d refused=%d dry_run=%s"
    log.info(words, list_name, rows, added, updated, refused, is_check)


@dataclass(frozen=True, slots=True)
class ListImport:
    """How a list is imported: to where, by `chunk` rows at a time.

    `is_same` answers for every row that may be of somebody we hold: that person,
    or another one. Without an answer such a row is not taken, and is told. `columns`
    are what somebody has matched, `consent` is of who says nothing of it. Rows up to
    `upto_line` are in already: an import that was cut off is gone on with behind them.
    """

    engine: Engine
    list_name: str
    hasher: KeyedHasher
    dry_run: bool = False
    chunk: int = CHUNK
    is_same: bool | None = None
    columns: tuple[str, ...] = ()
    consent: Consent = NO_EVIDENCE
    journal: Journal = keep_nothing
    upto_line: int = 0

    def run(self, path: Path, now: datetime) -> ImportReport:
        """Import the file at `path` and say what became of each row.

        Each chunk is a transaction that also gives its people their places in
        the campaigns that go to the list, so that an import may be cut off
        anywhere and repeated. A dry run stores nothing. Raises ImportRefused,
        having taken nothing, where the file cannot be read as a list, and NotFound
        for a list whose name is nearly that of another.
        """
        file = ListFile(path, self.columns)
        goes_to, choices = self._prepared(now)
        report = ImportReport(
            path.name,
            self.list_name,
            self.dry_run,
            file.header.ignored,
            file.header_line,
        )
        with _collecting_seldom():
            self._take_in(file, goes_to, choices, report, now)
        if self.journal is keep_nothing:
            # A journal has taken the counts of each chunk, and knows the sum.
            log_import(self.list_name, report.counts(), is_check=self.dry_run)
        return report

    def _take_in(
        self,
        file: ListFile,
        goes_to: Sequence[StoredCampaign],
        choices: CampaignChoices,
        report: ImportReport,
        now: datetime,
    ) -> None:
        matches = Matches(self.hasher, dry_run=self.dry_run)
        rows = _people(file.rows(), choices, self.consent, report)
        doubts: list[DoubtfulMatch] = []
        upto, taken_in, counted = 0, 0, 0
        for part in _chunks(rows, self.chunk):
            upto = part[-1][0]
            if upto <= self.upto_line:
                doubts += self._look_again(matches, part)
                report.start_anew()
                continue
            with self._chunk(matches, goes_to, now, report, upto) as chunk:
                doubts += chunk.store(
                    matches.among(chunk.connection, chunk.list_id, part), report
                )
                report.name_rows({line: person.name for line, person in part})
            taken_in += len(part)
            is_whole = len(part) == self.chunk
            if is_whole and taken_in >= counted * 2 and not self.dry_run:
                # Else PostgreSQL looks through all there is for each chunk.
                counted = taken_in
                with writing(self.engine) as connection:
                    count_anew(connection)
        while doubts:
            some, doubts = doubts[: self.chunk], doubts[self.chunk :]
            with self._chunk(matches, goes_to, now, report, upto) as chunk:
                settled = [
                    matches.settled(doubt, is_same=self.is_same) for doubt in some
                ]
                unanswered = chunk.store(settled, report)
                report.name_rows(
                    {each.line: each.hashed_person.person.name for each in some}
                )
                report.doubtful += [doubt.problem() for doubt in unanswered]
        with writing(self.engine) as connection:
            # What is told of the rows behind the last that was good.
            self.journal(connection, ImportChunk(), report, upto)

    @contextmanager
    def _chunk(
        self,
        matches: Matches,
        goes_to: Sequence[StoredCampaign],
        now: datetime,
        report: ImportReport,
        upto: int,
    ) -> Iterator[RowChunk]:
        with writing(self.engine) as connection:
            savepoint = connection.begin_nested() if self.dry_run else None
            list_id = subscriptions.make_list(connection, self.list_name, now)
            chunk = RowChunk(
                connection, self.hasher, self.list_name, matches, goes_to, now, list_id
            )
            yield chunk
            if savepoint:
                savepoint.rollback()
            self.journal(connection, chunk.done, report, upto)

    def _look_again(
        self, matches: Matches, part: Sequence[tuple[int, Person]]
    ) -> list[DoubtfulMatch]:
        """Learn what rows that are in already have been matched with."""
        with reading(self.engine) as connection:
            list_id = subscriptions.list_id(connection, self.list_name) or 0
            results = matches.among(connection, list_id, part)
        return [result for result in results if isinstance(result, DoubtfulMatch)]

    def _prepared(self, now: datetime) -> tuple[list[StoredCampaign], CampaignChoices]:
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
            return goes_to, CampaignChoices.of(connection, goes_to, now)


def _chunks(
    people: Iterator[tuple[int, Person]], size: int
) -> Iterator[list[tuple[int, Person]]]:
    """Yield so many people at a time; they are let go before the next are read."""
    while part := [*islice(people, size)]:
        yield part
        # Emptied first, so that there is little to look through for rings.
        part.clear()
        gc.collect(_YOUNG)


def _people(
    rows: Iterable[ListRow | ListProblem],
    choices: CampaignChoices,
    consent: Consent,
    report: ImportReport,
) -> Iterator[tuple[int, Person]]:
    """Yield line and person of every good row; the same person once."""
    lines = PersonLines()
    for row in rows:
        if isinstance(row, ListProblem):
            report.refuse(row)
            continue
        mended, guess = restored_phone(row)
        person, name = read_row(mended), row.cells.get("name", "").strip()
        if isinstance(person, Person):
            if consent is not NO_EVIDENCE:
                person = replace(person, consent=person.consent.over(consent))
            person = choices.checked(row.line, person)
        if not isinstance(person, Person):
            report.refuse(*(replace(each, name=name) for each in person))
        elif earlier := lines.first(person.keys, person.reference, row.line):
            report.refuse(replace(same_person(row.line, earlier), name=name))
        else:
            if guess:
                report.restore_phone(replace(guess, name=name))
            yield row.line, person
