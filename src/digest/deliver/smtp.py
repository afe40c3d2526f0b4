"""Deliver by SMTP, knowing at every instant whether the copy was taken.

`smtplib` connects, encrypts and logs in; the transaction is spoken command by
command, because the same exception means "never taken" before the final dot
and "perhaps taken" after it.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from digest.deliver.carrier import Copy
from digest.deliver.replies import Reply, refusal
from digest.deliver.smtp_server import SmtpServer, Tls
from digest.errors import CarrierError
from digest.model.deliveries import Accepted, Deferred, Outcome, Refused, Uncertain
from digest.model.mime import wire_address

_GO_ON = 354
_LONE_ENDS = re.compile(rb"\r(?!\n)|(?<!\r)\n")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for the server, in seconds: RFC 5321 §4.5.3.2's minima.

    The wait for a connection is our own. That for the final dot must be long:
    giving up too soon sends the reader a second copy.
    """

    connect: float = 30
    command: float = 300
    data: float = 120
    block: float = 180
    final_dot: float = 600
    goodbye: float = 5


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server that takes our copies."""

    server: SmtpServer
    timeouts: Timeouts = Timeouts()
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def open(self) -> "SmtpConnection":
        """Return a session: connected, private as asked, logged in.

        Raises CarrierError; a server that will not be private as asked is
        left before any password is said.
        """
        with self._in_words(), ExitStack() as undo:
            session = self._connect()
            undo.callback(session.close)
            session.local_hostname = _our_name(session)
            session.ehlo_or_helo_if_needed()
            self._make_private(session)
            if self.server.user:
                session.login(self.server.user, self.server.password)
            undo.pop_all()
        return SmtpConnection(session, self.timeouts)

    def _connect(self) -> smtplib.SMTP:
        host, port, wait = self.server.host, self.server.port, self.timeouts.connect
        if self.server.tls is Tls.IMPLICIT:
            return smtplib.SMTP_SSL(
                host, port, local_hostname="", timeout=wait, context=self.trust
            )
        return smtplib.SMTP(host, port, local_hostname="", timeout=wait)

    def _make_private(self, session: smtplib.SMTP) -> None:
        if self.server.tls not in (Tls.REQUIRED, Tls.OPPORTUNISTIC):
            return
        if session.has_extn("starttls"):
            session.starttls(context=self.trust)
            session.ehlo_or_helo_if_needed()
        elif self.server.tls is Tls.REQUIRED:
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
                f"turned us away: {Reply.of(problem.smtp_code, said)}"
            ) from problem
        except OSError as problem:  # smtplib's own exceptions are among these
            raise self._error(
                f"cannot be used ({str(problem) or type(problem).__name__}): check "
                "that it is up and that DIGEST_SMTP_URL is right"
            ) from problem

    def _error(self, what: str) -> CarrierError:
        return CarrierError(f"the mail server {self.server} {what}")


class SmtpConnection:
    """One session; for one thread at a time."""

    def __init__(self, session: smtplib.SMTP, timeouts: Timeouts) -> None:
        self._session = session
        self._timeouts = timeouts

    @property
    def is_open(self) -> bool:
        """Whether another copy may be handed over."""
        return self._session.sock is not None

    def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:  # noqa: ARG002
        """Hand over one copy; see `Connection.hand_over`."""
        try:
            recipient = wire_address(copy.recipient)
        except ValueError as problem:
            return Refused(f"the address {problem}")
        try:
            turned_down = self._up_to_the_final_dot(copy, recipient)
        except OSError as problem:
            self._session.close()
            return Deferred(f"the connection was lost before the end: {problem}")
        return turned_down or self._after_the_final_dot()

    def close(self) -> None:
        """Say goodbye; a rude answer, or none, changes nothing."""
        with suppress(OSError):
            if self.is_open:
                self._say("QUIT", self._timeouts.goodbye)
        with suppress(OSError):
            self._session.close()

    def _up_to_the_final_dot(self, copy: Copy, recipient: str) -> Outcome | None:
        wait = self._timeouts
        reply = self._say(f"MAIL FROM:<{copy.envelope_sender}>", wait.command)
        if not reply.is_yes:
            self._step_back(reply)
            raise CarrierError(f"the mail server refuses us as the sender: {reply}")
        reply = self._say(f"RCPT TO:<{recipient}>", wait.command)
        if not reply.is_yes:
            self._step_back(reply)
            return refusal(reply, at_recipient=True)
        reply = self._say("DATA", wait.data)
        if reply.code != _GO_ON:
            self._step_back(reply)
            return refusal(reply)
        self._wait_at_most(wait.block)
        # In one call: if it fails, the dot at its end has not gone.
        self._session.send(_on_the_wire(copy.payload))
        return None

    def _after_the_final_dot(self) -> Outcome:
        try:
            self._wait_at_most(self._timeouts.final_dot)
            reply = Reply.of(*self._session.getreply())
        except OSError as problem:
            self._session.close()
            return Uncertain(f"no answer came after the whole message: {problem}")
        if reply.is_yes:
            return Accepted(str(reply))
        if not reply.is_no:
            self._session.close()
            return Uncertain(f"no answer that can be understood: {reply}")
        if reply.code == 421:
            self._session.close()
        return refusal(reply)

    def _step_back(self, reply: Reply) -> None:
        # What was said stands, whatever becomes of the connection.
        with suppress(OSError):
            is_out_of_step = reply.code == 421 or not reply.is_no
            if is_out_of_step or not self._say("RSET", self._timeouts.command).is_yes:
                self._session.close()

    def _say(self, line: str, wait: float) -> Reply:
        self._wait_at_most(wait)
        self._session.putcmd(line)
        return Reply.of(*self._session.getreply())

    def _wait_at_most(self, seconds: float) -> None:
        if self._session.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        self._session.sock.settimeout(seconds)


def _on_the_wire(payload: bytes) -> bytes:
    """Return the message as DATA carries it, up to and with the final dot.

    A lone CR or LF becomes a line end, since servers differ on what a lone one
    ends (RFC 5321 §2.3.8); leading dots are doubled (§4.5.2).
    """
    ends = payload.count(b"\r\n")
    if payload.count(b"\n") != ends or payload.count(b"\r") != ends:
        payload = _LONE_ENDS.sub(b"\r\n", payload)
    if b"\n." in payload or payload.startswith(b"."):
        payload = (b"\r\n" + payload).replace(b"\r\n.", b"\r\n..")[2:]
    return payload + (b".\r\n" if payload.endswith(b"\r\n") else b"\r\n.\r\n")


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
