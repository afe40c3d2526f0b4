"""The one table of formats: what readers need, and how each need is met.

A format is a row here; what makes it is a family of renderers (render.families).
Rows of the database, lists and campaign files keep a format by its name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """How a copy travels."""

    EMAIL = "email"
    POST = "post"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Preview:
    """One way to look at a format before it goes out: a document of that type.

    `words` are what a link to it says; a preview without any is for programs.
    """

    name: str
    media_type: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """What a reader needs.

    `name` is what people type, `words` what pages say. Copies travel by
    `channel`, made by `family`; without a channel a format is a need on record
    that is not made yet. `otherwise` names the format for readers whom the
    channel cannot reach. `has_html` is of emails; `points` is the size of type
    on paper.
    """

    name: str
    words: str
    channel: Channel | None = None
    family: str = ""
    previews: tuple[Preview, ...] = ()
    otherwise: str = ""
    has_html: bool = False
    points: int = 0

    def __str__(self) -> str:
        """Return the name, as people type it."""
        return self.name


_PDF = "application/pdf"

HTML = Format(
    "html",
    "email",
    Channel.EMAIL,
    family="email",
    previews=(
        Preview("html", "text/html; charset=utf-8", "email"),
        Preview("eml", "message/rfc822"),
    ),
    otherwise="letter",
    has_html=True,
)
PLAIN = Format(
    "plain",
    "plain text email",
    Channel.EMAIL,
    family="email",
    previews=(Preview("text", "text/plain; charset=utf-8", "plain text"),),
    otherwise="letter",
)
LETTER = Format(
    "letter",
    "letter",
    Channel.POST,
    family="letter",
    previews=(Preview("letter", _PDF, "letter"),),
    points=14,
)
LARGE_PRINT = Format(
    "large-print",
    "large print letter",
    Channel.POST,
    family="letter",
    previews=(Preview("large-print", _PDF, "large print"),),
    points=18,
)
EASY_READ = Format("easy-read", "easy read")
BRAILLE = Format("braille", "braille")
AUDIO = Format("audio", "audio")
PHONE = Format(
    "phone",
    "phone call",
    Channel.PHONE,
    family="calls",
    previews=(Preview("call-sheet", _PDF, "call sheet"),),
)
VISIT = Format("visit", "visit")

FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        HTML,
        PLAIN,
        LETTER,
        LARGE_PRINT,
        EASY_READ,
        BRAILLE,
        AUDIO,
        PHONE,
        VISIT,
    )
}


# What people call them beside their names and words, with hyphens for spaces.
_CALLED = {
    "e-mail": HTML,
    "text": PLAIN,
    "text-only": PLAIN,
    "post": LETTER,
    "by-post": LETTER,
    "paper": LETTER,
    "telephone": PHONE,
    "call": PHONE,
}
_BY_WORDS = {row.words.replace(" ", "-"): row for row in FORMATS.values()} | {
    preview.words.replace(" ", "-"): row
    for row in FORMATS.values()
    for preview in row.previews
    if preview.words
}


# What a campaign can be had in: something makes it and takes it there.
SERVED: tuple[Format, ...] = tuple(row for row in FORMATS.values() if row.channel)


def named(name: str) -> Format:
    """Return the format of that name. Raises ValueError listing those there are."""
    try:
        return FORMATS[name]
    except KeyError:
        raise ValueError(
            f"“{name}” is not a format: write one of {', '.join(FORMATS)}"
        ) from None


def meant(words: str) -> Format:
    """Return the format that somebody meant, by its name or what pages and people say.

    Raises ValueError listing those there are.
    """
    name = re.sub(r"[\s_]+", "-", words.strip().lower())
    return _CALLED.get(name) or _BY_WORDS.get(name) or named(name)


def first_for(*, has_email: bool, has_address: bool) -> Format:
    """Return the format of somebody who named none, by what is held of them."""
    if has_email:
        return HTML
    return LETTER if has_address else PHONE


def previews() -> Iterator[tuple[Format, Preview]]:
    """Yield every preview there is, with the format that it shows."""
    for row in FORMATS.values():
        for preview in row.previews:
            yield row, preview


def preview_named(name: str) -> tuple[Format, Preview]:
    """Return the preview of that name, and its format.

    Raises ValueError listing those there are.
    """
    for row, preview in previews():
        if preview.name == name:
            return row, preview
    names = ", ".join(preview.name for _, preview in previews())
    raise ValueError(f"“{name}” is not a preview: write one of {names}")
