"""A small mail server that can be told to misbehave at any point.

A script answers each step: "CONNECT", "EHLO", "STARTTLS", "HANDSHAKE" (only to
hang up), "AUTH", "MAIL", "RCPT", "DATA", "BODY" (the final dot), "RSET", "QUIT".
It is given the step and what was said with it (at DATA and BODY, the recipient)
and returns a reply, DROP to hang up, SILENCE to say nothing, or None for the
ordinary reply. A reply behind LATE or DRIP comes after a wait, or byte by byte;
behind a 421 the server hangs up.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

DROP = "drop"
SILENCE = "silence"
LATE = "late: "
DRIP = "drip: "
# A wait longer than that of an impatient sender, and one between two bytes.
LATE_SECONDS, DRIP_SECONDS = 0.7, 0.05
ORDINARY = {
    "CONNECT": "220 ready",
    "EHLO": "250 hello",
    "DATA": "354 go on",
    "STARTTLS": "220 go on",
    "AUTH": "235 welcome",
    "BODY": "250 2.0.0 taken",
    "QUIT": "221 bye",
}
Script = Callable[[str, str], str | None]


@dataclass
class MailServer:
    """What the server saw: steps and commands in order, and the bodies it took."""

    port: int
    steps: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Where it listens, without encryption."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    @property
    def recipients(self) -> list[str]:
        """Everybody that was named to it, in order and as often."""
        return [
            command.partition("<")[2].partition(">")[0]
            for command in self.commands
            if command.upper().startswith("RCPT")
        ]


def ordinary(_step: str, _words: str) -> None:
    """Misbehave nowhere."""


def at(step: str, reply: str, *, times: int = 1_000) -> Script:
    """Answer one step so, the first few times."""
    remaining = [times]

    def script(here: str, _words: str) -> str | None:
        if here == step and remaining[0] > 0:
            remaining[0] -= 1
            return reply
        return None

    return script


@contextmanager
def mail_server(
    script: Script = ordinary, tls: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """Run a server on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = MailServer(listener.getsockname()[1])
        thread = threading.Thread(
            target=_accept, args=(listener, server, script, tls), daemon=True
        )
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(
    listener: socket.socket,
    server: MailServer,
    script: Script,
    tls: ssl.SSLContext | None,
) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            # Otherwise a last reply may be held back, and lost with the connection.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.connections += 1
            threading.Thread(
                target=_Talk(connection, server, script, tls).run, daemon=True
            ).start()


class _Talk:
    def __init__(
        self,
        connection: socket.socket,
        server: MailServer,
        script: Script,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._socket = connection
        self._server = server
        self._script = script
        self._tls = tls
        self._recipient = ""
        self._pause = threading.Event()

    def run(self) -> None:
        with suppress(OSError, ValueError):
            if self._goes_on(self._answer("CONNECT", "")):
                while self._next():
                    pass
        with suppress(OSError):
            self._socket.close()

    def _next(self) -> bool:
        line = self._line().strip().decode("utf-8", "replace")
        if not line:
            return False
        self._server.commands.append(line)
        step = line.split()[0].upper()
        if step == "RCPT":
            self._recipient = line.partition("<")[2].partition(">")[0]
        words = self._recipient if step == "DATA" else line
        reply = self._answer(step, words)
        if reply and step == "STARTTLS" and reply.startswith("220") and self._tls:
            if self._script("HANDSHAKE", "") == DROP:
                return False
            self._socket = self._tls.wrap_socket(self._socket, server_side=True)
        if reply and step == "DATA" and reply.startswith("354"):
            return self._body()
        return self._goes_on(reply) and step != "QUIT"

    def _goes_on(self, reply: str) -> bool:
        return bool(reply) and not reply.startswith("421")

    def _body(self) -> bool:
        lines = []
        while (line := self._line()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
            if self._script("LINE", self._recipient) == DROP:
                return False
        if not line:
            return False
        reply = self._answer("BODY", self._recipient)
        if reply.startswith("2"):
            self._server.messages.append((self._recipient, b"".join(lines)))
        return self._goes_on(reply)

    def _answer(self, step: str, words: str) -> str:
        self._server.steps.append(step)
        reply = self._script(step, words) or ORDINARY.get(step, "250 ok")
        if reply == DROP:
            return ""
        if reply == SILENCE:
            self._line()
            return ""
        if step == "EHLO" and self._tls and not isinstance(self._socket, ssl.SSLSocket):
            reply = f"250-hello\r\n{'250 STARTTLS'}" if reply == "250 hello" else reply
        return self._say(reply)

    def _say(self, reply: str) -> str:
        """Say it as the script wants; return what was said."""
        words = reply.removeprefix(LATE).removeprefix(DRIP)
        if reply.startswith(LATE):
            self._pause.wait(LATE_SECONDS)
        line = words.encode() + b"\r\n"
        if not reply.startswith(DRIP):
            self._socket.sendall(line)
            return words
        for byte in line:
            self._socket.sendall(bytes([byte]))
            self._pause.wait(DRIP_SECONDS)
        return words

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\r\n"):
            byte = self._socket.recv(1)
            if not byte:
                return b""
            line += byte
        return line
