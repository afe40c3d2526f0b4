"""What a mail server's reply means: for the copy, or for us."""

import re
from dataclasses import dataclass

from digest.errors import CarrierError
from digest.model.deliveries import Deferred, Outcome, Refused

# RFC 5321 §4.5.3.1.10: at RCPT, "too much mail" is about now, whatever it begins with.
_MAILBOX_FULL = 552
# Going away, does not know us, wants a login or TLS first.
_ABOUT_US = frozenset({421, 500, 502, 503, 504, 530, 534, 535, 538})
# RFC 3463 §3.8: security and policy, so how we are set up, not who the reader is.
_POLICY = re.compile(r"5\.7\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer; `code` is 0 where it was not SMTP."""

    code: int
    words: str

    @classmethod
    def of(cls, code: int, text: bytes) -> "Reply":
        """Return the reply on one line, as far as it can be shown."""
        words = " ".join(text.decode("utf-8", "replace").split())[:500]
        shown = "".join(letter for letter in words if letter.isprintable())
        return cls(code if 200 <= code <= 599 else 0, shown)

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


def refusal(reply: Reply, *, at_recipient: bool = False) -> Outcome:
    """Return what a refusal at RCPT, DATA or the final dot means for the copy.

    Raises CarrierError where it is about us, or no refusal at all.
    """
    if not reply.is_no:
        raise CarrierError(f"the mail server answered out of turn: {reply}")
    if reply.code in _ABOUT_US or _POLICY.match(reply.words):
        raise CarrierError(f"the mail server turned us away: {reply}")
    if reply.code < 500 or (at_recipient and reply.code == _MAILBOX_FULL):
        return Deferred(str(reply))
    return Refused(str(reply))
