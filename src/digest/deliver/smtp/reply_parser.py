"""Bytes from a mail server, cut into replies."""

from collections import deque

from digest.deliver.smtp.outcomes import SmtpReply

_LONGEST = 16_384
_MOST = 100
_END = b"\n"


class ReplyParser:
    """Replies in the order in which they came: RFC 5321 §4.2.1."""

    def __init__(self) -> None:
        self._whole = deque[SmtpReply]()
        self._lines = list[bytes]()  # of a reply that has not ended
        self._part = b""  # of a line that has not ended
        self._size = 0

    @property
    def has_whole(self) -> bool:
        """Whether `take` has one to return."""
        return bool(self._whole)

    @property
    def has_some(self) -> bool:
        """Whether anything has come that was not taken, a part of a reply included."""
        return bool(self._whole or self._lines or self._part)

    def add(self, came: bytes) -> None:
        """Take in what came. Raises ConnectionError where it has no end."""
        *lines, self._part = (self._part + came).split(_END)
        for line in lines:
            self._line(line)
        self._bounded(len(self._part))
        if len(self._whole) > _MOST:
            raise ConnectionError("the server's replies have no end")

    def take(self) -> SmtpReply:
        """Return the next reply. Raises IndexError where none is whole."""
        return self._whole.popleft()

    def _line(self, line: bytes) -> None:
        self._bounded(len(line))
        self._size += len(line)
        self._lines.append(line[4:])
        if line[3:4] == b"-":
            return
        code = line[:3]
        words = _END.join(self._lines)
        self._whole.append(SmtpReply.of(int(code) if code.isdigit() else 0, words))
        self._lines.clear()
        self._size = 0

    def _bounded(self, more: int) -> None:
        if self._size + more > _LONGEST:
            raise ConnectionError("the server's reply has no end")
