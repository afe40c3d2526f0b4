"""What a mail server's reply means: for the copy, or for us."""

from dataclasses import dataclass

from digest.errors import CarrierError
from digest.model.delivery.delivery import Deferred, Outcome, Refused
from digest.model.delivery.smtp_codes import RefusalSubject, SmtpPhase, about, is_final


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """A server's answer; `code` is 0 where it was not SMTP."""

    code: int
    words: str

    @classmethod
    def of(cls, code: int, text: bytes) -> "SmtpReply":
        """Return the reply on one line, as far as it can be shown."""
        words = " ".join(text.decode("utf-8", "replace").split())[:500]
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


def refusal(reply: SmtpReply, *, at_recipient: bool = False) -> Outcome:
    """Return what a refusal at RCPT, DATA or the final dot means for the copy.

    Raises CarrierError where it is about us, or no refusal at all.
    """
    if not reply.is_no:
        raise CarrierError(f"the mail server answered out of turn: {reply}")
    phase = SmtpPhase.RCPT if at_recipient else SmtpPhase.DOT
    found = about(reply.code, reply.words, phase)
    if found is RefusalSubject.US:
        raise CarrierError(f"the mail server turned us away: {reply}")
    is_charged = found in (RefusalSubject.HARD, RefusalSubject.SOFT)
    if is_final(reply.code, reply.words, phase):
        return Refused(str(reply), is_charged)
    return Deferred(str(reply), is_charged)
