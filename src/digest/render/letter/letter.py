"""A letter: the body that a variant's readers share, or one complete letter."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from digest.errors import RenderError
from digest.model.editions.compiled_message import ReasonWords
from digest.model.editions.edition import Variant
from digest.model.editions.rendition import UNPRINTED
from digest.model.people.postal_address import PostalAddress
from digest.model.posts.blocks import Paragraph, TextSpan
from digest.model.posts.items import Item, Post
from digest.model.posts.pictures import Gallery
from digest.render.letter.address_block import TOO_LARGE, Letter, cannot_print, personal
from digest.render.letter.blocks import LetterPictures, lang_of
from digest.render.letter.contents import (
    LetterForm,
    in_printable_language,
    letter_job,
    note_of,
)
from digest.render.letter.ending import Ending, LetterReasons
from digest.render.letter.links import Shorten
from digest.render.letter.reply_slip import has_slip
from digest.render.letter.unprinted import told_to_staff
from digest.render.paper.typst_compiler import TypstCompiler
from digest.render.words.catalogue import words_for, words_of
from digest.render.words.languages import ENGLISH

__all__ = ["SAMPLE", "Letter", "LetterBody", "LetterOptions", "preview", "typeset"]


# Where a body's facts have its salutation.
OPENING = "opening"
# Where they have the place of the words of why a reader gets it, and those words.
REASON, REASONS = "reason", "reasons"
# Told to staff: such a letter says how to stop it, and not why somebody gets it.
NO_LINE_FOR_WHY = (
    "no line is left on the last sheet to say why somebody gets this letter: with some "
    "ten words less it is said"
)
# Where they say where the code of the reference goes on the reply slip.
SLIP = "slip"


@dataclass(frozen=True, slots=True)
class LetterOptions:
    """What a letter needs beside the edition.

    `shorten` makes a long web address short. `pictures` are those that may be
    printed. `templates_dir` is the operator's folder: its letter/*.typ stand in
    for ours.
    """

    shorten: Shorten = str
    pictures: Gallery = field(default_factory=dict)
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

    @property
    def sheets(self) -> int:
        """How many sheets each letter takes."""
        return (self.pages + 1) // 2

    @property
    def opening(self) -> dict[str, str]:
        """The salutation, with %(name)s for the reader's name, and its language."""
        # A body that was kept by an earlier version says nothing of it.
        opening: dict[str, str] = self.facts.get(OPENING) or {
            "t": words_for(ENGLISH).gettext("Dear %(name)s,")
        }
        return opening

    @property
    def reasons(self) -> LetterReasons | None:
        """Why readers get it; None in a body that has no place for it.

        So has one that was kept by an earlier version, or made by a template of before.
        """
        if not self.facts.get(REASON):
            return None
        words = self.facts[REASONS]
        full, brief = (ReasonWords(**words[name]) for name in ("full", "brief"))
        return LetterReasons(full, brief)


def typeset(variant: Variant, options: LetterOptions) -> LetterBody:
    """Return the variant's body: PDF/UA-1, the same bytes for the same words.

    Posts are given in full. One that cannot be set has words in its place, and is
    named in the facts. Raises RenderError in one line.
    """
    try:
        return _typeset(variant, options)
    except RenderError:
        alone = replace(variant, note=())
        faults = {item.key: _fault_of(item, alone, options) for item in variant.items}
        note_fault = _fault_of(note_of(variant), alone, options) if variant.note else ""
        if not any((*faults.values(), note_fault)):
            raise
    items = tuple(
        _in_place_of(item, variant) if faults[item.key] else item
        for item in variant.items
    )
    note = _in_place_of(note_of(variant), variant).body if note_fault else variant.note
    body = _typeset(replace(variant, items=items, note=note), options)
    unprinted = [
        f"“{item.title or item.key}” is not in them: {faults[item.key]}"
        for item in variant.items
        if faults[item.key]
    ]
    if note_fault:
        unprinted.insert(0, f"the note from the team is not in them: {note_fault}")
    unprinted += body.facts.get(UNPRINTED, ())
    return replace(body, facts=body.facts | {UNPRINTED: unprinted})


def _fault_of(item: Item, variant: Variant, options: LetterOptions) -> str:
    """Return why an item alone cannot be set, "" where it can."""
    try:
        _typeset(replace(variant, items=(item,)), options)
    except RenderError as fault:
        return str(fault)
    return ""


def _in_place_of(item: Item, variant: Variant) -> Post:
    """Return what a letter says instead of an item that cannot be set."""
    words = words_of(variant)
    # Translators: instead of a post that cannot be printed.
    why = words.gettext(
        "We could not print this. Please ring or write to us, and we will tell you"
        " what it says."
    )
    return Post(item.key, item.title, (Paragraph((TextSpan(why),)),))


def _typeset(variant: Variant, options: LetterOptions) -> LetterBody:
    body, _ = _fitted(variant, options)
    return body


def _fitted(variant: Variant, options: LetterOptions) -> tuple[LetterBody, LetterForm]:
    """Return the body in the first form whose end costs no sheet, the full one if none.

    A template that does not say where the end stands has it in full.
    """
    full, *shorter = _forms(variant)
    body, ending = _set_body(variant, options, full)
    # The words before the end fill every page before that on which it begins.
    if not ending or body.sheets <= max(1, ending[0]["page"] // 2):
        return body, full
    without, _ = _set_body(variant, options, LetterForm(Ending.NONE))
    for form in shorter if without.sheets < body.sheets else ():
        fitting, _ = _set_body(variant, options, form)
        if fitting.sheets <= without.sheets:
            if form.says_why:
                return fitting, form
            lines = [*fitting.facts.get(UNPRINTED, ()), NO_LINE_FOR_WHY]
            return replace(fitting, facts=fitting.facts | {UNPRINTED: lines}), form
    return body, full


def _forms(variant: Variant) -> Iterator[LetterForm]:
    """Yield what may give way so that the end costs no sheet: gaps before words."""
    full = Ending.SLIP if has_slip(variant) else Ending.FULL
    for ending in (full, Ending.BRIEF, Ending.LINE):
        for tight in (False, True):
            yield LetterForm(ending, tight)
    # With not a line to spare, how to stop is said, and not why one gets it.
    for tight in (False, True):
        yield LetterForm(Ending.LINE, tight, says_why=False)


def _set_body(
    variant: Variant, options: LetterOptions, form: LetterForm
) -> tuple[LetterBody, Sequence[Any]]:
    """Return the body, and where its end begins if the template says so."""
    with TypstCompiler(options.templates_dir) as compiler:
        pictures = LetterPictures(compiler, options.pictures)
        job = letter_job(variant, pictures, options.shorten, form)
        labels = ("pages", "salutation", "ending", "reason", "slip")
        body = compiler.typeset("letter.typ", job, labels)
    facts = {
        "pages": _only(body.answers["pages"], "pages"),
        "salutation": _only(body.answers["salutation"], "salutation"),
        "size": job["size"],
        "geometry": job["geometry"],
        "format": str(variant.format),
        "lang": job["lang"],
        "region": job["region"],
        "dir": job["dir"],
        "reader": job["words"]["reader"]["t"],
        OPENING: job["words"]["salutation"],
    }
    if body.answers["reason"]:
        reasons = _reasons(variant)
        facts[REASON] = body.answers["reason"][0] | lang_of(reasons.full.unknown)
        facts[REASONS] = asdict(reasons)
    if body.answers[SLIP]:
        facts[SLIP] = body.answers[SLIP][0]
    if lines := [*told_to_staff(variant)]:
        facts[UNPRINTED] = lines
    return LetterBody(body.pdf, facts), body.answers["ending"]


def _reasons(variant: Variant) -> LetterReasons:
    return LetterReasons.of(in_printable_language(variant))


SAMPLE = Letter(
    "SAMPLE",
    "Ann Example",
    PostalAddress(("1 Example Street", "Exampleton"), "ZZ99 1AA"),
)


def preview(
    variant: Variant, options: LetterOptions, addressee: Letter = SAMPLE
) -> bytes:
    """Return one complete letter, PDF/UA-1, that looks as it does in the run.

    Raises RenderError as `preview_with_pages`.
    """
    return preview_with_pages(variant, options, addressee)[0]


def preview_with_pages(
    variant: Variant, options: LetterOptions, addressee: Letter
) -> tuple[bytes, int]:
    """Return one complete letter as `preview`, and how many pages it has.

    Raises RenderError in one line, also where the address cannot be printed.
    """
    fault = cannot_print(addressee)
    if fault:
        raise RenderError(f"letter {addressee.reference}: {fault}")
    _, form = _fitted(variant, options)
    with TypstCompiler(options.templates_dir) as compiler:
        pictures = LetterPictures(compiler, options.pictures)
        job = letter_job(variant, pictures, options.shorten, form)
        job["recipient"] = personal(addressee, job["words"]["salutation"]["t"])
        says = _reasons(variant).ways(addressee.consent)
        for block in job["blocks"]:
            if "reasons" in block:
                block["says"] = says
            if SLIP in block:
                block[SLIP]["code"] = job["recipient"]["code"]
        labels = ("address-too-large", "pages")
        letter = compiler.typeset("letter.typ", job, labels)
    if letter.answers["address-too-large"]:
        raise RenderError(f"letter {addressee.reference}: {TOO_LARGE}")
    return letter.pdf, _only(letter.answers["pages"], "pages")


def _only(answers: Sequence[Any], label: str) -> Any:
    if len(answers) != 1:
        raise RenderError(
            f"letter/letter.typ must say <{label}> once: mend the template,"
            " or take it out of the templates folder to use ours"
        )
    return answers[0]
