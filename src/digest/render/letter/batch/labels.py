"""Address labels for the letters of a batch that go into plain envelopes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digest.model.delivery.label_sheets import LabelSheet
from digest.render.letter.address_block import Letter, cannot_print, ways_of
from digest.render.paper.languages import typst_language
from digest.render.paper.typst_compiler import TypstCompiler
from digest.render.words.catalogue import words_for
from digest.render.words.languages import ENGLISH


@dataclass(frozen=True, slots=True)
class LabelGeometry:
    """Where labels lie on a sheet of A4, in millimetres.

    The first begins at `first_x` and `first_y` from the sheet's top left corner.
    """

    width: float
    height: float
    first_x: float
    first_y: float
    step_x: float
    step_y: float
    columns: int
    rows: int


# From the public tables of programs that print labels.
LABEL_GEOMETRIES: Mapping[LabelSheet, LabelGeometry] = {
    LabelSheet.L7160: LabelGeometry(63.5, 38.1, 7.2, 15.1, 66.0, 38.1, 3, 7),
    LabelSheet.L7161: LabelGeometry(63.5, 46.6, 7.2, 8.7, 66.0, 46.6, 3, 6),
    LabelSheet.L7162: LabelGeometry(99.1, 33.9, 4.7, 12.9, 101.6, 33.9, 2, 8),
    LabelSheet.L7163: LabelGeometry(99.1, 38.1, 4.7, 15.1, 101.6, 38.1, 2, 7),
}


@dataclass(frozen=True, slots=True)
class Label:
    """A letter's label; `letter` is None of one that is not to be posted any more."""

    reference: str
    letter: Letter | None


def label_sheets(
    labels: Sequence[Label], sheet: LabelSheet, templates_dir: Path | None = None
) -> bytes:
    """Return the labels as a PDF for such sheets, in their order.

    Each has the reference of its letter in a corner. One that is not to be posted says
    so in its place, as does one whose address cannot be printed there. Raises
    RenderError where the sheets as a whole cannot be made.
    """
    words = words_for(ENGLISH)
    job = {
        "title": words.gettext("Address labels"),
        "sheet": asdict(LABEL_GEOMETRIES[sheet]),
        "labels": [_label(label) for label in labels],
        "stopped": words.gettext("Do not post this letter"),
        "by-hand": words.gettext("Write this address by hand"),
        **typst_language(words.language),
    }
    with TypstCompiler(templates_dir) as compiler:
        return compiler.overlay("labels.typ", job).pdf


def _label(label: Label) -> dict[str, Any]:
    letter = label.letter
    is_printable = letter is not None and cannot_print(letter) is None
    return {
        "reference": label.reference,
        "is-stopped": letter is None,
        "ways": ways_of(letter) if letter and is_printable else [],
    }
