"""Bytes to and from a mail server: replies counted, writes known to the byte."""

import math
import socket
import ssl
import struct
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
        self._is_plain = not isinstance(connected, ssl.SSLSocket)
        self._limits = dict[int, int]()
        self._buffer = bytearray()
        if self._is_plain:
            # Time limits are the system's: Python's own cost two calls for each.
            connected.settimeout(None)
        if connected.family in (socket.AF_INET, socket.AF_INET6):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def has_more(self) -> bool:
        """Whether something was received that nobody has read yet."""
        return bool(self._buffer)

    def write(self, words: bytes, wait: float) -> None:
        """Send all of `words`; each part is given so many seconds."""
        self._limit(socket.SO_SNDTIMEO, wait)
        try:
            self._socket.sendall(words)
        except BlockingIOError as problem:
            raise TimeoutError("the mail server takes nothing more") from problem

    def write_message(self, body: bytes, behind: bytes, wait: float) -> None:
        """Send a body and, in the same write, what comes behind it: the dot first.

        Raises CutShortError where the connection failed while none of what comes
        behind the body can have gone, so that the message was not taken.
        """
        self._limit(socket.SO_SNDTIMEO, wait)
        try:
            left = self._body_sent(body, behind)
        except BlockingIOError as problem:
            raise CutShortError("the mail server takes nothing more") from problem
        except OSError as problem:
            raise CutShortError(str(problem)) from problem
        if left:
            self.write(left, wait)

    def read_reply(self, wait: float) -> Reply:
        """Return the next reply, which is to be whole within so many seconds."""
        until = monotonic() + wait
        said, size = list[bytes](), 0
        while True:
            line = self._read_line(wait, until)
            size += len(line)
            if size > _MOST_IN_ONE_REPLY:
                raise ConnectionError("the server's reply has no end")
            said.append(line[4:])
            if line[3:4] != b"-":
                break
        code = line[:3]
        return Reply.of(int(code) if code.isdigit() else 0, b"\n".join(said))

    def close(self) -> None:
        """End the connection without a word."""
        self._socket.close()

    def _limit(self, which: int, seconds: float) -> None:
        if not self._is_plain:
            self._socket.settimeout(seconds)
            return
        whole = max(math.ceil(seconds * 1_000_000), 1)
        if self._limits.get(which) != whole:
            limit = struct.pack("ll", *divmod(whole, 1_000_000))
            self._socket.setsockopt(socket.SOL_SOCKET, which, limit)
            self._limits[which] = whole

    def _body_sent(self, body: bytes, behind: bytes) -> bytes:
        """Send the body; return what is left of what comes behind it."""
        if not self._is_plain:
            self._socket.sendall(body)
            return behind
        parts = [memoryview(body), memoryview(behind)]
        sent = self._socket.sendmsg(parts)
        while sent < len(body):
            sent += self._socket.sendmsg([parts[0][sent:], parts[1]])
        return behind[sent - len(body) :]

    def _read_line(self, wait: float, until: float) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _MOST_IN_ONE_REPLY:
                raise ConnectionError("the server's reply has no end")
            # A reply that drips in is to be whole in time all the same.
            left = until - monotonic() if self._buffer else wait
            self._buffer += self._received(left)
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return line

    def _received(self, wait: float) -> bytes:
        if wait <= 0:
            raise TimeoutError("no answer in time")
        self._limit(socket.SO_RCVTIMEO, wait)
        try:
            more = self._socket.recv(_CHUNK)
        except BlockingIOError as problem:
            raise TimeoutError("no answer in time") from problem
        if not more:
            raise ConnectionError("the server closed the connection")
        return more
