"""The logo of a campaign's mail: a file that its campaign file names, and our copy."""

import re
from dataclasses import dataclass

# A picture beside the campaign file; SVG runs programs, and mail shows none.
_FILE = re.compile(r"[^/\\.\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*\.(png|jpe?g|webp)", re.I)
_KEPT = re.compile(r"([0-9a-f]{32})-logo\.png")
_WRITTEN = re.compile(r"([0-9a-f]{32}) (\d{1,4})x(\d{1,4})")


@dataclass(frozen=True, slots=True)
class LogoCopy:
    """Our own copy of a logo: its name among the pictures, and its size in pixels."""

    name: str
    width: int
    height: int

    def __str__(self) -> str:
        """Return it as it is kept beside a campaign's file; see `copy_from`."""
        return f"{self.name} {self.width}x{self.height}"

    @property
    def public_name(self) -> str:
        """What its file is called in addresses, and beside a file that is exported."""
        return f"{self.name}-logo.png"


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture at the head of a campaign's mail.

    `file` is what the campaign file calls it, `alt` says what it shows and is never
    empty, `copy` is None for as long as the file has not been applied.
    """

    file: str
    alt: str
    copy: LogoCopy | None = None


def logo_file(text: str) -> str:
    """Return the name of a picture. Raises ValueError in words."""
    if not _FILE.fullmatch(text) or len(text) > 100:
        raise ValueError(
            "is not the name of a PNG, JPEG or WebP beside this file, without its"
            ' folder, as in "logo.png"'
        )
    return text


def copy_from(written: str) -> LogoCopy | None:
    """Return the copy that was written as text; None of "" and of what is none."""
    match = _WRITTEN.fullmatch(written)
    return LogoCopy(match[1], int(match[2]), int(match[3])) if match else None


def kept_name(file: str) -> str:
    """Return which of our copies the name of a file means, "" where it is another."""
    match = _KEPT.fullmatch(file)
    return match[1] if match else ""
