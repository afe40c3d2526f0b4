"""A mail server's replies: parsed, and what a refusal means for the copy, or for us.

Which codes are final and which are about us is decided in `model.delivery.smtp_codes`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.deliver import limits
from digest.errors import CarrierError
from digest.model.delivery.delivery import Deferred, Outcome, Refused
from digest.model.delivery.smtp_codes import RefusalSubject, SmtpPhase, about, is_final

_END = b"\n"


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """A server's reply; `code` is 0 where it was not SMTP."""

    code: int
    words: str

    @classmethod
    def of(cls, code: int, text: bytes) -> "SmtpReply":
        """Return the reply on one line, as far as it can be shown."""
        words = " ".join(text.decode("utf-8", "replace").split())
        words = words[: limits.REPLY_WORDS]
        if not words.isprintable():
            words = "".join(letter for letter in words if letter.isprintable())
        return cls(code if 200 <= code <= 599 else 0, words)

    @property
    def is_yes(self) -> bool:
        """Whether the command was obeyed."""
        return 200 <= self.code <= 299

    @property
    def is_no(self) -> bool:
        """Whether the command was refused, for now or for ever."""
        return self.code >= 400

    def __str__(self) -> str:
        return f"{self.code} {self.words}".strip()


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

    def add(self, received: bytes) -> None:
        """Take in what was received. Raises ConnectionError where it has no end."""
        *lines, self._part = (self._part + received).split(_END)
        for line in lines:
            if self._lines or line[3:4] == b"-" or len(line) > limits.REPLY_BYTES:
                self._add_line(line)
            else:
                self._whole.append(_of_one_line(line))
        self._check_size(len(self._part))
        if len(self._whole) > limits.REPLIES_UNREAD:
            raise ConnectionError("the server's replies have no end")

    def take(self) -> SmtpReply:
        """Return the next reply. Raises IndexError where none is whole."""
        return self._whole.popleft()

    def take_alike(self, codes: Sequence[int]) -> bool:
        """Take as many replies as there are codes, if they have come and are of these.

        Otherwise none is taken.
        """
        replies = self._whole
        if len(replies) < len(codes) or any(
            reply.code != code for reply, code in zip(replies, codes, strict=False)
        ):
            return False
        for _ in codes:
            replies.popleft()
        return True

    def _add_line(self, line: bytes) -> None:
        self._check_size(len(line))
        self._size += len(line)
        self._lines.append(line[4:])
        if line[3:4] == b"-":
            return
        self._whole.append(_reply(line[:3], _END.join(self._lines)))
        self._lines.clear()
        self._size = 0

    def _check_size(self, more: int) -> None:
        if self._size + more > limits.REPLY_BYTES:
            raise ConnectionError("the server's reply has no end")


def _reply(code: bytes, words: bytes) -> SmtpReply:
    return SmtpReply.of(int(code) if code.isdigit() else 0, words)


@lru_cache(maxsize=256)  # a server says the same to nearly every command
def _of_one_line(line: bytes) -> SmtpReply:
    return _reply(line[:3], line[4:])


def refusal(reply: SmtpReply, *, at_recipient: bool = False) -> Outcome:
    """Return what a refusal at RCPT, DATA or the final dot means for the copy.

    Raises CarrierError where it is about us, or no refusal at all.
    """
    if not reply.is_no:
        raise CarrierError(f"the mail server answered out of turn: {reply}")
    phase = SmtpPhase.RCPT if at_recipient else SmtpPhase.DOT
    subject = about(reply.code, reply.words, phase)
    if subject is RefusalSubject.US:
        raise CarrierError(f"the mail server turned us away: {reply}")
    is_charged = subject in (RefusalSubject.HARD, RefusalSubject.SOFT)
    if is_final(reply.code, reply.words, phase):
        return Refused(str(reply), is_charged)
    return Deferred(str(reply), is_charged)
