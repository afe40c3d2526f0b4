"""The end of a letter, which tells how to reach us, against the sheets it may cost."""

from itertools import pairwise

import pytest

from digest.model.editions.edition import Variant
from digest.model.formats import LARGE_PRINT, LETTER, Format
from digest.model.posts.blocks import Paragraph, TextSpan
from digest.render.letter.blocks import LetterPictures
from digest.render.letter.contents import LetterForm, letter_job
from digest.render.letter.ending import Ending
from digest.render.letter.letter import LetterOptions, preview, typeset
from digest.render.paper.typst_compiler import TypstCompiler
from tests.builders import a_post, a_variant
from tests.sheets import Sheets

LOOK = LetterOptions()
SENTENCE = "It was a bright morning when everybody came to the hall with lanterns. "
LINE_LENGTHS = {LETTER: 66, LARGE_PRINT: 54}
# Where the words of a page end: 22 mm are below them.
FOOT_OF_WORDS = 275
# Around the second page's end, a line at a time, and beyond it.
LENGTHS = {
    LETTER: (*range(40, 58), *range(58, 82, 4)),
    LARGE_PRINT: (*range(20, 38), *range(38, 56, 3)),
}


def a_letter_of(lines: int, fmt: Format, in_paragraphs_of: int = 5) -> Variant:
    """Return a variant whose one post fills about so many lines."""
    lengths = [in_paragraphs_of] * (lines // in_paragraphs_of)
    lengths += [lines % in_paragraphs_of] if lines % in_paragraphs_of else []
    body = tuple(
        Paragraph((TextSpan((SENTENCE * lines)[: LINE_LENGTHS[fmt] * length - 30]),))
        for length in lengths
    )
    return a_variant(a_post(body=body), format=fmt)


def without_ending(variant: Variant) -> Sheets:
    """Return the letter as it is without a word of how to reach us."""
    with TypstCompiler() as compiler:
        pictures = LetterPictures(compiler, {})
        job = letter_job(variant, pictures, str, LetterForm(Ending.NONE))
        return Sheets(compiler.typeset("letter.typ", job).pdf)


def sheets_of(pages: int) -> int:
    return -(-pages // 2)


def bottoms(sheets: Sheets, page: int) -> list[float]:
    """Return where the lines of words on a page end, from the top."""
    lines: list[float] = []
    for bottom in sorted(
        mark.bottom for mark in sheets.marks(page) if mark.text == "h"
    ):
        if bottom < FOOT_OF_WORDS and (not lines or bottom - lines[-1] > 1):
            lines.append(bottom)
    return lines


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
def test_how_to_reach_us_costs_no_sheet_at_any_length(fmt: Format) -> None:
    longer, brief = 0, 0
    for lines in LENGTHS[fmt]:
        variant = a_letter_of(lines, fmt)
        body, bare = typeset(variant, LOOK), len(without_ending(variant))
        text = Sheets(body.pdf).whole_text()

        assert body.sheets == sheets_of(bare), lines
        assert "ring 01632 960 155" in text[text.rindex("morning") :], lines
        longer += bare > 2
        brief += "How to reach us" not in text

    # Both sides of the end of a sheet were tried, and the end gave way on one.
    assert longer
    assert brief


@pytest.mark.parametrize(("fmt", "enough"), [(LETTER, 1), (LARGE_PRINT, 2)])
def test_few_gaps_leave_the_end_of_a_letter_room_where_lines_are_free(
    fmt: Format, enough: int
) -> None:
    """A post of one paragraph has no gaps that could be smaller."""
    costs = 0
    for lines in {LETTER: range(50, 60), LARGE_PRINT: range(34, 44)}[fmt]:
        variant = a_letter_of(lines, fmt, in_paragraphs_of=lines)
        bare = without_ending(variant)
        places = bottoms(bare, len(bare) - 1)
        pitch = max(after - before for before, after in pairwise(places[:4]))
        free = int((FOOT_OF_WORDS - places[-1]) / pitch)
        is_cost = typeset(variant, LOOK).sheets > sheets_of(len(bare))
        costs += is_cost

        assert not is_cost or free < enough

    # The reference page says so: with no such room there is no help for it.
    assert costs


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
def test_what_gives_way_is_never_the_type_nor_the_parting_of_paragraphs(
    fmt: Format,
) -> None:
    variant = a_letter_of({LETTER: 54, LARGE_PRINT: 35}[fmt], fmt)
    sheets = Sheets(typeset(variant, LOOK).pdf)
    assert "To change or stop these letters, ring 01632 960 155." in sheets.text(1)
    marks = [mark for page in range(len(sheets)) for mark in sheets.marks(page)]
    steps = [after - before for before, after in pairwise(bottoms(sheets, 1))]

    assert min(mark.points for mark in marks if mark.top > 100) >= fmt.points - 0.1
    # Lines of a paragraph stand at least 1.2 times the type apart, as clear print
    # asks, and paragraphs a quarter more than lines.
    millimetres = fmt.points * 25.4 / 72
    assert min(steps) >= 1.2 * millimetres
    assert max(steps) >= 1.25 * min(steps)


def _without(text: str, *parts: str) -> str:
    """Return what all readers' letters say, without what is one reader's own."""
    for part in parts:
        text = text.replace(part, "")
    return text


@pytest.mark.parametrize("lines", [44, 52, 54])
def test_a_preview_ends_as_the_letter_will(lines: int) -> None:
    variant = a_letter_of(lines, LETTER)
    ending = "ring 01632 960 155"
    why = "You are on our list, and we have no record of how that came to be. If you "
    why += "did not ask for it, please tell us. "
    brief = "We have no record of why you get it. "

    sheets = Sheets(preview(variant, LOOK))
    printed = Sheets(typeset(variant, LOOK).pdf)

    assert len(sheets) == len(printed)
    preview_end, printed_end = (
        _without(text[text.rindex(ending) :], "SAMPLE ", why, brief)
        for text in (sheets.whole_text(), printed.whole_text())
    )
    assert preview_end == printed_end
