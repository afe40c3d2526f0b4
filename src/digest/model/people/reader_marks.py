"""Whose a link or an address is that a reader's mail has: their number, and a mark."""

import hashlib
from typing import NamedTuple

MARK_LETTERS = 5
# Those of base 32, and every two of them: an import makes a mark for each of its rows.
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(first + second for first in _LETTERS for second in _LETTERS)


class ReaderRef(NamedTuple):
    """A reader, as their mail names them.

    `mark` tells two readers apart who had the same number, one before a restore and
    another after it. Mail of before there were marks has "".
    """

    reader_id: int
    mark: str = ""

    def is_of(self, mark: str) -> bool:
        """Whether a reader of that number who has this mark is the one who is named."""
        return self.mark in ("", mark)


def mark_of(identity: str) -> str:
    """Return the mark of a person who came in with that identity.

    Whoever is imported again after a restore has the same one. It is kept when their
    address changes, so that their old mail names them still.
    """
    digest = hashlib.sha256(f"digest mark 1: {identity}".encode()).digest()
    bits = int.from_bytes(digest[:4]) >> 32 - 5 * MARK_LETTERS
    return _PAIRS[bits >> 15] + _PAIRS[bits >> 5 & 1023] + _LETTERS[bits & 31]
