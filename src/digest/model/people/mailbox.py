"""A name and an address as one writes them: "Ann Example <ann@example.org>"."""

import re
from dataclasses import dataclass

# Stricter than RFC 5322: no quoted local parts, no comments, no IP literals.
_ADDRESS = re.compile(
    r"[^\s@<>\"(),:;\\[\]\x00-\x1f\x7f-\x9f]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}"
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name, empty where none was written, and an address."""

    name: str
    address: str

    @classmethod
    def parse(cls, text: str) -> "Mailbox":
        """Return the mailbox that `text` names. Raises ValueError in plain words."""
        name, bracket, rest = text.strip().rpartition("<")
        address = rest.removesuffix(">") if bracket else text.strip()
        if (bracket and not rest.endswith(">")) or not _ADDRESS.fullmatch(address):
            raise ValueError(
                "is not an email address; write e.g. Our News <news@example.org>"
            )
        if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name):
            raise ValueError("holds a line break or another control character")
        return cls(name.strip().strip('"'), address)
