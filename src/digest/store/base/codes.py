"""Short names for people to read out and type."""

import hashlib

# No letters and digits that people mistake for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def derived_code(letters: int, *parts: object) -> str:
    """Return a code of so many letters, always the same for the same parts."""
    words = "\n".join(map(str, parts))
    number = int.from_bytes(hashlib.sha256(words.encode()).digest(), "big")
    code = []
    for _ in range(letters):
        number, place = divmod(number, len(ALPHABET))
        code.append(ALPHABET[place])
    return "".join(code)
