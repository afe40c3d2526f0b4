"""Seals: what only who holds a secret key can read again."""

import base64
from dataclasses import dataclass, field

from digest.model.secret_keys import SecretKeys

# What is sealed for one purpose is good for no other.
SECOND_STEP = b"digest second step"
WEBHOOK = b"digest webhook"
HASH_KEY = b"digest hash key"


@dataclass(frozen=True, slots=True)
class SealedBox:
    """Seals with the newest key, and opens what any key that is held has sealed."""

    keys: SecretKeys = field(repr=False)
    purpose: bytes

    def seal(self, words: str) -> str:
        """Return words as they are kept."""
        from cryptography.fernet import Fernet  # noqa: PLC0415 - slow to import

        return Fernet(self._fernet_keys[0]).encrypt(words.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Return words that were sealed, None where a key did that we do not hold."""
        from cryptography.fernet import (  # noqa: PLC0415
            Fernet,
            InvalidToken,
            MultiFernet,
        )

        box = MultiFernet([Fernet(each) for each in self._fernet_keys])
        try:
            return box.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def sealed_by(self, sealed: str) -> str | None:
        """Return the id of the key that sealed it, None where we do not hold that."""
        for secret in self.keys.every:
            if SealedBox(SecretKeys(secret), self.purpose).open(sealed) is not None:
                return SecretKeys(secret).ids[0]
        return None

    @property
    def _fernet_keys(self) -> list[bytes]:
        return [*map(base64.urlsafe_b64encode, self.keys.derived(self.purpose))]
