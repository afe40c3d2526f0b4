"""What a mail server's own record says that readers have had, brought into the log.

A copy that is planned and named there is called accepted. Of an edition that the
database has lost, its readers who are named there are moved on past what it held.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.audience.emails import email_key
from digest.model.campaigns.campaign_slots import last_slot
from digest.model.delivery.mail_records import RecordFault, ServerRecord
from digest.model.editions.edition import EditionState
from digest.model.editions.references import MessageReference
from digest.schedule.editions import due
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.delivery import had
from digest.store.delivery.had import ReaderEmail
from digest.store.editions import editions, moves
from digest.store.editions.editions import Edition, Slot
from digest.store.people.readers import bring_up_those
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
    """An edition that is not planned here.

    What it held ends at the position `upto`, or with what there was at `closed_at`. It
    has a `slot` where nothing is known of it here.
    """

    schedule_id: int
    code: str
    closed_at: datetime
    upto: int | None = None
    slot: Slot | None = None


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
        moved = _settle_lost(connection, stored, names, restored_at, now)
        named.places[stored.campaign.name] += moved
    _note_settled(connection, names)
    named.faults = tuple(
        sorted((*record.faults, *names.unknown()), key=lambda fault: fault.line)
    )
    return named


def _settle_lost(
    connection: Connection,
    stored: StoredCampaign,
    names: "_Names",
    restored_at: datetime | None,
    now: datetime,
) -> int:
    """Move on who is named of a campaign's lost editions; return how many they are."""
    mode, moved = mode_of(connection), set[int]()
    sent = dict[int, tuple[Slot, int]]()
    for lost in _lost(connection, stored, now):
        if not names.may_be_of(lost.code):
            continue
        theirs = had.readers_by_email(connection, lost.schedule_id)
        reader_ids = [each.reader_id for each in theirs if names.has(lost.code, each)]
        if not reader_ids:
            continue
        upto = lost.upto
        if upto is None:
            at = lost.closed_at
            upto = positions.before(connection, stored.id, at, restored_at)
        bring_up_those(connection, mode, upto, reader_ids)
        if lost.slot is not None:
            sent[lost.schedule_id] = lost.slot, upto
        moved.update(reader_ids)
    for slot, upto in sent.values():
        _make_anew(connection, stored, slot, upto, now)
    return len(moved)


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


def _lost(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> Iterator[_LostEdition]:
    """Yield the editions of a campaign that are due and nobody is planned for yet."""
    mode = mode_of(connection)
    unplanned: dict[int, list[Edition]] = defaultdict(list)
    for edition in editions.in_states(connection, _UNPLANNED):
        unplanned[edition.schedule_id].append(edition)
    for schedule in campaigns.schedules_of(connection, stored):
        lead = schedule.schedule.close
        for edition in unplanned[schedule.id]:
            yield _LostEdition(
                schedule.id, edition.code, edition.slot - lead, edition.upto
            )
        for at in due.unsettled_slots(connection, stored, schedule, now):
            slot = Slot(stored.id, schedule.id, at)
            code = next(moves.codes_of(connection, slot, mode))
            yield _LostEdition(schedule.id, code, at - lead, slot=slot)


def _make_anew(
    connection: Connection,
    stored: StoredCampaign,
    sent: Slot,
    upto: int,
    now: datetime,
) -> None:
    """Make the edition that was sent at a slot and is lost, as far as it went then.

    Readers who are not named get it, if it is not too late. What came in since goes
    with the next one: under the same Message-IDs nobody would look at it.
    """
    [row] = [
        row
        for row in campaigns.schedules_of(connection, stored)
        if row.id == sent.schedule_id
    ]
    for at in [*due.unsettled_slots(connection, stored, row, now)]:
        if at < sent.at:
            moves.miss(connection, Slot(stored.id, row.id, at), now, HAD)
    is_last = sent.at == last_slot(stored.campaign, row.schedule, row.extra_slot)
    slot = replace(sent, is_last=is_last)
    if now - sent.at > row.schedule.may_run_late(sent.at):
        moves.miss(connection, slot, now, HAD)
        return
    moves.open_at(connection, slot, now)
    edition = editions.at_slot(connection, row.id, sent.at)
    if edition is not None:
        moves.move(connection, edition.id, EditionState.FROZEN, now, upto=upto)
