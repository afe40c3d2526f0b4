"""A print run: every letter in one PDF, in the order in which a round is walked.

The bodies are made once per variant; here each page is laid down as it is and
the reader's own words go on top, so that a thousand letters cost little more
than one. A letter that cannot be printed is named and the others go on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from digest.errors import RenderError
from digest.model.campaigns.campaign import Campaign
from digest.render.letter.address_block import TOO_LARGE, cannot_print, personal
from digest.render.letter.batch.cover_sheet import cover_sheet
from digest.render.letter.batch.manifest import (
    ENVELOPE_GRAMS,
    SHEET_GRAMS,
    LetterStack,
    ManifestRow,
    manifest_csv,
)
from digest.render.letter.letter import Letter, LetterBody
from digest.render.limits import PRINT_FILE_PAGES
from digest.render.paper.languages import typst_language
from digest.render.paper.printable_text import printable
from digest.render.paper.typst_compiler import TypesetPdf, TypstCompiler
from digest.render.words.catalogue import Words, words_for
from digest.render.words.dates import day_in_words

__all__ = [
    "LetterProblem",
    "ManifestRow",
    "PrintRun",
    "PrintRunHead",
    "for_one_file",
    "lay",
    "manifest_csv",
]


@dataclass(frozen=True, slots=True)
class PrintRunHead:
    """What a run says of itself: whose letters, of which edition and slot.

    `organiser` is who prints and posts them, "" where nobody is named. One letter
    that `is_alone`, printed for one that was spoiled, has no cover sheet.
    """

    campaign: Campaign
    code: str
    slot: datetime
    language: str = "en-GB"
    templates_dir: Path | None = None
    rehearsal: bool = False
    organiser: str = ""
    is_alone: bool = False

    @property
    def title(self) -> str:
        """The run's name: "Lantern Week, Monday 6 July 2026"."""
        day = day_in_words(self.slot, self.campaign.timezone, self.words)
        title = f"{self.campaign.title}, {day}"
        if self.rehearsal:
            # Translators: the packing list of letters that are only proofs.
            title = self.words.gettext("PROOF: %(title)s", title=title)
        return printable(title, self.words)

    @property
    def words(self) -> Words:
        """The words of the packing list."""
        return words_for(self.language)


@dataclass(frozen=True, slots=True)
class LetterProblem:
    """A letter that is not in the run, and why, in plain words."""

    reference: str
    words: str


@dataclass(frozen=True, slots=True)
class PrintRun:
    """The file to print, a row for each letter in it, and those that are not.

    `pdf` is empty where no letter could be printed.
    """

    pdf: bytes
    rows: tuple[ManifestRow, ...]
    problems: tuple[LetterProblem, ...]

    @property
    def sheets(self) -> int:
        """How many sheets the letters take, without the packing list."""
        return sum(row.sheets for row in self.rows)


def lay(
    letters: Sequence[Letter], bodies: Mapping[str, LetterBody], head: PrintRunHead
) -> PrintRun:
    """Return the letters as one file, in postcode order, each on sheets of its own.

    The packing list comes first. Every letter is in `rows` or in `problems`.
    Raises RenderError where the run as a whole cannot be made.
    """
    with TypstCompiler(head.templates_dir) as compiler:
        layout = _RunLayout(compiler, bodies, head)
        faults, good = _printable_ones(letters, bodies)
        while good:
            try:
                file = layout.set(good)
            except RenderError:
                broken = layout.broken_bodies(good)
                # Where none can be laid down it is not the bodies that are to blame.
                if len(broken) == len({letter.body_key for letter in good}):
                    raise
                faults += [
                    LetterProblem(letter.reference, broken[letter.body_key])
                    for letter in good
                    if letter.body_key in broken
                ]
                good = [letter for letter in good if letter.body_key not in broken]
                continue
            too_large = set(file.answers["address-too-large"])
            if not too_large:
                return PrintRun(file.pdf, layout.rows(good, file), tuple(faults))
            faults += [
                LetterProblem(letter.reference, TOO_LARGE)
                for letter in good
                if letter.reference in too_large
            ]
            good = [letter for letter in good if letter.reference not in too_large]
    return PrintRun(b"", (), tuple(faults))


def for_one_file(
    letters: Sequence[Letter], bodies: Mapping[str, LetterBody]
) -> Sequence[Letter]:
    """Return the first letters of a round that are folded, filled and stamped alike.

    They have one number of sheets, the one that most of these have, and go all
    abroad or none of them: whoever fills envelopes counts each letter off the pile,
    and one envelope and one stamp do for all. At most PRINT_FILE_PAGES of pages, as
    a file too large for memory, or for a printer's, is no use to anybody; one letter
    at least.
    """
    stacks: dict[tuple[bool, int], list[Letter]] = {}
    for letter in sorted(letters, key=_round):
        sheets = _sheets(bodies[letter.body_key].pages)
        stacks.setdefault((letter.address.is_abroad, sheets), []).append(letter)
    if not stacks:
        return []
    alike = min(stacks, key=lambda stack: (-len(stacks[stack]), stack))
    part: list[Letter] = []
    pages = 0
    for letter in stacks[alike]:
        pages += 2 * _sheets(bodies[letter.body_key].pages)
        if part and pages > PRINT_FILE_PAGES:
            break
        part.append(letter)
    return part


def _round(letter: Letter) -> tuple[Any, str]:
    return letter.address.round_key, letter.reference


def _printable_ones(
    letters: Iterable[Letter], bodies: Mapping[str, LetterBody]
) -> tuple[list[LetterProblem], list[Letter]]:
    faults: list[LetterProblem] = []
    good: list[Letter] = []
    references: set[str] = set()
    for letter in sorted(letters, key=_round):
        fault = cannot_print(letter)
        if letter.body_key not in bodies:
            fault = "its words have not been set: render the edition again"
        elif letter.reference in references:
            fault = "another letter has this reference: give each its own"
        references.add(letter.reference)
        if fault:
            faults.append(LetterProblem(letter.reference, fault))
        else:
            good.append(letter)
    return faults, good


class _RunLayout:
    """Where the letters of one run are laid out, with their bodies at hand."""

    def __init__(
        self,
        compiler: TypstCompiler,
        bodies: Mapping[str, LetterBody],
        head: PrintRunHead,
    ) -> None:
        self._compiler = compiler
        self._bodies = bodies
        self._head = head
        self._names: dict[str, str] = {}
        for number, (key, body) in enumerate(sorted(bodies.items())):
            self._names[key] = f"body-{number}.pdf"
            (compiler.root / self._names[key]).write_bytes(body.pdf)

    def broken_bodies(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Return the keys of bodies that cannot be laid down, and why."""
        faults: dict[str, str] = {}
        for letter in {letter.body_key: letter for letter in letters}.values():
            try:
                self.set([letter])
            except RenderError as fault:
                faults[letter.body_key] = str(fault)
        return faults

    def set(self, letters: Sequence[Letter]) -> TypesetPdf:
        """Return the run's file, and what Typst says of it."""
        job = {
            "title": self._head.title,
            "cover": None if self._head.is_alone else self._cover(letters),
            "columns": _columns(self._head.words),
            **typst_language(self._head.words.language),
            "letters": [self._letter(*pair) for pair in enumerate(letters, 1)],
            "bodies": {
                key: {**body.facts, "pdf": self._names[key]}
                for key, body in self._bodies.items()
            },
        }
        return self._compiler.overlay(
            "batch.typ", job, ("packing-pages", "address-too-large")
        )

    def _letter(self, number: int, letter: Letter) -> dict[str, Any]:
        pages = self._bodies[letter.body_key].pages
        code = letter.address.postcode or letter.address.country
        points = self._bodies[letter.body_key].facts["size"]
        # Translators: a size of type.
        print_size = self._head.words.gettext("%(points)d point", points=points)
        row = (number, letter.reference, code, print_size, pages)
        opening = self._bodies[letter.body_key].opening
        reasons = self._bodies[letter.body_key].reasons
        return personal(letter, opening["t"]) | {
            "reason": reasons.ways(letter.consent) if reasons else [],
            "body": letter.body_key,
            "bookmark": f"{code} {letter.reference}".strip(),
            "row": [str(cell) for cell in (*row, _sheets(pages))],
        }

    def _cover(self, letters: Sequence[Letter]) -> dict[str, Any]:
        head = self._head
        stack = LetterStack.of(
            [_sheets(self._bodies[letter.body_key].pages) for letter in letters],
            sum(letter.address.is_abroad for letter in letters),
            printable(head.organiser, head.words),
        )
        letterhead = head.campaign.letter
        sheet = cover_sheet(stack, letterhead, head.words, are_proofs=head.rehearsal)
        # Translators: at the head of a print batch's cover sheet.
        return sheet | {
            "edition": head.words.gettext("Edition %(code)s", code=head.code)
        }

    def rows(
        self, letters: Sequence[Letter], file: TypesetPdf
    ) -> tuple[ManifestRow, ...]:
        """Return a row for each letter, with where it begins in the file."""
        packing = sum(file.answers["packing-pages"])
        envelope = ENVELOPE_GRAMS[self._head.campaign.letter.envelope]
        organiser = self._head.organiser
        rows: list[ManifestRow] = []
        page = packing + packing % 2 + 1
        for number, letter in zip(count(1), letters, strict=False):
            body = self._bodies[letter.body_key]
            sheets = _sheets(body.pages)
            row = ManifestRow(
                number=number,
                reference=letter.reference,
                name=letter.name,
                postcode=letter.address.postcode,
                country=letter.address.country,
                format=str(body.facts["format"]),
                pages=body.pages,
                sheets=sheets,
                first_page=page,
                grams=sheets * SHEET_GRAMS + envelope,
                organiser=organiser,
            )
            rows.append(row)
            page += 2 * sheets
        return tuple(rows)


def _columns(words: Words) -> list[str]:
    return [
        # Translators: a column of the packing list: the letter's number.
        words.pgettext("packing list", "No"),
        words.pgettext("packing list", "Reference"),
        words.pgettext("packing list", "Postcode"),
        # Translators: a column of the packing list: the size of type.
        words.pgettext("packing list", "Print"),
        words.pgettext("packing list", "Pages"),
        words.pgettext("packing list", "Sheets"),
        # Translators: a column of the packing list: a box to be ticked.
        words.pgettext("packing list", "Done"),
    ]


def _sheets(pages: int) -> int:
    return (pages + 1) // 2
