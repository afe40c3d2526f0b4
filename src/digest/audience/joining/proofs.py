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
from digest.model.secret_keys import SecretKeys

_QUESTION = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class WorkProofs:
    """Asks for proofs and looks at them, with a key of its own from the secret."""

    secret: SecretKeys = field(repr=False)
    _keys: tuple[bytes, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        derived = self.secret.derived(b"digest proof of work 1")
        object.__setattr__(self, "_keys", derived)

    def question(self, about: str, now: datetime) -> str:
        """Return what to prove that work was done for: good for half an hour."""
        moment = str(int(now.timestamp()))
        return f"{moment}.{_mac(self._keys[0], moment, about)}"

    def is_answered(
        self, question: str, about: str, answer: str, now: datetime
    ) -> bool:
        """Whether the question is ours, about this, and answered; or waited for."""
        match = _QUESTION.fullmatch(question)
        if not match or not any(
            hmac.compare_digest(_mac(key, match[1], about), match[2])
            for key in self._keys
        ):
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


def _mac(key: bytes, moment: str, about: str) -> str:
    return hmac.digest(key, f"{moment}:{about}".encode(), "sha256")[:16].hex()
