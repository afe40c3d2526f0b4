"""The line at the head of an exported campaign file that says what it was made from."""

import re

_STAMP = re.compile(
    r"\ufeff?# From Digest, version \d{1,9} \(([0-9a-f]{12})\)[^\n]*(?:\n|\Z)"
)


def stamped(text: str, number: int, mark: str) -> str:
    """Return a file's text under a line that names the version it is."""
    return (
        f"# From Digest, version {number} ({mark}). Leave this line: it says what the "
        f"file was made from.\n{text}"
    )


def unstamped(text: str) -> tuple[str, str]:
    """Return the text without that line, and the mark in it; "" where it has none."""
    stamp = _STAMP.match(text)
    return (text[stamp.end() :], stamp[1]) if stamp else (text, "")
