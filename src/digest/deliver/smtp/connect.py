"""Connect to a mail server: private as asked, logged in, within the time allowed.

All of that is `smtplib`'s work; the copies are handed over in `conversation`.
"""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache

from digest.deliver.smtp.connect_faults import why_unusable
from digest.deliver.smtp.conversation import ServerExtensions, SmtpConnection
from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts, TlsMode
from digest.deliver.smtp.wire import Wire
from digest.errors import CarrierError

_READY = 220


class SmtpSession(smtplib.SMTP):
    """One that can be cut short from another thread.

    It is private from the first byte where `trust` is given. Each step has the
    time that `timeouts` names: one for the connection, another for each reply.
    """

    def __init__(self, timeouts: SmtpTimeouts, trust: ssl.SSLContext | None) -> None:
        super().__init__(local_hostname="", timeout=timeouts.connect)
        self._reply_within = timeouts.command
        self._trust = trust
        self._handle: socket.socket | None = None
        self.is_cut = False

    def cut(self) -> None:
        """End it wherever it stands: whoever waits for a reply gets none."""
        self.is_cut = True
        if self._handle is not None:
            with suppress(OSError):  # the other side was quicker
                self._handle.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Let go of what `cut` needs; to be called when nobody will call it."""
        if self._handle is not None:
            self._handle.close()

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        """Say a command and return the reply; see `smtplib.SMTP.docmd`.

        What follows the reply to STARTTLS in the clear was put there by
        somebody in between (RFC 3207 §5): nothing more is said then.
        """
        reply = super().docmd(cmd, args)
        if cmd == "STARTTLS" and self._has_more():
            self.close()
            raise smtplib.SMTPServerDisconnected(
                "something was said in the clear behind its STARTTLS"
            )
        return reply

    def _has_more(self) -> bool:
        """Whether more came than the reply that was read."""
        if self.sock is None or self.file is None:
            return False
        wait = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            return bool(self.file.peek(1))
        finally:
            self.sock.settimeout(wait)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._host = host  # what a certificate must be for: smtplib's own name of it
        connected = socket.create_connection((host, port), timeout)
        # A handle of our own: another object takes the connection over for TLS.
        self._handle = connected.dup()
        if self.is_cut:
            self.cut()
        connected.settimeout(self._reply_within)
        if self._trust is None:
            return connected
        return self._trust.wrap_socket(connected, server_hostname=host)


def _as_this_machine_does() -> Callable[[], ssl.SSLContext]:
    """Return what reads this machine's certificates, once, when it is first asked.

    That takes longer than to hand some copies over, and many a server is on this very
    machine and asks for none.
    """
    return cache(ssl.create_default_context)


@dataclass(frozen=True, slots=True)
class SmtpCarrier:
    """A mail server that takes our copies; `trust` says whom it may be."""

    server: SmtpServer
    timeouts: SmtpTimeouts = field(default_factory=SmtpTimeouts)
    trust: Callable[[], ssl.SSLContext] = field(default_factory=_as_this_machine_does)

    async def open(self) -> "SmtpConnection":
        """Return a session: connected, private as asked, logged in.

        All that is over within the time for one command, however slowly the
        server speaks. Raises CarrierError; a server that will not be private
        as asked is left before any password is said.
        """
        is_private = self.server.tls is TlsMode.IMPLICIT
        session = SmtpSession(self.timeouts, self.trust() if is_private else None)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self.timeouts.command, session.cut)
        try:
            connected = await asyncio.to_thread(self._connect, session)
        finally:
            timer.cancel()
            session.forget()
        size = session.esmtp_features.get("size")
        extensions = ServerExtensions(
            pipelining=session.has_extn("pipelining"),
            size=None if size is None else int(size) if size.isdecimal() else 0,
        )
        return SmtpConnection(Wire(connected), extensions, self.timeouts)

    def _connect(self, session: SmtpSession) -> socket.socket:
        is_greeted = False
        with ExitStack() as undo:
            undo.callback(session.close)
            try:
                code, greeting = session.connect(self.server.host, self.server.port)
                if code != _READY:
                    raise smtplib.SMTPConnectError(code, greeting)
                is_greeted = True
                connected = self._begun(session)
            except OSError as problem:  # smtplib's own exceptions are among these
                why = why_unusable(self.server, problem, is_greeted=is_greeted)
                raise self._error(why) from problem
            undo.pop_all()
        return connected

    def _begun(self, session: SmtpSession) -> socket.socket:
        """Return the connection: private as asked, logged in."""
        session.local_hostname = _our_name(session)
        session.ehlo_or_helo_if_needed()
        self._make_private(session)
        if self.server.user:
            session.login(self.server.user, self.server.password)
        if session.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        if session.is_cut:  # what it then had of an answer may look like one
            raise smtplib.SMTPServerDisconnected("it took too long to begin")
        return session.sock

    def _make_private(self, session: smtplib.SMTP) -> None:
        if self.server.tls not in (TlsMode.REQUIRED, TlsMode.OPPORTUNISTIC):
            return
        if session.has_extn("starttls"):
            session.starttls(context=self.trust())
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

    def _error(self, what: str) -> CarrierError:
        return CarrierError(f"the mail server {self.server} {what}")


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
