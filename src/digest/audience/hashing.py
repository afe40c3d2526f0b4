"""Keyed hashes: to recognise a person without keeping who they are.

Without the key a hash says nothing, not even to somebody who guesses at
addresses; so that it may outlive what it was made from.
"""

import hmac
from dataclasses import dataclass, field

from digest.audience.emails import email_key
from digest.model.people.person import HashedKeys, PersonKeys

_PURPOSE = b"digest suppression 1"


@dataclass(frozen=True, slots=True)
class KeyedHasher:
    """Hashes with a key of its own, derived from the secret it is given."""

    secret: str = field(repr=False)
    _key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        derived = hmac.digest(self.secret.encode(), _PURPOSE, "sha256")
        object.__setattr__(self, "_key", derived)

    def hashed(self, keys: PersonKeys) -> HashedKeys:
        """Return the hashes of these keys."""
        return HashedKeys(
            self._hash("email", keys.email) if keys.email else None,
            self._hash("post", keys.post) if keys.post else None,
            self._hash("phone", keys.phone) if keys.phone else None,
        )

    def of_identity(self, identity: str) -> str:
        """Return the hash of the name that a row is kept under, see Person.identity."""
        return self._hash("identity", identity)

    def of_address(self, address: str) -> str:
        """Return the hash of an email address as anybody writes it; "" of none."""
        try:
            return self._hash("email", email_key(address))
        except ValueError:
            return ""

    def _hash(self, channel: str, key: str) -> str:
        content = f"{channel}:{key}".encode()
        return hmac.digest(self._key, content, "sha256")[:16].hex()
