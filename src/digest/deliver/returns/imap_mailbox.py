"""A mailbox on a server, by IMAP4rev1 (RFC 3501): read email by email, and put away.

Nothing is marked or moved before the email has been dealt with. So a connection that is
cut at any step leaves it where it was, or where it was to be put; it is read again at
most, and known by then. By the standard library's imaplib: seven commands are needed of
it, and no library that wraps it spares one.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Self

from digest.deliver import limits
from digest.deliver.returns.bounce_files import ReturnedFile
from digest.deliver.returns.mailbox_url import ImapAddress
from digest.deliver.smtp.mail_server import TlsMode
from digest.errors import MailboxError

# Where emails go that were dealt with: they stay there for people to look at.
TREATED = "Digest"
_DELETED = r"(\Deleted)"
_PREFIX = re.compile(rb'\(\("([^"]*)"')
_TROUBLES = (OSError, imaplib.IMAP4.error, EOFError)


@dataclass(frozen=True, slots=True)
class MailboxEmail:
    """An email, and its number: higher than that of any that came before it."""

    number: int
    file: ReturnedFile


@dataclass(slots=True)
class ImapMailbox:
    """A mailbox that is open; its numbers hold within its `generation`."""

    client: imaplib.IMAP4
    name: str
    generation: int
    treated: str
    _is_treated_there: bool = False

    @classmethod
    @contextmanager
    def opened(cls, address: ImapAddress) -> Iterator[Self]:
        """Yield the mailbox, signed in. Raises MailboxError, saying what to do."""
        try:
            client = _connected(address)
        except _TROUBLES as problem:
            raise MailboxError(f"{address}: {_in_words(problem)}") from problem
        try:
            yield cls._selected(client, address)
        except _TROUBLES as problem:
            raise MailboxError(f"{address}: {_in_words(problem)}") from problem
        finally:
            # What was put away stays so, whatever the answer.
            with suppress(*_TROUBLES):
                client.logout()
            with suppress(*_TROUBLES):
                client.shutdown()

    @classmethod
    def _selected(cls, client: imaplib.IMAP4, address: ImapAddress) -> Self:
        _ask(client.select(_quoted(address.folder)), "the folder cannot be opened")
        _, numbers = client.response("UIDVALIDITY")
        generation = int(numbers[0] or 0) if numbers else 0
        prefix = ""
        with suppress(imaplib.IMAP4.error):
            _, spaces = client.namespace()
            if match := _PREFIX.search(spaces[0] or b""):
                prefix = match[1].decode("ascii", "replace")
        return cls(client, str(address), generation, f"{prefix}{TREATED}")

    def mails(self, after: int) -> Iterator[MailboxEmail]:
        """Yield the emails with a higher number, the lowest first.

        Of one that is longer than is passed on, the front. One that somebody takes away
        meanwhile is passed over.
        """
        wanted = f"UID {after + 1}:*"
        _, listed = _ask(
            self.client.uid("SEARCH", "UNDELETED", wanted), "it cannot be searched"
        )
        # A server answers with the last there is where none has a higher number.
        numbers = [number for number in map(int, listed[0].split()) if number > after]
        for number in sorted(numbers)[: limits.MAILS_AT_ONCE]:
            part = f"(BODY.PEEK[]<0.{limits.INCOMING_BYTES}>)"
            _, answer = _ask(
                self.client.uid("FETCH", str(number), part), "a mail cannot be read"
            )
            sources = [each[1] for each in answer if isinstance(each, tuple)]
            if sources:
                name = f"{self.name}, message {number}"
                settle = partial(self._put_away, number)
                yield MailboxEmail(number, ReturnedFile(name, sources[0], settle))

    def _put_away(self, number: int) -> None:
        """Move an email to the folder of those that were dealt with.

        Raises MailboxError where the server will not: then it stays where it is.
        """
        try:
            self._move(number)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as problem:
            raise MailboxError(f"{self.name}: {_in_words(problem)}") from problem

    def _move(self, number: int) -> None:
        """Move an email, by RFC 6851 where the server knows that."""
        if not self._is_treated_there:
            # It may be there already: then this is refused, and all is well.
            with suppress(imaplib.IMAP4.error):
                self.client.create(_quoted(self.treated))
            self._is_treated_there = True
        words, target = "a mail cannot be put away", _quoted(self.treated)
        if "MOVE" in self.client.capabilities:
            _ask(self.client.uid("MOVE", str(number), target), words)
            return
        _ask(self.client.uid("COPY", str(number), target), words)
        _ask(self.client.uid("STORE", str(number), "+FLAGS.SILENT", _DELETED), words)
        if "UIDPLUS" in self.client.capabilities:
            # Without it, others' deleted mails would go too: it stays, marked as such.
            _ask(self.client.uid("EXPUNGE", str(number)), words)


def _connected(address: ImapAddress) -> imaplib.IMAP4:
    wait, trust = limits.MAILBOX_SECONDS, ssl.create_default_context
    client: imaplib.IMAP4
    if address.tls is TlsMode.IMPLICIT:
        client = imaplib.IMAP4_SSL(
            address.host, address.port, ssl_context=trust(), timeout=wait
        )
    else:
        client = imaplib.IMAP4(address.host, address.port, timeout=wait)
    try:
        if address.tls is TlsMode.REQUIRED:
            # Before any password goes: a server that offers none is left.
            client.starttls(ssl_context=trust())
        client.login(address.user, address.password)
        # Some say what they can only once they know who asks.
        _, words = client.capability()
    except BaseException:
        with suppress(*_TROUBLES):
            client.shutdown()
        raise
    capabilities = (words[0] or b"").decode("ascii", "replace")
    client.capabilities = tuple(capabilities.upper().split())
    return client


def _ask(answer: tuple[str, list], why: str) -> tuple[str, list]:  # type: ignore[type-arg]  # as imaplib has it: bytes, pairs of them, or None
    kind, content = answer
    if kind != "OK":
        words = b" ".join(each for each in content if isinstance(each, bytes))
        raise imaplib.IMAP4.error(f"{why}: {words.decode('utf-8', 'replace')}")
    return kind, [b"" if each is None else each for each in content]


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _in_words(problem: BaseException) -> str:
    if isinstance(problem, ssl.SSLError):
        reason = getattr(problem, "verify_message", "") or problem.reason or "no TLS"
        return f"its certificate or its TLS is not what it should be: {reason}"
    words = " ".join(str(problem).split()) or type(problem).__name__
    return words[: limits.REPLY_WORDS].removeprefix("b'").rstrip("'")
