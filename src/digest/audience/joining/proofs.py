"""Proofs of work, asked of whoever signs up while a flood lasts; or a wait instead.

A program that signs up thousands has to reckon, or to wait, for each; a person waits
a minute, with or without a script. Each question is signed and about one sign-up.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime

from digest.audience import limits

_QUESTION = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class WorkProofs:
    """Asks for proofs and looks at them, with a key of its own from the secret."""

    secret: str = field(repr=False)
    _key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        derived = hmac.digest(self.secret.encode(), b"digest proof of work 1", "sha256")
        object.__setattr__(self, "_key", derived)

    def question(self, about: str, now: datetime) -> str:
        """Return what to prove that work was done for: good for half an hour."""
        moment = str(int(now.timestamp()))
        return f"{moment}.{self._mac(moment, about)}"

    def is_answered(
        self, question: str, about: str, answer: str, now: datetime
    ) -> bool:
        """Whether the question is ours, about this, and answered; or waited for."""
        match = _QUESTION.fullmatch(question)
        if not match or not hmac.compare_digest(self._mac(match[1], about), match[2]):
            return False
        age = now.timestamp() - int(match[1])
        if not 0 <= age <= limits.PROOF_LASTS.total_seconds():
            return False
        if age >= limits.PROOF_WAIT.total_seconds():
            return True
        if not re.fullmatch(r"[0-9]{1,12}", answer, re.ASCII):
            return False
        digest = hashlib.sha256(f"{question}:{answer}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> (32 - limits.PROOF_BITS) == 0

    def _mac(self, moment: str, about: str) -> str:
        content = f"{moment}:{about}".encode()
        return hmac.digest(self._key, content, "sha256")[:16].hex()
