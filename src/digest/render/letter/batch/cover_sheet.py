"""The cover sheet of a print batch: what to have ready, and what to do, in order."""

from collections.abc import Iterator
from typing import Any

from digest.model.campaigns.campaign import LetterHead
from digest.render.letter.address_zones import GEOMETRIES
from digest.render.letter.batch.manifest import LetterStack, fits_window
from digest.render.words.catalogue import Words


def cover_sheet(
    stack: LetterStack, letterhead: LetterHead, words: Words, *, are_proofs: bool
) -> dict[str, Any]:
    """Return what batch.typ is told of the sheet on top of the letters."""
    return {
        "for": stack.organiser,
        "figures": list(_figures(stack, letterhead, words, are_proofs=are_proofs)),
        "steps": list(_steps(stack, letterhead, words, are_proofs=are_proofs)),
        "spoiled": [
            words.gettext("Something spoiled?"),
            words.gettext(
                "Have Digest print that letter alone, by the reference at its foot."
                " Spoiled pages have somebody's address on them: shred them, and this"
                " list when all is posted."
            ),
        ],
        # Translators: below a line that shows whether the printer is set right.
        "bar": words.gettext("This line is 100 mm long."),
    }


def _figures(
    stack: LetterStack, letterhead: LetterHead, words: Words, *, are_proofs: bool
) -> Iterator[tuple[str, str]]:
    yield str(stack.letters), words.ngettext("letter", "letters", stack.letters)
    if stack.sheets_each is not None:
        # Translators: below how many sheets of paper each letter has.
        each = words.ngettext("sheet each", "sheets each", stack.sheets_each)
        yield str(stack.sheets_each), each
    yield str(stack.sheets), words.ngettext("sheet of A4", "sheets of A4", stack.sheets)
    if not are_proofs:
        stamps = str(stack.letters)
        yield stamps, _stamps(stack, letterhead, words)


def _stamps(stack: LetterStack, letterhead: LetterHead, words: Words) -> str:
    """Return which stamps, below their number."""
    if stack.abroad == stack.letters:
        return words.ngettext("stamp for abroad", "stamps for abroad", stack.letters)
    which = {
        "postage": letterhead.postage,
        "abroad": words.gettext("%(number)d of them abroad", number=stack.abroad),
    }
    if stack.abroad:
        return words.gettext("%(postage)s class, %(abroad)s", **which)
    return words.ngettext(
        # Translators: which stamps, such as "second class stamps", below their number.
        "%(postage)s class stamp",
        "%(postage)s class stamps",
        stack.letters,
        **which,
    )


def _steps(
    stack: LetterStack, letterhead: LetterHead, words: Words, *, are_proofs: bool
) -> Iterator[tuple[str, str]]:
    yield (
        words.gettext("Set the printer."),
        words.gettext(
            "On both sides, flipped on the long edge, at 100 %: do not scale to fit."
            " Black is enough."
        ),
    )
    yield (
        words.gettext("Print this sheet first, and lay a ruler on the line below."),
        words.gettext("Where it is not 100 mm long, the addresses miss the window."),
    )
    yield (
        words.gettext("Print the letters."),
        words.gettext(
            "They come in the order of the packing list. Each letter begins on a new"
            " sheet."
        ),
    )
    yield _fill(stack, letterhead, words)
    if are_proofs:
        yield words.gettext("Do not post them."), words.gettext("These are proofs.")
        return
    yield (
        words.gettext("Tick each letter on the packing list, and post them."),
        words.ngettext(
            # Translators: how many letters there must be when they are posted.
            "There is %(number)d.",
            "There are %(number)d.",
            stack.letters,
        ),
    )
    yield (
        words.gettext("Say so in Digest: all are posted."),
        words.gettext("Keep this list until then; it is not posted."),
    )


def _fill(stack: LetterStack, letterhead: LetterHead, words: Words) -> tuple[str, str]:
    envelope = letterhead.envelope
    name = str(envelope).upper()
    if not fits_window(envelope, stack.most_sheets):
        return (
            words.gettext("Fill."),
            words.gettext(
                "They are too thick for %(envelope)s envelopes: put each into a large"
                " plain one, flat, with its address label. Ask for their postage.",
                envelope=name,
            ),
        )
    fold = (
        words.gettext("Fold at the small marks, and fill.")
        if GEOMETRIES[envelope].folds
        else words.gettext("Fold and fill.")
    )
    says = words.gettext(
        "Into %(envelope)s envelopes with a window: the whole address shows, and"
        " nothing else.",
        envelope=name,
    )
    return fold, says
