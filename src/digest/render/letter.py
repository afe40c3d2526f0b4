"""A letter: the body that a variant's readers share, or one complete letter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.errors import RenderError
from digest.model.campaigns import SourceKind
from digest.model.editions import Variant
from digest.model.postal import PostalAddress, tidy
from digest.render.letter_content import WORDS, job
from digest.render.letter_links import Shorten
from digest.render.letter_pictures import Pictures
from digest.render.print_text import unprintable
from digest.render.print_typst import Press

# An address line that may be wider than a window, in letters.
_LONG_LINE = 30
# With fewer lines there is nothing to put together; at most so many are.
_FEWEST = 4
_MOST_JOINED = 2


def _unchanged(href: str) -> str:
    return href


@dataclass(frozen=True, slots=True)
class LetterLook:
    """What a letter needs beside the edition.

    `shorten` makes a long web address short; `pictures` are folders that local
    pictures may be read from beside those of the campaign's own folder sources;
    `templates_dir` is the operator's folder,
    in which letter/*.typ stand in for ours.
    """

    shorten: Shorten = _unchanged
    pictures: tuple[Path, ...] = ()
    templates_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class LetterBody:
    """The pages that a variant's readers share, and what laying them out needs.

    `facts` holds JSON values only: pages, size in points, the geometry, and
    where the salutation stands.
    """

    pdf: bytes
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages each letter has."""
        return int(self.facts["pages"])


@dataclass(frozen=True, slots=True)
class Letter:
    """One reader's letter in a print run; `body_key` names its body.

    `salutation` is the whole line: "Dear Ann Example,".
    """

    reference: str
    name: str
    address: PostalAddress
    salutation: str
    body_key: str = ""


def typeset(variant: Variant, look: LetterLook) -> LetterBody:
    """Return the variant's body: PDF/UA-1, the same bytes for the same words.

    Posts are given in full. Raises RenderError in one line.
    """
    with Press(look.templates_dir) as press:
        told = job(variant, _pictures(press, variant, look), look.shorten)
        made = press.typeset("letter.typ", told, ("pages", "salutation"))
    facts = {
        "pages": _one(made.answers["pages"], "pages"),
        "salutation": _one(made.answers["salutation"], "salutation"),
        "size": told["size"],
        "geometry": told["geometry"],
        "format": str(variant.format),
        "lang": told["lang"],
        "region": told["region"],
        "reader": WORDS["reader"],
    }
    return LetterBody(made.pdf, facts)


SAMPLE = Letter(
    "SAMPLE",
    "Ann Example",
    PostalAddress(("1 Example Street", "Exampleton"), "ZZ99 1AA"),
    "Dear Ann Example,",
)


def preview(variant: Variant, look: LetterLook, addressee: Letter = SAMPLE) -> bytes:
    """Return one complete letter, PDF/UA-1, that looks as it does in the run.

    Raises RenderError in one line, also where the address cannot be printed.
    """
    fault = cannot_print(addressee)
    if fault:
        raise RenderError(f"letter {addressee.reference}: {fault}")
    with Press(look.templates_dir) as press:
        told = job(variant, _pictures(press, variant, look), look.shorten)
        told["recipient"] = personal(addressee)
        made = press.typeset("letter.typ", told, ("address-too-large",))
    if made.answers["address-too-large"]:
        raise RenderError(f"letter {addressee.reference}: {TOO_LARGE}")
    return made.pdf


def _pictures(press: Press, variant: Variant, look: LetterLook) -> Pictures:
    sources = variant.campaign.sources
    folders = [Path(s.location) for s in sources if s.kind is SourceKind.FOLDER]
    return Pictures(press, (*folders, *look.pictures))


TOO_LARGE = (
    "the address does not fit the window even at 10 point:"
    " shorten its lines or use fewer of them"
)


def personal(letter: Letter) -> dict[str, Any]:
    """Return what a template is told of one reader."""
    lines = letter.address.on_envelope(letter.name)
    return {
        "reference": letter.reference,
        "salutation": tidy(letter.salutation),
        "ways": _ways(lines),
    }


def cannot_print(letter: Letter) -> str | None:
    """Return why the reader's own words cannot be printed, or None where they can."""
    places = {
        "the name": letter.name,
        "the salutation": letter.salutation,
        "the address": "\n".join(letter.address.on_envelope("")),
        "the reference": letter.reference,
    }
    for place, words in places.items():
        missing = unprintable(tidy_lines(words))
        if missing:
            shown = " ".join(missing)
            return f"{place} holds {shown}, which our fonts lack: write it another way"
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
    for start in (lines, tuple(part for line in lines for part in _halves(line))):
        ways.append(start)
        while len(ways[-1]) > _FEWEST and len(lines) - len(ways[-1]) < _MOST_JOINED:
            ways.append(_closer(ways[-1]))
    return list(dict.fromkeys(ways))


def _closer(lines: tuple[str, ...]) -> tuple[str, ...]:
    pairs = range(1, len(lines) - 3)
    at = min(pairs, key=lambda one: len(lines[one]) + len(lines[one + 1]))
    return (*lines[:at], f"{lines[at]}, {lines[at + 1]}", *lines[at + 2 :])


def _halves(line: str) -> tuple[str, ...]:
    spaces = [place for place, letter in enumerate(line) if letter == " "]
    if len(line) < _LONG_LINE or not spaces:
        return (line,)
    middle = min(spaces, key=lambda place: abs(place - len(line) // 2))
    return line[:middle], line[middle + 1 :]


def _one(found: Sequence[Any], label: str) -> Any:
    if len(found) != 1:
        raise RenderError(
            f"letter/letter.typ must say <{label}> once: mend the template,"
            " or take it out of the templates folder to use ours"
        )
    return found[0]
