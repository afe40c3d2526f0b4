"""A listener for mail to our own addresses, by LMTP (RFC 2033) or SMTP.

It takes nothing for anybody else: who is not ours is refused before a word is sent, so
that it sends no bounces and passes on for no stranger. An email is taken in before the
answer says so; where it cannot be, its sender keeps it. By aiosmtpd, which the built-in
inbox listens by as well. What others may cost is bounded: how many are connected at
once, for how long, and how much one sends.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.deliver import limits
from digest.deliver.returns.bounce_files import ReturnedFile
from digest.deliver.returns.listener_certificate import ListenerCertificate
from digest.deliver.returns.mail_intake import MailIntake
from digest.deliver.returns.mailbox_url import ListenAddress
from digest.errors import DigestError, MailboxError
from digest.model.delivery.incoming_mail import IncomingState, MailDoor

log = logging.getLogger(__name__)

_TAKEN = "250 2.0.0 taken in"
_NOBODY = "550 5.1.1 there is no such address here"
_LATER = "451 4.3.0 it cannot be taken in just now"
_BUSY = b"421 4.3.2 too many connections just now: come again later\r\n"
_REPLIES = {
    IncomingState.NOT_OURS: _NOBODY,
    IncomingState.NOT_UNDERSTOOD: "554 5.6.0 it cannot be taken apart",
}


class _IntakeHandler:
    """Asks whether an address is ours, and has the mail to it taken in."""

    def __init__(self, intake: MailIntake, clock: Callable[[], datetime]) -> None:
        self._intake = intake
        self._clock = clock

    async def handle_RCPT(  # noqa: N802 - the name and the shape are aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if envelope.rcpt_tos:
            # Each is taken by itself, and LMTP answers for each: the sender goes on.
            return "452 4.5.3 one at a time"
        try:
            is_own = await asyncio.to_thread(self._intake.is_own, address)
        except DigestError:
            return _LATER
        if not is_own:
            return _NOBODY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802 - the name and the shape are aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        # As who delivers for good writes it: RFC 5321, 4.4.
        [address], sender = envelope.rcpt_tos, envelope.mail_from or ""
        head = f"Return-Path: <{sender}>\r\nDelivered-To: {address}\r\n"
        content = envelope.original_content or b""
        file = ReturnedFile("a mail", head.encode("utf-8", "replace") + content)
        try:
            entry = await asyncio.to_thread(
                self._intake.take, file, MailDoor.LISTENER, self._clock()
            )
        except DigestError as problem:
            log.warning("a mail was not taken in why=%s", problem)
            return _LATER
        except Exception:
            # A bug that one email brings out: its sender keeps it, and is told.
            log.exception("a mail was not taken in")
            return _LATER
        return _REPLIES.get(entry.standing, _TAKEN)


class _BoundedSession(SMTP):
    """A conversation that ends in time; one too many is turned away at once."""

    open_now: "set[_BoundedSession]"
    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        is_first = self._original_transport is None
        if is_first and len(self.open_now) >= limits.MAIL_CONNECTIONS:
            if isinstance(transport, asyncio.WriteTransport):
                transport.write(_BUSY)
            transport.close()
            return
        if is_first and isinstance(transport, asyncio.WriteTransport):
            self.open_now.add(self)
            self._end = self.loop.call_later(limits.MAIL_SESSION_SECONDS, self._cut)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self.session is not None:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self.session is not None else None

    def connection_lost(self, error: Exception | None) -> None:
        self.open_now.discard(self)
        if self._end is not None:
            self._end.cancel()
        if self.session is not None:
            super().connection_lost(error)

    def _timeout_cb(self) -> None:
        self._cut()

    def _cut(self) -> None:
        """End it, wherever it stands; in a TLS handshake nobody is told that it did."""
        line = self._original_transport or self.transport
        if isinstance(line, asyncio.WriteTransport):
            line.abort()
        self.open_now.discard(self)
        if self._end is not None:
            self._end.cancel()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()


class _BoundedLmtpSession(_BoundedSession, LMTP):
    """The same by LMTP."""


class _IntakeServer(Controller):
    """Listens on a socket that is bound already, so that its port is known."""

    def __init__(
        self,
        handler: _IntakeHandler,
        protocol: "type[_BoundedSession]",
        listener: socket.socket,
        certificate: ListenerCertificate | None,
    ) -> None:
        host, port = listener.getsockname()[:2]
        self._certificate = certificate
        super().__init__(
            handler,
            hostname=host,
            port=port,
            server_hostname=socket.gethostname(),
            data_size_limit=limits.INCOMING_BYTES,
            timeout=limits.MAIL_COMMAND_SECONDS,
            tls_context=certificate and certificate.context(),
        )
        self._protocol = protocol
        self._listener = listener
        self._open_now = set[_BoundedSession]()

    def factory(self) -> SMTP:
        if self._certificate:
            # A certificate that was renewed counts for whoever comes next.
            self.SMTP_kwargs["tls_context"] = self._certificate.context()
        session = self._protocol(self.handler, **self.SMTP_kwargs)
        session.open_now = self._open_now
        return session

    async def _create_server(self) -> asyncio.AbstractServer:
        return await self.loop.create_server(
            self._factory_invoker, sock=self._listener, backlog=limits.MAIL_BACKLOG
        )


@contextmanager
def listening(
    address: ListenAddress,
    intake: MailIntake,
    clock: Callable[[], datetime],
    certificate: ListenerCertificate | None = None,
) -> Iterator[int]:
    """Take in mail to our addresses meanwhile; yield the port.

    With a certificate TLS is offered.

    Raises MailboxError where the place is another's, or a certificate is of no use.
    """
    if certificate:
        certificate.context()
    try:
        listener = socket.create_server((address.host, address.port))
    except OSError as problem:
        raise MailboxError(
            f"DIGEST_MAIL_LISTEN: {address} cannot be listened on "
            f"({problem.strerror}): another process does, or may not"
        ) from problem
    # The library's own log names addresses; a log is not a subscriber list.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    handler = _IntakeHandler(intake, clock)
    with closing(listener):
        protocol = _BoundedLmtpSession if address.is_lmtp else _BoundedSession
        server = _IntakeServer(handler, protocol, listener, certificate)
        server.start()
        try:
            yield server.port
        finally:
            server.stop()
