"""The secret keys of an installation: the newest makes, and each that is held reads.

So a key can be replaced, and what was made with the one before it stays good.
"""

import hmac
from dataclasses import dataclass, field

_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """The newest key, and those before it that are held still, the latest first."""

    newest: str = field(repr=False)
    earlier: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, secret: "SecretKeys | str") -> "SecretKeys":
        """Return keys as they are, and a single one as the newest and only."""
        return cls(secret) if isinstance(secret, str) else secret

    @property
    def every(self) -> tuple[str, ...]:
        """Each of them once, the newest first."""
        return tuple(dict.fromkeys((self.newest, *self.earlier)))

    @property
    def oldest_first(self) -> list[str]:
        """Each of them once, as itsdangerous takes them."""
        return [*reversed(self.every)]

    @property
    def ids(self) -> tuple[str, ...]:
        """What each is called where it must not be told, the newest first."""
        return tuple(map(key_id, self.every))

    def derived(self, purpose: bytes) -> tuple[bytes, ...]:
        """Return a key of that purpose's own from each, the newest first."""
        return tuple(
            hmac.digest(each.encode(), purpose, "sha256") for each in self.every
        )


def key_id(secret: str) -> str:
    """Return eight letters and digits by which a key is known, and cannot be found."""
    return hmac.digest(secret.encode(), b"digest key id 1", "sha256")[:_ID_BYTES].hex()
