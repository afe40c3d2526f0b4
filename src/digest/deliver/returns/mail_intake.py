"""Emails that came to our addresses, each taken in once, whatever it is.

A report is taken of the copy whose signed address it came to; a mail to the signed
address by which a reader leaves has them leave; what a person writes is kept, to be
passed on to the campaign's people. What was made of it is recorded in the transaction
that makes it so: a kill at any instant repeats nothing and loses nothing, for the email
stays where it was until then.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.deliver import limits
from digest.deliver.returns.bounce_files import ReturnedFile, UnreadableFile, emails_in
from digest.deliver.returns.bounce_mail import ReturnedMail, read
from digest.deliver.returns.bounces import Bounces, ReportedCopy, ReturnedMailEntry
from digest.deliver.returns.services.notifications import ServiceEvent
from digest.errors import DigestError
from digest.model.delivery.bounces import CopyRef
from digest.model.delivery.incoming_mail import IncomingNote, IncomingState, MailDoor
from digest.model.editions.references import MessageReference
from digest.model.people.departure import LeavingMeans
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.delivery.incoming import incoming_mail
from digest.store.delivery.returns import bounces
from digest.store.people import readers

log = logging.getLogger(__name__)

# What a database can look for.
_LAST_READER = 2**63 - 1
_LOOP = "so many came from that address within an hour that it is a loop"


class TooManyRepliesError(DigestError):
    """So many mails came of one sender within an hour that the rest have to wait."""


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """Reads the signed addresses that are ours; None for any other address.

    `sender_hash` is a keyed hash of anybody's address, "" of what is none.
    """

    copy_of: Callable[[str], CopyRef | None]
    leaving_reader: Callable[[str], ReaderRef | None]
    sender_hash: Callable[[str], str]


@dataclass(slots=True)
class IngestReport:
    """What became of every email that came in, in order."""

    mails: list[ReturnedMailEntry] = field(default_factory=list)

    def count(self, standing: IncomingState) -> int:
        """Return how many emails came to that."""
        return sum(mail.standing is standing for mail in self.mails)


@dataclass(frozen=True, slots=True)
class _ReadMail:
    """An email as it was read, and which signed addresses of ours it bears."""

    name: str
    mail: ReturnedMail
    copy: CopyRef | None
    leaving: ReaderRef | None

    @property
    def mark(self) -> str:
        """What tells it from any other, by whichever door it comes."""
        ours = f"{self.copy} {self.leaving}"
        whole = f"{self.mail.mark} {self.mail.body_mark} {ours}"
        return hashlib.sha256(whole.encode()).hexdigest()

    @property
    def is_for_us(self) -> bool:
        """Whether it came to a signed address of ours."""
        return self.copy is not None or self.leaving is not None


@dataclass(frozen=True, slots=True)
class MailIntake:
    """Takes emails in. `unsubscribe` has a reader leave their campaign."""

    engine: Engine
    addresses: OwnAddresses
    unsubscribe: Callable[[Connection, int, datetime, LeavingMeans], bool]

    def ingest(
        self, paths: Iterable[Path], now: datetime, *, dry_run: bool = False
    ) -> IngestReport:
        """Take in every email at these places that was not taken in before.

        What cannot be read or understood is named, and the rest goes on. A dry
        run changes nothing. Raises StoreError.
        """
        report = IngestReport()
        for file in emails_in(paths):
            if isinstance(file, UnreadableFile):
                unread = IncomingState.UNREAD
                report.mails.append(ReturnedMailEntry(file.name, unread, file.why))
                continue
            mail = self.take(file, MailDoor.FILES, now, dry_run=dry_run)
            if not dry_run and mail.standing.is_dealt_with:
                mail = _settled(file, mail)
            report.mails.append(mail)
        return report

    def take(
        self,
        file: ReturnedFile,
        door: MailDoor,
        now: datetime,
        *,
        dry_run: bool = False,
    ) -> ReturnedMailEntry:
        """Take in one email, and say what was made of it.

        Raises StoreError; and TooManyRepliesError, nothing taken in, of what was
        brought to our listener: it is kept nowhere else than with who brings it.
        """
        try:
            read_mail = self._read(file)
        except ValueError as problem:
            mark, words = hashlib.sha256(file.source).hexdigest(), str(problem)
            entry = ReturnedMailEntry(file.name, IncomingState.NOT_UNDERSTOOD, words)
            if not dry_run:
                noted = IncomingNote(mark, door, entry.standing, words)
                with writing(self.engine) as connection:
                    incoming_mail.note(connection, noted, now)
            return entry
        with (reading if dry_run else writing)(self.engine) as connection:
            entry, noted = self._made_of(connection, read_mail, now, dry_run=dry_run)
            if entry.words == _LOOP and door is MailDoor.LISTENER:
                raise TooManyRepliesError(_LOOP)
            noted = replace(noted, door=door)
            if not dry_run and incoming_mail.note(connection, noted, now):
                self._keep(connection, noted, file.source, now)
        log.info("mail came in door=%s state=%s", door, entry.standing)
        return entry

    def is_own(self, address: str) -> bool:
        """Whether it is a signed address of ours, or that of a campaign."""
        if self.addresses.copy_of(address) or self.addresses.leaving_reader(address):
            return True
        with reading(self.engine) as connection:
            stored_campaigns = campaigns.listed(connection)
        senders = {each.campaign.sender_address.lower() for each in stored_campaigns}
        return address.lower() in senders

    def take_event(
        self, event: ServiceEvent, door: MailDoor, now: datetime
    ) -> ReturnedMailEntry:
        """Take in what a mail service says of a copy, once it has proved who it is.

        Each event counts once, however often it is sent. Raises StoreError.
        """
        mark = hashlib.sha256(f"{door} {event.mark}".encode()).hexdigest()
        with writing(self.engine) as connection:
            if incoming_mail.is_noted(connection, mark):
                return ReturnedMailEntry(door, IncomingState.SEEN)
            ref = self._copy_of_event(connection, event)
            noted = IncomingNote(mark, door, IncomingState.NOTHING)
            if ref is None:
                state, words = IncomingState.NOT_OURS, "it names no copy of ours"
                entry = ReturnedMailEntry(door, state, words)
            elif event.report is None:
                entry = ReturnedMailEntry(door, IncomingState.NOTHING)
            else:
                reported = ReportedCopy(door, ref, event.report, mark)
                entry = Bounces(self.unsubscribe).take(connection, reported, now)
            noted = replace(noted, state=entry.standing, words=entry.words)
            about = self._about_copy(connection, ref, noted) if ref else noted
            incoming_mail.note(connection, about, now)
        log.info("mail came in door=%s state=%s", door, entry.standing)
        return entry

    def _copy_of_event(
        self, connection: Connection, event: ServiceEvent
    ) -> CopyRef | None:
        """Return the copy that an event is about: by our signature, or its Message-ID.

        That names a copy to an address. It is believed of a service that proved who it
        is, while the reader has that address still.
        """
        for reference in filter(None, event.references):
            address = reference if "@" in reference else f"{reference}@"
            if ref := self.addresses.copy_of(address):
                return ref
        named = MessageReference.parse(event.message_id)
        if named is None or named.reader_id > _LAST_READER:
            return None
        ref = CopyRef(named.edition_code, ReaderRef(named.reader_id))
        copy = bounces.copy_of(connection, ref)
        if copy is None:
            return None
        code, reader_id = named.edition_code, named.reader_id
        theirs = MessageReference.of(code, reader_id, copy.email)
        return ref if theirs == named else None

    def _read(self, file: ReturnedFile) -> _ReadMail:
        mail = read(file.source)
        copy = self._copy_named(mail)
        wishes = {
            reader
            for address in mail.sent_to
            if (reader := self.addresses.leaving_reader(address))
        }
        if len(wishes) > 1:
            raise ValueError("it came to the addresses of several readers")
        return _ReadMail(file.name, mail, copy, next(iter(wishes), None))

    def _copy_named(self, mail: ReturnedMail) -> CopyRef | None:
        """Return the copy whose signed address it bears: where it was sent, first.

        Raises ValueError where it bears several.
        """
        for addresses in (mail.sent_to, mail.about):
            of_copies = map(self.addresses.copy_of, addresses)
            refs = {ref for ref in of_copies if ref}
            if len(refs) > 1:
                raise ValueError("it names several copies, so it is about none")
            if refs:
                return refs.pop()
        return None

    def _made_of(
        self,
        connection: Connection,
        read_mail: _ReadMail,
        now: datetime,
        *,
        dry_run: bool,
    ) -> tuple[ReturnedMailEntry, IncomingNote]:
        """Do what follows from an email; return what that was, and what is kept."""
        mail, name = read_mail.mail, read_mail.name
        noted = IncomingNote(read_mail.mark, MailDoor.FILES, IncomingState.NOTHING)
        if mail.report and (ref := read_mail.copy):
            mark = f"{ref.edition_code}-{ref.reader.reader_id}-{mail.mark}"
            reported = ReportedCopy(name, ref, mail.report, mark)
            taking = Bounces(self.unsubscribe)
            entry = taking.take(connection, reported, now, dry_run=dry_run)
            # Of somebody who was erased the words are not kept: they may name them.
            noted = self._about_copy(connection, ref, replace(noted, words=entry.words))
            return entry, replace(noted, state=entry.standing)
        if read_mail.leaving and mail.may_ask_to_leave:
            reader = read_mail.leaving
            entry = self._of_wish(connection, name, reader, now, dry_run=dry_run)
            if entry.standing is not IncomingState.NOT_OURS:
                noted = replace(noted, reader_id=reader.reader_id)
        else:
            entry, noted = self._of_anything_else(connection, read_mail, noted, now)
        return entry, replace(noted, state=entry.standing, words=entry.words)

    def _of_wish(
        self,
        connection: Connection,
        name: str,
        ref: ReaderRef,
        now: datetime,
        *,
        dry_run: bool,
    ) -> ReturnedMailEntry:
        """Have a reader leave who wrote to the address of theirs that does so."""
        reader = readers.get(connection, ref.reader_id)
        if reader is None or reader.is_erased or not ref.is_of(reader.mark):
            words = "it is of a reader who is not in this database"
            return ReturnedMailEntry(name, IncomingState.NOT_OURS, words)
        has_left = False
        if not dry_run:
            has_left = self.unsubscribe(connection, reader.id, now, LeavingMeans.MAIL)
        if has_left or dry_run:
            return ReturnedMailEntry(name, IncomingState.LEFT, "the reader left by it")
        return ReturnedMailEntry(
            name, IncomingState.SEEN, "the reader had left already"
        )

    def _of_anything_else(
        self,
        connection: Connection,
        read_mail: _ReadMail,
        noted: IncomingNote,
        now: datetime,
    ) -> tuple[ReturnedMailEntry, IncomingNote]:
        mail, name = read_mail.mail, read_mail.name
        campaign_id = self._campaign_of(connection, read_mail)
        if campaign_id is None or mail.report:
            state, words = IncomingState.NOT_OURS, "it names no copy of ours"
            return ReturnedMailEntry(name, state, words), noted
        sender_hash = self.addresses.sender_hash(mail.sender)
        noted = replace(noted, campaign_id=campaign_id, sender_hash=sender_hash)
        if read_mail.copy:
            noted = self._about_copy(connection, read_mail.copy, noted)
        if mail.automatic:
            state = IncomingState.AUTOMATIC
            return ReturnedMailEntry(name, state, mail.automatic), noted
        campaign = campaigns.load(connection, campaign_id)
        own = {campaign.sender_address.lower(), campaign.reply_to.lower()}
        if mail.sender.lower() in own:
            # Passed on it would come to where it is from, and perhaps back.
            words = "it is from an address of the campaign's own"
            return ReturnedMailEntry(name, IncomingState.AUTOMATIC, words), noted
        if incoming_mail.is_noted(connection, read_mail.mark):
            return ReturnedMailEntry(name, IncomingState.SEEN, "a reply"), noted
        since = now - limits.REPLIES_WITHIN
        if sender_hash:
            lately = incoming_mail.replies_of(connection, sender_hash, since)
            if lately >= limits.REPLIES_OF_A_SENDER:
                return ReturnedMailEntry(name, IncomingState.AUTOMATIC, _LOOP), noted
        words = "a person wrote it: it is passed on"
        return ReturnedMailEntry(name, IncomingState.REPLY, words), noted

    def _campaign_of(self, connection: Connection, read_mail: _ReadMail) -> int | None:
        """Return the campaign that it was written to, the first by name of several."""
        addresses = {address.lower() for address in read_mail.mail.sent_to}
        stored_campaigns = campaigns.listed(connection)
        for stored in stored_campaigns:
            if stored.campaign.sender_address.lower() in addresses:
                return stored.id
        if read_mail.copy and (copy := bounces.copy_of(connection, read_mail.copy)):
            return bounces.campaign_of(connection, copy.key)
        if not read_mail.is_for_us:
            return None
        # It came to a signed address of what is held here no more, perhaps restored.
        domains = {address.rpartition("@")[2] for address in addresses}
        for stored in stored_campaigns:
            if stored.campaign.sending_domain.lower() in domains:
                return stored.id
        return None

    def _about_copy(
        self, connection: Connection, ref: CopyRef, noted: IncomingNote
    ) -> IncomingNote:
        copy = bounces.copy_of(connection, ref)
        if copy is None:
            return noted
        return replace(
            noted,
            campaign_id=bounces.campaign_of(connection, copy.key),
            edition_id=copy.key.edition_id,
            reader_id=copy.key.reader_id,
            words="" if copy.is_erased else noted.words,
        )

    def _keep(
        self, connection: Connection, noted: IncomingNote, source: bytes, now: datetime
    ) -> None:
        if noted.state is IncomingState.REPLY:
            incoming_mail.keep_reply(connection, noted.mark, source, now)
        elif noted.state is IncomingState.AUTOMATIC and noted.door is MailDoor.LISTENER:
            # Who brought it keeps it no more, and no mailbox has it.
            front = source[: limits.RETURNED_MAIL_BYTES]
            incoming_mail.keep(connection, noted.mark, front)


def _settled(file: ReturnedFile, mail: ReturnedMailEntry) -> ReturnedMailEntry:
    """Have an email put away, now that what it says is committed."""
    try:
        file.settle()
    except OSError as problem:
        why = f"{mail.words}; it could not be moved: {problem.strerror}"
        return replace(mail, words=why)
    return mail
