"""Connect to a mail server: found, private as asked, logged in.

All of that is `smtplib`'s work; the copies are handed over by `smtp_talk`.
"""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from digest.deliver.smtp.conversation import (
    ServerExtensions,
    SmtpConnection,
    SmtpTimeouts,
)
from digest.deliver.smtp.outcomes import SmtpReply
from digest.deliver.smtp.server_url import SmtpServer, TlsMode
from digest.deliver.smtp.session import SmtpSession
from digest.deliver.smtp.wire import Wire
from digest.errors import CarrierError

_READY = 220


@dataclass(frozen=True, slots=True)
class SmtpCarrier:
    """A mail server that takes our copies."""

    server: SmtpServer
    timeouts: SmtpTimeouts = field(default_factory=SmtpTimeouts)
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def open(self) -> "SmtpConnection":
        """Return a session: connected, private as asked, logged in.

        All that is over within the time for one command, however slowly the
        server speaks. Raises CarrierError; a server that will not be private
        as asked is left before any password is said.
        """
        loop, session = asyncio.get_running_loop(), self._session()
        timer = loop.call_later(self.timeouts.command, session.cut)
        try:
            connected = await asyncio.to_thread(self._opened, session)
        finally:
            timer.cancel()
            session.forget()
        return SmtpConnection(Wire(connected), _offers(session), self.timeouts)

    def _session(self) -> SmtpSession:
        is_private = self.server.tls is TlsMode.IMPLICIT
        return SmtpSession(self.timeouts, self.trust if is_private else None)

    def _opened(self, session: SmtpSession) -> socket.socket:
        with self._in_words(), ExitStack() as undo:
            undo.callback(session.close)
            self._greet(session)
            session.local_hostname = _our_name(session)
            session.ehlo_or_helo_if_needed()
            self._make_private(session)
            if self.server.user:
                session.login(self.server.user, self.server.password)
            connected = _socket_of(session)
            if session.is_cut:  # what it then had of an answer may look like one
                raise smtplib.SMTPServerDisconnected("it took too long to begin")
            undo.pop_all()
        return connected

    def _greet(self, session: SmtpSession) -> None:
        code, said = session.connect(self.server.host, self.server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, said)

    def _make_private(self, session: smtplib.SMTP) -> None:
        if self.server.tls not in (TlsMode.REQUIRED, TlsMode.OPPORTUNISTIC):
            return
        if session.has_extn("starttls"):
            session.starttls(context=self.trust)
            session.ehlo_or_helo_if_needed()
        elif self.server.tls is TlsMode.REQUIRED:
            raise self._error(
                "offers no encryption, so nothing was sent: use its encrypted "
                "port, or tls=none in DIGEST_SMTP_URL if the way to it is safe"
            )
        elif self.server.user:
            raise self._error(
                "offers no encryption, so the password was not sent: use its "
                "encrypted port, or leave user and password out of DIGEST_SMTP_URL"
            )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as problem:
            raise self._error(
                f"has a certificate that is not valid ({problem.verify_message}): "
                "check the host's name in DIGEST_SMTP_URL"
            ) from problem
        except smtplib.SMTPResponseException as problem:
            words = problem.smtp_error
            said = words if isinstance(words, bytes) else str(words).encode()
            raise self._error(
                f"turned us away: {SmtpReply.of(problem.smtp_code, said)}"
            ) from problem
        except OSError as problem:  # smtplib's own exceptions are among these
            raise self._error(
                f"cannot be used ({str(problem) or type(problem).__name__}): check "
                "that it is up and that DIGEST_SMTP_URL is right"
            ) from problem

    def _error(self, what: str) -> CarrierError:
        return CarrierError(f"the mail server {self.server} {what}")


def _socket_of(session: smtplib.SMTP) -> socket.socket:
    if session.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return session.sock


def _offers(session: smtplib.SMTP) -> ServerExtensions:
    size = session.esmtp_features.get("size")
    return ServerExtensions(
        pipelining=session.has_extn("pipelining"),
        size=None if size is None else int(size) if size.isdecimal() else 0,
    )


def _our_name(session: smtplib.SMTP) -> str:
    """Return how we call ourselves: a full name, or our end's address in brackets.

    No look-up is made: a slow name server must not hold up every connection.
    """
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    if session.sock is None:
        return "[127.0.0.1]"
    address = str(session.sock.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
