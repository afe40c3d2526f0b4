"""The mailbox of mail that comes back, looked into by one process at a time."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from digest.deliver.returns.bounces import ReturnedMailEntry
from digest.deliver.returns.imap_mailbox import ImapMailbox, MailboxEmail
from digest.deliver.returns.mail_intake import MailIntake
from digest.deliver.returns.mailbox_url import ImapAddress, MailboxUrl, MaildirAddress
from digest.errors import MailboxError, StoreError
from digest.model.delivery.incoming_mail import IncomingState, MailDoor
from digest.schedule.limits import MAILBOX_EVERY
from digest.store.base.engine import writing
from digest.store.delivery.incoming import mailboxes
from digest.store.delivery.incoming.mailboxes import MailboxState
from digest.store.limits import MAILBOX_LEASE

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MailboxWatch:
    """Looks into the mailbox that is set, from where it was last left."""

    engine: Engine
    url: MailboxUrl
    intake: MailIntake
    clock: Callable[[], datetime]

    def look(self, *, at_once: bool = False) -> list[ReturnedMailEntry] | None:
        """Take in what is new; None where it is not time, or another process looks.

        `at_once` does not wait until it is time. What keeps us out of it is kept too,
        and raised as MailboxError. Raises StoreError.
        """
        name, now = str(self.url.place), self.clock()
        with writing(self.engine) as connection:
            mailboxes.forget_others(connection, name)
            if at_once:
                mailboxes.release(connection, name)
            state = mailboxes.claim(connection, name, now)
        if state is None:
            return None
        try:
            entries = self._entries(state)
        except MailboxError as problem:
            self._settle(name, str(problem))
            raise
        self._settle(name)
        return entries

    def _settle(self, name: str, why: str = "") -> None:
        now = self.clock()
        with writing(self.engine) as connection:
            following = now + MAILBOX_EVERY
            if why:
                mailboxes.note_failure(connection, name, why, now, following)
            else:
                mailboxes.note_reached(connection, name, now, following)

    def _entries(self, state: MailboxState) -> list[ReturnedMailEntry]:
        match self.url.place:
            case MaildirAddress(path):
                mails = self.intake.ingest([path], self.clock()).mails
                for mail in mails:
                    if mail.standing is IncomingState.UNREAD:
                        raise MailboxError(f"{mail.name} {mail.words}")
                return mails
            case ImapAddress() as address:
                with ImapMailbox.opened(address) as box:
                    return list(self._taken_from(box, state))

    def _taken_from(
        self, box: ImapMailbox, state: MailboxState
    ) -> Iterator[ReturnedMailEntry]:
        # Other numbers, as after the mailbox was restored: each is looked at again.
        upto = state.upto if box.generation == state.generation else 0
        for mail in box.mails(upto):
            yield self._take(mail)
            until = self.clock() + MAILBOX_LEASE
            with writing(self.engine) as connection:
                mailboxes.note_upto(
                    connection, box.name, box.generation, mail.number, until
                )

    def _take(self, mail: MailboxEmail) -> ReturnedMailEntry:
        """Take in one email and have it put away; one that cannot be costs no other."""
        try:
            entry = self.intake.take(mail.file, MailDoor.MAILBOX, self.clock())
        except StoreError:
            raise
        except Exception:
            # A bug that one email brings out: it stays in the mailbox for people.
            log.exception("an email could not be taken in number=%s", mail.number)
            words = "a fault of the program: the log says where"
            return ReturnedMailEntry(mail.file.name, IncomingState.UNREAD, words)
        if entry.standing.is_dealt_with:
            try:
                mail.file.settle()
            except MailboxError as problem:
                log.warning("an email stays in the mailbox why=%s", problem)
        return entry
