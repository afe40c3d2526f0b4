"""A mail server that keeps a journal of what it took, and can have a run killed.

It runs in the process that kills, which outlives every run: what is in its
journal is what the mail server took, whatever the sender's database says.
"""

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tests.kills.points import Point

_ID = re.compile(rb"^message-id:\s*<(\d+)\.\w+\.(\w+)@", re.IGNORECASE | re.MULTILINE)
_GREETING = b"220 sink\r\n"
_EHLO = b"250-sink\r\n250 PIPELINING\r\n"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that was taken, as its own Message-ID names it."""

    at: datetime
    recipient: str
    reader_id: int
    edition_code: str


class Sink:
    """Takes every message; `on_step` is told of each step before its answer.

    What was taken is in the journal, on the disk, before anybody is told.
    """

    def __init__(self, journal: Path, on_step: Callable[[Point], None]) -> None:
        self._file = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._on_step = on_step
        self._changed = threading.Condition()
        self._open = 0
        self.arrivals: list[Arrival] = []

    def wait_until_quiet(self) -> None:
        """Wait until what dead senders had written is read to its end."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._open, timeout=60):
                raise TimeoutError("a sender that is dead still speaks")

    def serve(self, connection: socket.socket) -> None:
        """Speak with one sender until it is gone."""
        with self._changed:
            self._open += 1
        try:
            with connection, connection.makefile("rb") as lines, suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._on_step(Point.CONNECTED)
                connection.sendall(_GREETING)
                self._converse(connection, lines)
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Close the journal."""
        os.close(self._file)

    def _converse(self, connection: socket.socket, lines: BinaryIO) -> None:
        recipient = ""
        while line := lines.readline():
            word = line[:4].upper().strip()
            if word == b"MAIL":
                self._on_step(Point.AFTER_MAIL)
            elif word == b"RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                self._on_step(Point.AFTER_RCPT)
            elif word == b"DATA":
                connection.sendall(b"354 go on\r\n")
                if not self._take(lines, recipient):
                    return
            connection.sendall(_EHLO if word == b"EHLO" else _ANSWERS.get(word, _YES))

    def _take(self, lines: BinaryIO, recipient: str) -> bool:
        body = [lines.readline()]
        self._on_step(Point.MID_DATA)
        while body[-1] != b".\r\n":
            if not body[-1]:
                return False
            body.append(lines.readline())
        self._keep(recipient, b"".join(body))
        self._on_step(Point.DOT_SENT)
        return True

    def _keep(self, recipient: str, message: bytes) -> None:
        named = _ID.search(message)
        if named is None:
            raise ValueError("a message without our Message-ID")
        arrival = Arrival(
            datetime.now(UTC), recipient, int(named[1]), named[2].decode()
        )
        line = f"{arrival.at.isoformat()} {recipient} {named[1].decode()}\n"
        with self._changed:
            os.write(self._file, line.encode())
            self.arrivals.append(arrival)
        os.fdatasync(self._file)


_YES = b"250 yes\r\n"
_ANSWERS = {b"QUIT": b"221 bye\r\n"}


@contextmanager
def listening(sink: Sink) -> Iterator[str]:
    """Serve on the loopback and yield the server's address."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(
                        target=sink.serve, args=(connection,), daemon=True
                    ).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"smtp://127.0.0.1:{listener.getsockname()[1]}?tls=none"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            sink.wait_until_quiet()
            sink.close()
