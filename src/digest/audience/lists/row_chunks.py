"""A chunk of a list's rows, stored in one transaction, with what undoes it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.choices import evidence_problems, today_in
from digest.audience.lists.exporting import cells_of
from digest.audience.lists.import_report import ImportReport
from digest.audience.lists.list_file import ListProblem
from digest.audience.lists.matching import (
    DoubtfulMatch,
    Match,
    Matches,
    left_campaigns,
    paused,
    suppressed,
    unsubscribed,
)
from digest.model.people.person import NO_EVIDENCE, Person
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people import departures, pauses, subscribers, subscriptions
from digest.store.people.imports.list_imports import ImportChunk
from digest.store.people.joining import consents
from digest.store.people.subscribers import HashedPerson
from digest.store.people.subscriptions import ListEntry, Subscription
from digest.store.staff.audit import Act, record

Ties = Mapping[int, Subscription]


@dataclass(slots=True)
class RowChunk:
    """Some thousand rows on their way into the database.

    `done` is what of it was stored, and what was held before.
    """

    connection: Connection
    hasher: KeyedHasher
    list_name: str
    matches: Matches
    campaigns: Sequence[StoredCampaign]
    now: datetime
    list_id: int
    done: ImportChunk = field(default_factory=ImportChunk)

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
        welcome = self._with_whole_evidence(
            self._welcome(matches, ties, report), ties, report
        )
        before = self._change([m for m in welcome if m.subscriber])
        new, returning = self._join(welcome, ties)
        entries = self._renew(welcome, ties)
        self.done = ImportChunk(0, new, returning, before, entries)
        changed, renewed = {*map(int, before)}, {*map(int, entries)}
        joined = {*new, *returning}
        added, updated = len(joined), len((changed | renewed) - joined)
        if added or updated:
            counts = {"added": added, "updated": updated}
            subject = f"list {self.list_name}"
            act = Act("imported people into", subject=subject, after=counts)
            record(self.connection, act, self.now)
        report.without_permission += sum(
            not _has_permission(match, ties) for match in welcome
        )
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
            if not match.subscriber and not suppressions:
                welcome.append(match)
                continue
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

    def _with_whole_evidence(
        self, matches: Sequence[Match], ties: Ties, report: ImportReport
    ) -> list[Match]:
        """Return those whose evidence is whole as well beside what is on record."""
        today = today_in([stored.campaign for stored in self.campaigns], self.now)
        whole = []
        for match in matches:
            tie = ties.get(match.subscriber.id) if match.subscriber else None
            problems = []
            if tie is not None and match.person.consent != NO_EVIDENCE:
                merged = match.person.consent.over(tie.consent)
                problems = evidence_problems(match.line, merged, today)
            if problems:
                report.refuse(*problems)
            else:
                whole.append(match)
        return whole

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

    def _change(self, matches: Sequence[Match]) -> dict[str, dict[str, str]]:
        """Keep what is new of people; return what was held of them before."""
        changes, before = {}, {}
        for match in matches:
            if match.subscriber:
                person = match.person.over(match.subscriber.person)
                if person != match.subscriber.person:
                    hashed = self.hasher.hashed(person.keys)
                    changes[match.subscriber.id] = HashedPerson(person, hashed)
                    cells = cells_of(match.subscriber.person)
                    before[str(match.subscriber.id)] = _filled(cells)
        subscribers.change(self.connection, changes.items(), self.now)
        return before

    def _join(
        self, matches: Sequence[Match], ties: Ties
    ) -> tuple[list[int], list[int]]:
        """Subscribe who is not on the list; return who is new, and who was held."""
        new = [match for match in matches if not match.subscriber]
        people = [match.hashed_person for match in new]
        ids = subscribers.add(self.connection, people, self.now)
        for match, subscriber_id in zip(new, ids, strict=True):
            self.matches.take_new(match.line, subscriber_id)
        entries = (_entry(match.person) for match in new)
        returning = {
            match.subscriber.id: _entry(match.person)
            for match in matches
            if match.subscriber and match.subscriber.id not in ties
        }
        joining = dict(zip(ids, entries, strict=True)) | returning
        subscriptions.drop_undone(self.connection, self.list_id, [*returning])
        subscriptions.start(self.connection, self.list_id, joining, self.now)
        self._note_consents(joining)
        return ids, [*returning]

    def _renew(self, matches: Sequence[Match], ties: Ties) -> dict[str, dict[str, str]]:
        """Keep what the list says that is new; return what it said before."""
        newer: dict[int, ListEntry] = {}
        before = {}
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
                stored = {"reference": tie.reference, **asdict(tie.consent)}
                before[str(tie.subscriber_id)] = _filled(stored)
        subscriptions.renew(self.connection, self.list_id, newer)
        self._note_consents(
            {
                who: entry
                for who, entry in newer.items()
                if entry.consent != ties[who].consent
            }
        )
        return before

    def _note_consents(self, entries: Mapping[int, ListEntry]) -> None:
        """Write down what the list says that each of them said, for good."""
        evidence = {who: entry.consent for who, entry in entries.items()}
        consents.add_all(self.connection, self.list_id, evidence, self.now)


def _has_permission(match: Match, ties: Ties) -> bool:
    """Whether it is on record why we may write to them, by this list or before it."""
    tie = ties.get(match.subscriber.id) if match.subscriber else None
    return bool(match.person.consent.basis or (tie and tie.consent.basis))


def _entry(person: Person) -> ListEntry:
    return ListEntry(person.consent, person.reference)


def _filled(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: words for name, words in cells.items() if words}
