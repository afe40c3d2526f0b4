"""One reader's own words on a letter: the address block and the salutation.

Where the block stands is `address_zones`; that it fits there is look.typ's to find.
"""

import io
from dataclasses import dataclass
from typing import Any

import segno

from digest.model.delivery.returned_letters import as_scanned
from digest.model.people.person import NO_EVIDENCE, Consent
from digest.model.people.postal_address import PostalAddress, tidy
from digest.render.paper.fonts import cure_for
from digest.render.paper.printable_text import (
    unprintable,
    unprintable_scripts,
    without_unprintable,
)
from digest.render.words.catalogue import words_for
from digest.render.words.languages import ENGLISH

TOO_LARGE = (
    "the address does not fit the window even at 10 point:"
    " shorten its lines or use fewer of them"
)
# An address line that may be wider than a window, in letters.
_LONG_LINE = 30
# With fewer lines there is nothing to put together; at most so many are.
_FEWEST = 4
_MOST_JOINED = 2


@dataclass(frozen=True, slots=True)
class Letter:
    """One reader's letter in a print run; `body_key` names its body.

    `consent` is what is on record of why they get it.
    """

    reference: str
    name: str
    address: PostalAddress
    body_key: str = ""
    consent: Consent = NO_EVIDENCE


def personal(letter: Letter, salutation: str) -> dict[str, Any]:
    """Return what a template is told of one reader.

    `salutation` is the line for everybody, with %(name)s for the reader's name.
    """
    name = without_unprintable(tidy(letter.name))
    return {
        "reference": letter.reference,
        "code": reference_code(letter.reference),
        "salutation": tidy(salutation % {"name": name}),
        "ways": ways_of(letter),
    }


def ways_of(letter: Letter) -> list[tuple[str, ...]]:
    """Return the ways to write a letter's address, the widest first."""
    name = without_unprintable(tidy(letter.name))
    lines = [*map(without_unprintable, letter.address.on_envelope(name))]
    return _ways(tuple(filter(None, lines)))


def reference_code(reference: str) -> str:
    """Return a reference as a QR code, in SVG: what a scanner types is `as_scanned`.

    ISO/IEC 18004. Of the eight patterns that may lie over it any is read, and to look
    for the best one would take four times as long.
    """
    text = as_scanned(reference)
    code = segno.make(text, error="m", micro=False, mask=0, boost_error=False)
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", border=0, xmldecl=False, omitsize=True)
    return drawing.getvalue().decode()


def cannot_print(letter: Letter) -> str | None:
    """Return why the reader's own words cannot be printed, or None where they can.

    An emoji or one odd letter is left out, and nobody is troubled with it.
    """
    places = {
        "the name": letter.name,
        "the address": "\n".join(letter.address.on_envelope("")),
        "the reference": letter.reference,
    }
    for place, words in places.items():
        missing = unprintable(without_unprintable(tidy_lines(words)))
        if missing:
            cure = cure_for(unprintable_scripts(missing, words_for(ENGLISH)))
            return (
                f"{place} holds {' '.join(missing)}, which our fonts lack:"
                f" {f'{cure}, or ' if cure else ''}write it another way"
            )
    return None


def tidy_lines(text: str) -> str:
    """Return the text's lines without control characters."""
    return "\n".join(map(tidy, text.splitlines()))


def _ways(lines: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the ways to write the address: as given, then closer together.

    Short neighbours share a line, as in "Flat 3, 1 Example Street"; a long
    line is cut in two. The name, the town and the postcode stay apart.
    """
    ways = []
    for way in (lines, tuple(part for line in lines for part in _halves(line))):
        ways.append(way)
        while len(ways[-1]) > _FEWEST and len(lines) - len(ways[-1]) < _MOST_JOINED:
            ways.append(_closer(ways[-1]))
    return list(dict.fromkeys(ways))


def _closer(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines with the two shortest neighbours on one line."""

    def length(place: int) -> int:
        return len(lines[place]) + len(lines[place + 1])

    at = min(range(1, len(lines) - 3), key=length)
    return (*lines[:at], f"{lines[at]}, {lines[at + 1]}", *lines[at + 2 :])


def _halves(line: str) -> tuple[str, ...]:
    """Return a long line as two, cut at the space nearest to its middle."""
    middle = len(line) // 2
    spaces = [place for place, letter in enumerate(line) if letter == " "]
    if len(line) < _LONG_LINE or not spaces:
        return (line,)
    cut = min(spaces, key=lambda place: abs(place - middle))
    return line[:cut], line[cut + 1 :]
