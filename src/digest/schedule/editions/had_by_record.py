"""What a mail server's own record says that readers have had, brought into the log.

A copy that is planned and named there is called accepted. An edition that the database
has lost is made anew, with an accepted copy for each reader who is named there.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection

from digest.audience.emails import email_key
from digest.compose.plan import plan_emails
from digest.model.campaigns.campaign_slots import last_slot
from digest.model.delivery.mail_records import RecordFault, ServerRecord
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.editions.references import MessageReference
from digest.schedule.editions import due
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign
from digest.store.delivery import had
from digest.store.delivery.had import ReaderEmail
from digest.store.editions import editions, moves, steering
from digest.store.editions.closing import close_edition
from digest.store.editions.editions import Edition, Slot
from digest.store.people.places import bring_up_those, note_had_upto
from digest.store.posts import positions

HAD = "had already, as the mail server's own record says"
_UNPLANNED = (EditionState.OPEN, EditionState.FROZEN, EditionState.APPROVED)


@dataclass(slots=True)
class NamedCopies:
    """What a record has settled: copies by edition, and readers moved on, by campaign.

    `faults` are its lines that name no copy and no reader here.
    """

    copies: Counter[int] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    faults: tuple[RecordFault, ...] = ()


@dataclass(frozen=True, slots=True)
class _LostEdition:
    """An edition that is not planned here: one that waits, or of a slot without any."""

    slot: datetime
    code: str
    edition: Edition | None = None


def settle_by_record(
    connection: Connection,
    stored_campaigns: Sequence[StoredCampaign],
    record: ServerRecord,
    restored_at: datetime | None,
    now: datetime,
) -> NamedCopies:
    """Call had what the record names, in the transaction that is open."""
    named, names = NamedCopies(), _Names(record)
    for edition_id in had.unsettled(connection):
        edition = editions.get(connection, edition_id)
        copies = had.emails(connection, edition_id, is_unsettled=True)
        reader_ids = [
            each.reader_id for each in copies if names.has(edition.code, each)
        ]
        if reader_ids:
            named.copies[edition_id] += had.settle(
                connection, edition_id, HAD, now, reader_ids
            )
    for stored in stored_campaigns:
        moved = set[int]()
        for row in campaigns.schedules_of(connection, stored):
            lost = _LostEditions(connection, stored, row, restored_at, now)
            moved |= lost.settle(names)
        named.places[stored.campaign.name] += len(moved)
    _note_settled(connection, names)
    named.faults = tuple(
        sorted((*record.faults, *names.unknown()), key=lambda fault: fault.line)
    )
    return named


@dataclass(frozen=True, slots=True)
class _LostEditions:
    """Those of a schedule that are due and not planned, settled for who is named.

    One after the other, as they went then: each carries what the one before had left.
    """

    connection: Connection
    stored: StoredCampaign
    row: ScheduleRow
    restored_at: datetime | None
    now: datetime

    def settle(self, names: "_Names") -> set[int]:
        """Settle them; return the readers who are named."""
        named = [
            (lost, reader_ids)
            for lost in self._oldest_first()
            if (reader_ids := self._named(lost, names))
        ]
        for number, (lost, reader_ids) in enumerate(named, start=1):
            edition = lost.edition or self._made_anew(lost.slot)
            upto = edition.upto
            if upto is None:
                upto = self._upto(lost.slot)
            self._settle_named(replace(edition, upto=upto), reader_ids)
            is_last = number == len(named) and not self._is_too_late(lost.slot)
            if lost.edition is None and not is_last:
                self._end(edition)
        return {reader_id for _, reader_ids in named for reader_id in reader_ids}

    def _oldest_first(self) -> list[_LostEdition]:
        lost = [
            _LostEdition(edition.slot, edition.code, edition)
            for edition in editions.in_states(self.connection, _UNPLANNED)
            if edition.schedule_id == self.row.id
        ]
        mode = mode_of(self.connection)
        for at in self._without_edition():
            code = next(moves.codes_of(self.connection, self._slot(at), mode))
            lost.append(_LostEdition(at, code))
        return sorted(lost, key=attrgetter("slot"))

    def _named(self, lost: _LostEdition, names: "_Names") -> list[int]:
        if not names.may_be_of(lost.code):
            return []
        theirs = had.readers_by_email(self.connection, self.row.id)
        return [each.reader_id for each in theirs if names.has(lost.code, each)]

    def _made_anew(self, at: datetime) -> Edition:
        """Return the edition that was sent at a slot, as far as it went then.

        Readers who are not named get it, if it is not too late. What came in since goes
        with the next one: under the same Message-IDs nobody would look at it.
        """
        for before in [*self._without_edition()]:
            if before < at:
                moves.miss(self.connection, self._slot(before), self.now, HAD)
        moves.open_at(self.connection, self._slot(at), self.now)
        edition = editions.made_at(self.connection, self.row.id, at)
        frozen = EditionState.FROZEN
        moves.move(self.connection, edition.id, frozen, self.now, upto=self._upto(at))
        steering.freeze(self.connection, edition)
        return editions.get(self.connection, edition.id)

    def _settle_named(self, edition: Edition, reader_ids: Sequence[int]) -> None:
        """Have these readers had it: what it left for their next is owed to them.

        Whom no email of it would reach has had one all the same, and is moved on past
        all that it held.
        """
        connection, upto = self.connection, edition.upto or 0
        plan_emails(connection, edition, reader_ids, self.now)
        had.settle(connection, edition.id, HAD, self.now, reader_ids)
        with_copy = had.readers_with_copy(connection, edition.id, reader_ids)
        others = [each for each in reader_ids if each not in with_copy]
        bring_up_those(connection, edition.mode, upto, others)
        if edition.mode is Mode.LIVE:
            # Whatever becomes of the edition for the others.
            note_had_upto(connection, edition.campaign_id, upto)

    def _end(self, edition: Edition) -> None:
        """End it with the copies of who is named: others get theirs with the next."""
        approved, planned = EditionState.APPROVED, EditionState.PLANNED
        moves.move(self.connection, edition.id, approved, self.now, reason=HAD)
        moves.move(self.connection, edition.id, planned, self.now)
        close_edition(self.connection, edition.id, self.now)

    def _without_edition(self) -> Iterator[datetime]:
        return due.unsettled_slots(self.connection, self.stored, self.row, self.now)

    def _slot(self, at: datetime) -> Slot:
        campaign, row = self.stored.campaign, self.row
        is_last = at == last_slot(campaign, row.schedule, row.extra_slot)
        return Slot(self.stored.id, row.id, at, is_last)

    def _upto(self, at: datetime) -> int:
        """Return how far the edition of a slot went: it held what was there by then."""
        closed_at = at - self.row.schedule.close
        connection, campaign_id = self.connection, self.stored.id
        return positions.before(connection, campaign_id, closed_at, self.restored_at)

    def _is_too_late(self, slot: datetime) -> bool:
        return self.now - slot > self.row.schedule.may_run_late(slot)


class _Names:
    """What a record names, and which of it was met here."""

    def __init__(self, record: ServerRecord) -> None:
        self._references = record.references
        self._recipients = {_key(to): line for to, line in record.recipients.items()}
        self._met_references = set[MessageReference]()
        self._met_recipients = set[str]()
        self.codes = {reference.edition_code for reference in record.references}

    def may_be_of(self, code: str) -> bool:
        """Whether anything of the record may be of the edition of that code."""
        return code in self.codes or bool(self._recipients)

    def has(self, code: str, reader: ReaderEmail) -> bool:
        """Whether the copy of that edition to that reader is named, or its address."""
        is_named = reader.key in self._recipients
        if is_named:
            self._met_recipients.add(reader.key)
        if code in self.codes:
            reference = MessageReference.of(code, reader.reader_id, reader.email)
            if reference in self._references:
                self._met_references.add(reference)
                is_named = True
        return is_named

    def unknown(self) -> Iterator[RecordFault]:
        """Yield a fault for each line that names nothing here."""
        for reference, line in self._references.items():
            if reference not in self._met_references:
                why = (
                    f"{reference} is of no copy that is in this database or is due: "
                    "its reader's place stays"
                )
                yield RecordFault(line, why)
        for recipient, line in self._recipients.items():
            if recipient not in self._met_recipients:
                yield RecordFault(line, "no copy is due to a reader of that address")


def _key(address: str) -> str:
    try:
        return email_key(address)
    except ValueError:
        return address.lower()


def _note_settled(connection: Connection, names: _Names) -> None:
    """Meet what is named and has its end already: there is nothing to do for it."""
    for code in sorted(names.codes):
        edition = editions.by_code(connection, code)
        if edition is not None:
            for reader in had.emails(connection, edition.id, is_unsettled=False):
                names.has(code, reader)
