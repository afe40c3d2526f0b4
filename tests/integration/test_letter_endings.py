"""The end of a letter, which tells how to reach us, against the sheets it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import segno

from digest.model.campaigns.campaign import Campaign, Envelope, LetterHead
from digest.model.editions.edition import Variant
from digest.model.formats import LARGE_PRINT, LETTER, Format
from digest.model.posts.blocks import Paragraph, Table, TextSpan
from digest.render.letter.batch.print_run import PrintRunHead, lay
from digest.render.letter.blocks import LetterPictures
from digest.render.letter.contents import LetterForm, letter_job
from digest.render.letter.ending import Ending
from digest.render.letter.letter import (
    SAMPLE,
    LetterBody,
    LetterOptions,
    preview,
    typeset,
)
from digest.render.paper.typst_compiler import TypstCompiler
from tests.builders import EIGHT, SENDER, a_campaign, a_post, a_variant
from tests.rich import cells
from tests.sheets import Mark, Sheets

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


@dataclass(frozen=True, slots=True)
class SetLetter:
    """A letter of so many lines, its words, and its pages without its ending."""

    lines: int
    body: LetterBody
    text: str
    bare: int


@cache
def of_each_length(fmt: Format) -> list[SetLetter]:
    """Return the letters of all lengths, set once for all tests of them."""
    variants = {lines: a_letter_of(lines, fmt) for lines in LENGTHS[fmt]}
    return [
        SetLetter(
            lines,
            body := typeset(variant, LOOK),
            Sheets(body.pdf).whole_text(),
            len(without_ending(variant)),
        )
        for lines, variant in variants.items()
    ]


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
def test_how_to_reach_us_costs_no_sheet_at_any_length(fmt: Format) -> None:
    longer, brief = 0, 0
    for letter in of_each_length(fmt):
        text, bare = letter.text, letter.bare

        assert letter.body.sheets == sheets_of(bare), letter.lines
        assert "ring 01632 960 155" in text[text.rindex("morning") :], letter.lines
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


# Where the words of a page end, and how high a slip is above that.
LEAST = {LETTER: 54, LARGE_PRINT: 80}
CUT = "Cut here"
READ = "Read the other side, then cut here"
ASKS = (
    *("Please tick, and post this slip to us", "Phone me on", "Bigger print"),
    *("Email, easy read, braille or sound", "I have moved to"),
    *("Please stop these letters", "Post it to:"),
)


def campaign_with(**letter: Any) -> Campaign:
    head = {"sender": SENDER, "phone": "01632 960 155"} | letter
    return a_campaign(letter=LetterHead(**head))


def printed_page(sheets: Sheets, words: str) -> int:
    (page,) = [page for page in range(len(sheets)) if words in sheets.text(page)]
    return page


def place_of(sheets: Sheets, page: int, words: str) -> Mark:
    """Return the first character of those words on a page."""
    marks = [*sheets.marks(page)]
    text = "".join(mark.text for mark in marks)
    return marks[text.index(words.replace(" ", ""))]


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
@pytest.mark.parametrize("envelope", Envelope)
def test_a_letter_ends_with_a_slip_at_the_foot_of_its_last_page(
    fmt: Format, envelope: Envelope
) -> None:
    campaign = campaign_with(envelope=envelope)
    for lines in {LETTER: (3, 20, 30), LARGE_PRINT: (3, 9, 17)}[fmt]:
        variant = replace(a_letter_of(lines, fmt), campaign=campaign)
        sheets = Sheets(preview(variant, LOOK))
        page = len(sheets) - 1

        for words in (*ASKS, ", ".join(SENDER), "SAMPLE"):
            assert words in sheets.text(page)
        # The line begins a slip on a front; on a back it says to read the front first.
        assert (READ in sheets.text(page)) is (page % 2 == 1)
        assert CUT.lower() in sheets.text(page).lower()
        top = place_of(sheets, page, READ if page % 2 else CUT).top
        assert FOOT_OF_WORDS - top == pytest.approx(LEAST[fmt], abs=4)
        assert sheets.ink(page, (190.6, top - 2, 210, 297)) is None
        assert sheets.ink(page, (20, top - 6, 190, top - 2)) is None


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
def test_a_slip_costs_no_sheet_at_any_length(fmt: Format) -> None:
    slips = 0
    for letter in of_each_length(fmt):
        has_slip = "slip" in letter.body.facts
        slips += has_slip

        assert letter.body.sheets == sheets_of(letter.bare), letter.lines
        assert (ASKS[0] in letter.text) is has_slip

    # At the end of a sheet it gave way, to few lines that say how to reach us.
    assert 0 < slips < len(LENGTHS[fmt])


@pytest.mark.parametrize(
    "letter",
    [
        pytest.param({"slip": False}, id="switched off"),
        pytest.param({"sender": ()}, id="nowhere to post it to"),
    ],
)
def test_without_a_slip_a_letter_ends_with_a_list(letter: Mapping[str, Any]) -> None:
    variant = replace(a_letter_of(9, LETTER), campaign=campaign_with(**letter))
    body = typeset(variant, LOOK)
    text = Sheets(body.pdf).whole_text()

    assert "How to reach us" in text
    assert "have these letters in large print (18 point)" in text
    assert ASKS[0] not in text
    assert "slip" not in body.facts


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
@pytest.mark.parametrize("lines", [3, 17])
def test_a_slip_is_told_by_its_own_letters_code(fmt: Format, lines: int) -> None:
    body = typeset(a_letter_of(lines, fmt), LOOK)
    letters = [replace(SAMPLE, reference=f"{n}.7", body_key="it") for n in (1, 23)]
    run = lay(letters, {"it": body}, PrintRunHead(a_campaign(), "k", EIGHT))
    sheets, place = Sheets(run.pdf), body.facts["slip"]
    codes = []
    for letter, row in zip(letters, run.rows, strict=True):
        page = row.first_page - 2 + place["page"]
        box = (place["x"], place["y"], place["x"] + 12, place["y"] + 12)
        assert letter.reference in sheets.text(page)
        edges = sheets.ink(page, (box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1))
        assert edges == pytest.approx(box, abs=0.4)
        codes.append(code_at(sheets, page, box))
    # In the body that they share there is none.
    assert Sheets(body.pdf).ink(place["page"] - 1, box) is None

    assert codes == [modules(f".{letter.reference}.") for letter in letters]
    # A preview has its own in the same place.
    alone = Sheets(preview(a_letter_of(lines, fmt), LOOK))
    assert code_at(alone, len(alone) - 1, box) == modules(".SAMPLE.")


def test_a_body_that_was_kept_by_an_earlier_version_gets_no_code_of_a_slip() -> None:
    body = typeset(a_letter_of(3, LETTER), LOOK)
    place = body.facts["slip"]
    earlier = {name: body.facts[name] for name in body.facts.keys() - {"slip"}}
    letter = replace(SAMPLE, body_key="it")
    head = PrintRunHead(a_campaign(), "k", EIGHT)
    run = lay([letter], {"it": replace(body, facts=earlier)}, head)
    (row,) = run.rows
    x, y = place["x"], place["y"]

    assert run.problems == ()
    assert Sheets(run.pdf).ink(row.first_page - 1, (x, y, x + 12, y + 12)) is None


def test_a_template_of_before_the_slip_ends_with_the_lines_above_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "letter").mkdir()
    ours = (Path(__file__).parents[2] / "templates/letter/blocks.typ").read_text()
    drawing = '    if "slip" in b { reply-slip(b.slip) }\n'
    assert drawing in ours
    earlier = ours.replace(drawing, "")
    (tmp_path / "letter" / "blocks.typ").write_text(earlier)
    body = typeset(a_letter_of(3, LETTER), LetterOptions(templates_dir=tmp_path))

    assert "slip" not in body.facts
    assert "ring 01632 960 155 or write to" in Sheets(body.pdf).whole_text()


def modules(text: str) -> list[list[bool]]:
    code = segno.make(text, error="m", micro=False, mask=0, boost_error=False)
    return [[bool(module) for module in row] for row in code.matrix]


def code_at(
    sheets: Sheets, page: int, box: tuple[float, float, float, float]
) -> list[list[bool]]:
    """Return which modules of a code of 21 are dark."""
    per_mm, (x, y, right, _) = 20, box
    rows, side = sheets.dots(page, per_mm), (right - x) / 21
    return [
        [
            rows[round((y + (row + 0.5) * side) * per_mm)][
                round((x + (column + 0.5) * side) * per_mm)
            ]
            == 1
            for column in range(21)
        ]
        for row in range(21)
    ]


HOSTILE = r"*x* #panic() $1$ <a> @b // \ `c` [n] ~"


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
@pytest.mark.parametrize(
    ("sender", "is_there"),
    [
        pytest.param((HOSTILE, "1 Example Street", "ZZ99 1AA"), True, id="markup"),
        pytest.param(("W" * 300, "ZZ99 1AA"), False, id="one endless word"),
        pytest.param(tuple("A line of it" for _ in range(40)), False, id="endless"),
    ],
)
def test_an_address_that_is_too_long_or_odd_leaves_a_slip_whole(
    fmt: Format,
    sender: tuple[str, ...],
    is_there: bool,  # noqa: FBT001 - a column of the table
) -> None:
    variant = replace(a_letter_of(3, fmt), campaign=campaign_with(sender=sender))
    sheets = Sheets(preview(variant, LOOK))
    page = printed_page(sheets, ASKS[0])
    after = sheets.text(page).partition("Post it to:")[2]

    written = "".join(", ".join(sender).split())
    assert (written in "".join(after.split())) is is_there
    assert ("the address at the top of page 1" in after) is not is_there
    assert sheets.ink(page, (190.6, 100, 210, 297)) is None


def test_a_letter_with_a_table_at_its_end_has_it_above_the_slip() -> None:
    table = Table(cells("Who", "What"), tuple(cells(f"R{n}", "y") for n in range(12)))
    for rows in range(1, 13):
        whole = replace(table, rows=table.rows[:rows])
        variant = a_variant(a_post(body=(whole,)), format=LETTER)
        sheets = Sheets(typeset(variant, LOOK).pdf)
        page = printed_page(sheets, ASKS[0])
        last = printed_page(sheets, f"R{rows - 1} y")

        assert last <= page
        if last == page:
            row = place_of(sheets, page, f"R{rows - 1}y")
            assert row.bottom < place_of(sheets, page, ASKS[0]).top
        assert page == len(sheets) - 1
