"""What names a copy in its Message-ID: the same on every attempt, and after a restore.

It is made of what the copy is, and of nothing that a database counts anew: its
edition's code, its reader, and to which address it goes.
"""

import hashlib
import re
from functools import lru_cache
from typing import NamedTuple, Self

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_MARK_LETTERS = 6
# Two digits of base 36 at a time, the lower first.
_PAIRS = [low + high for high in _BASE36 for low in _BASE36]
_MARKS = len(_BASE36) ** _MARK_LETTERS
_MESSAGE_ID = re.compile(
    r"<?([1-9][0-9]{0,18})\.([0-9a-z]{6})\.([0-9a-z]{1,12})@[^\s@<>]+>?", re.IGNORECASE
)


class MessageReference(NamedTuple):
    """Which copy a Message-ID names.

    `address_mark` tells two readers apart who had the same number, one before a
    restore and another after it.
    """

    reader_id: int
    address_mark: str
    edition_code: str

    @classmethod
    def of(cls, edition_code: str, reader_id: int, email: str) -> Self:
        """Return what names the copy of an edition to a reader at that address."""
        return cls(reader_id, _mark(edition_code, email), edition_code)

    @classmethod
    def parse(cls, message_id: str) -> Self | None:
        """Return what a Message-ID of ours names; None for any other text."""
        match = _MESSAGE_ID.fullmatch(message_id.strip())
        if match is None:
            return None
        reader_id, mark, code = match.groups()
        return cls(int(reader_id), mark.lower(), code.lower())

    def __str__(self) -> str:
        return f"{self.reader_id}.{self.address_mark}.{self.edition_code}"


def _mark(edition_code: str, email: str) -> str:
    hashed = _hash_of(edition_code).copy()
    hashed.update(email.strip().lower().encode())
    number = int.from_bytes(hashed.digest()[:8], "big") % _MARKS
    rest, first = divmod(number, len(_PAIRS))
    last, middle = divmod(rest, len(_PAIRS))
    return f"{_PAIRS[first]}{_PAIRS[middle]}{_PAIRS[last]}"


# Begun once: every copy of an edition goes on from it.
@lru_cache(maxsize=64)
def _hash_of(edition_code: str) -> "hashlib._Hash":
    return hashlib.sha256(f"{edition_code} ".encode())
