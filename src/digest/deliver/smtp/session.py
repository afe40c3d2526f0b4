"""A session of `smtplib` that can be cut short from another thread."""

import smtplib
import socket
import ssl
from contextlib import suppress

from digest.deliver.smtp.conversation import SmtpTimeouts


class SmtpSession(smtplib.SMTP):
    """Is private from the first byte where `trust` is given.

    Each step has the time that `timeouts` names: one for the connection,
    another for each answer.
    """

    def __init__(self, timeouts: SmtpTimeouts, trust: ssl.SSLContext | None) -> None:
        super().__init__(local_hostname="", timeout=timeouts.connect)
        self._answer_within = timeouts.command
        self._trust = trust
        self._held: socket.socket | None = None
        self.is_cut = False

    def cut(self) -> None:
        """End it wherever it stands: whoever waits for an answer gets none."""
        self.is_cut = True
        if self._held is not None:
            with suppress(OSError):  # the other side was quicker
                self._held.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Let go of what `cut` needs; to be called when nobody will call it."""
        if self._held is not None:
            self._held.close()

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        """Say a command and return the answer; see `smtplib.SMTP.docmd`.

        What follows the answer to STARTTLS in the clear was put there by
        somebody in between (RFC 3207 §5): nothing more is said then.
        """
        answer = super().docmd(cmd, args)
        if cmd == "STARTTLS" and self._has_more():
            self.close()
            raise smtplib.SMTPServerDisconnected(
                "something was said in the clear behind its STARTTLS"
            )
        return answer

    def _has_more(self) -> bool:
        """Whether more came than the answer that was read."""
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
        self._held = connected.dup()
        if self.is_cut:
            self.cut()
        connected.settimeout(self._answer_within)
        if self._trust is None:
            return connected
        return self._trust.wrap_socket(connected, server_hostname=host)
