"""Bytes to and from a mail server: replies counted, writes known to the byte."""

import socket
import ssl
from time import monotonic

from digest.deliver.replies import Reply

_MOST_IN_ONE_REPLY = 16_384
_CHUNK = 8_192


class CutShortError(ConnectionError):
    """The connection failed before the final dot."""


class Wire:
    """A connected socket that speaks in commands and replies. For one thread.

    Every method raises OSError where the connection fails or time runs out.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._buffer = bytearray()
        if connected.family in (socket.AF_INET, socket.AF_INET6):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def has_more(self) -> bool:
        """Whether something was received that nobody has read yet."""
        return bool(self._buffer)

    def write(self, words: bytes, wait: float) -> None:
        """Send all of `words`; each part is given so many seconds."""
        self._socket.settimeout(wait)
        self._socket.sendall(words)

    def write_message(self, body: bytes, behind: bytes, wait: float) -> None:
        """Send a body and, in the same write, what comes behind it: the dot first.

        Raises CutShortError where the connection failed while none of what comes
        behind the body can have gone, so that the message was not taken.
        """
        self._socket.settimeout(wait)
        try:
            left = self._body_sent(body, behind)
        except OSError as problem:
            raise CutShortError(str(problem)) from problem
        if left:
            self._socket.sendall(left)

    def read_reply(self, wait: float) -> Reply:
        """Return the next reply, which is to be whole within so many seconds."""
        until = monotonic() + wait
        said, code = [], b""
        size = 0
        while True:
            line = self._read_line(until)
            size += len(line)
            if size > _MOST_IN_ONE_REPLY:
                raise ConnectionError("the server's reply has no end")
            code = line[:3]
            said.append(line[4:])
            if line[3:4] != b"-":
                break
        return Reply.of(int(code) if code.isdigit() else 0, b"\n".join(said))

    def _body_sent(self, body: bytes, behind: bytes) -> bytes:
        """Send the body; return what is left of what comes behind it."""
        if isinstance(self._socket, ssl.SSLSocket):
            self._socket.sendall(body)
            return behind
        parts = [memoryview(body), memoryview(behind)]
        sent = self._socket.sendmsg(parts)
        while sent < len(body):
            sent += self._socket.sendmsg([parts[0][sent:], parts[1]])
        return behind[sent - len(body) :]

    def close(self) -> None:
        """End the connection without a word."""
        self._socket.close()

    def _read_line(self, until: float) -> bytes:
        end = self._buffer.find(b"\n")
        while end < 0:
            if len(self._buffer) > _MOST_IN_ONE_REPLY:
                raise ConnectionError("the server's reply has no end")
            left = until - monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            self._socket.settimeout(left)
            more = self._socket.recv(_CHUNK)
            if not more:
                raise ConnectionError("the server closed the connection")
            start = len(self._buffer)
            self._buffer += more
            end = self._buffer.find(b"\n", start)
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return line
