"""A print run: every letter in one file, read back from the PDF."""

import ctypes
import gc
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import segno

from digest.errors import RenderError
from digest.model.campaigns.campaign import Envelope, LetterHead
from digest.model.formats import LARGE_PRINT, LETTER, Format
from digest.model.people.postal_address import PostalAddress
from digest.render.letter.address_zones import GEOMETRIES
from digest.render.letter.batch import print_run
from digest.render.letter.batch.cover_sheet import cover_sheet
from digest.render.letter.batch.manifest import LetterStack
from digest.render.letter.batch.print_run import PrintRunHead, for_one_file, lay
from digest.render.letter.letter import (
    SAMPLE,
    Letter,
    LetterBody,
    LetterOptions,
    preview,
    typeset,
)
from tests.builders import EIGHT, SENDER, a_campaign, a_post, a_variant, words
from tests.rich import a_rich_variant
from tests.sheets import Sheets

LOOK = LetterOptions()
HEAD = PrintRunHead(a_campaign(), "k7qf2mxa", EIGHT)
STREET = ("1 Example Street", "Exampleton")


def an_addressed(reference: str, postcode: str = "ZZ99 1AA", **parts: str) -> Letter:
    """Return a letter to Ann of that postcode, with the short body."""
    name = parts.get("name", "Ann Example")
    address = PostalAddress(STREET, postcode)
    return Letter(reference, name, address, parts.get("body", "short"))


@pytest.fixture(scope="module")
def bodies() -> Mapping[str, LetterBody]:
    """Return a body of one page, of an odd and of an even number of more."""
    long = a_variant(
        *(a_post(str(n), body=words("Rain. " * 250)) for n in range(2)),
        format=LETTER,
    )
    return {
        "short": typeset(a_variant(format=LETTER), LOOK),
        "rich": typeset(a_rich_variant(format=LETTER), LOOK),
        "large": typeset(a_rich_variant(format=LARGE_PRINT), LOOK),
        "long": typeset(long, LOOK),
    }


MIXED = (
    an_addressed("R-1", "ZZ19 1AA", body="large"),
    an_addressed("R-2", "ZZ2 1AA", body="rich"),
    an_addressed("R-3", "ZZ2 1AA"),
    an_addressed("R-4", "Z1 1AA", body="long"),
)


def test_letters_come_in_the_order_of_a_round(bodies: Mapping[str, LetterBody]) -> None:
    run = lay(MIXED, bodies, HEAD)

    assert [row.reference for row in run.rows] == ["R-4", "R-2", "R-3", "R-1"]
    assert [row.number for row in run.rows] == [1, 2, 3, 4]
    assert Sheets(run.pdf).bookmarks() == [
        *("Z1 1AA R-4", "ZZ2 1AA R-2", "ZZ2 1AA R-3", "ZZ19 1AA R-1")
    ]
    assert not run.problems


def test_the_reference_is_a_code_that_a_scanner_types(
    bodies: Mapping[str, LetterBody],
) -> None:
    run = lay([an_addressed("14.7")], bodies, HEAD)
    sheets, page = Sheets(run.pdf), run.rows[0].first_page - 1
    code, dots = (
        segno.make(".14.7.", micro=False, mask=0, boost_error=False, error="m"),
        20,
    )
    printed = sheets.dots(page, dots)
    module = 10 / 21

    def is_black(row: int, column: int) -> bool:
        x, y = 6 + (column + 0.5) * module, 277 + (row + 0.5) * module
        return bool(printed[round(y * dots)][round(x * dots)])

    read = [[is_black(row, column) for column in range(21)] for row in range(21)]
    assert read == [[bool(module) for module in row] for row in code.matrix]
    # A scanner asks for four modules of white around it.
    assert sheets.ink(page, (6 - 4 * module, 277 - 4 * module, 20, 277)) is None
    assert sheets.ink(page, (16.1, 270, 16 + 4 * module, 292)) is None


def test_each_letter_begins_on_a_sheet_and_the_list_says_where(
    bodies: Mapping[str, LetterBody],
) -> None:
    run = lay(MIXED, bodies, HEAD)
    sheets = Sheets(run.pdf)

    for row in run.rows:
        assert row.first_page % 2 == 1
        assert row.sheets == -(-row.pages // 2)
        for page in range(row.pages):
            text = sheets.text(row.first_page - 1 + page)
            assert f"Page {page + 1} of {row.pages}" in text
            assert row.reference in text
        if row.pages % 2 and row is not run.rows[-1]:
            assert sheets.ink(row.first_page - 1 + row.pages, (0, 0, 210, 297)) is None
    for letter, following in pairwise(run.rows):
        assert following.first_page == letter.first_page + 2 * letter.sheets
    assert run.sheets == sum(row.sheets for row in run.rows)


def test_the_packing_list_comes_first(bodies: Mapping[str, LetterBody]) -> None:
    sheets = Sheets(lay(MIXED, bodies, HEAD).pdf)

    assert "1 R-4 Z1 1AA 14 point" in sheets.text(1)
    assert "4 R-1 ZZ19 1AA 18 point" in sheets.text(1)
    assert sheets.text(1).count("Postcode") == 1


def test_the_cover_sheet_says_what_to_have_ready_and_what_to_do(
    bodies: Mapping[str, LetterBody],
) -> None:
    alike = [an_addressed(f"R-{n}", body="rich") for n in range(3)]
    each = -(-bodies["rich"].pages // 2)
    head = replace(HEAD, organiser="Tidewell Library")
    run = lay(alike, bodies, head)
    text = Sheets(run.pdf).text(0)

    assert text.startswith("Lantern Week, Monday 6 July 2026 Tidewell Library")
    assert f"3 letters {each} sheets each {3 * each} sheets of A4" in text
    assert "3 second class stamps" in text
    assert "DL envelopes with a window" in text
    assert "There are 3." in text
    assert {row.organiser for row in run.rows} == {"Tidewell Library"}
    # Mixed, as before, or of proofs: nothing is said that does not hold.
    proofs = Sheets(lay(MIXED, bodies, replace(head, rehearsal=True)).pdf).text(0)
    assert "sheets each" not in proofs
    assert "stamp" not in proofs
    assert "Do not post them" in proofs


@pytest.mark.parametrize(("sheets", "words"), [(4, "at the small marks"), (5, "label")])
def test_what_is_too_thick_for_the_window_envelope_needs_a_label(
    sheets: int, words: str
) -> None:
    stack = LetterStack.of([sheets] * 2, 0, "")
    letterhead = LetterHead(SENDER, Envelope.DL)
    cover = cover_sheet(stack, letterhead, HEAD.words, are_proofs=False)

    assert words in " ".join(map(" ".join, cover["steps"]))


def test_each_page_of_a_rehearsals_packing_list_says_that_it_is_a_proof(
    bodies: Mapping[str, LetterBody],
) -> None:
    letters = [an_addressed(f"R-{number}") for number in range(60)]
    run = lay(letters, bodies, replace(HEAD, rehearsal=True))
    sheets = Sheets(run.pdf)
    packing = [sheets.text(page) for page in range(run.rows[0].first_page - 1)]

    assert sum(map(bool, packing)) > 1
    assert all("PROOF" in text for text in packing if text)


def _places(sheets: Sheets, page: int) -> list[tuple[float, float]]:
    marks = sheets.marks(page)
    return sorted((round(mark.x0, 1), round(mark.top, 1)) for mark in marks)


def _differing_dots(first: list[bytes], second: list[bytes]) -> int:
    # A hair's grey at an edge may fall on either side of what counts as ink.
    pairs = zip(first, second, strict=True)
    return sum(
        sum(a != b for a, b in zip(row, beside, strict=True))
        for row, beside in pairs
        if row != beside
    )


@pytest.mark.parametrize("envelope", Envelope)
@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        pytest.param(LETTER, "en-GB", id="letter"),
        pytest.param(LARGE_PRINT, "en-GB", id="large print"),
        pytest.param(LETTER, "ar", id="from right to left"),
    ],
)
def test_a_letter_looks_the_same_alone_and_in_the_run(
    wanted: Format, language: str, envelope: Envelope
) -> None:
    campaign = a_campaign(letter=LetterHead(SENDER, envelope, "01632 960 155"))
    variant = a_rich_variant(format=wanted, campaign=campaign, language=language)
    to = replace(SAMPLE, name="Siân Ŵyn", body_key="it")

    alone = Sheets(preview(variant, LOOK, to))
    run = lay([to], {"it": typeset(variant, LOOK)}, replace(HEAD, campaign=campaign))
    batch, first = Sheets(run.pdf), run.rows[0].first_page - 1

    for page in range(len(alone)):
        assert _places(alone, page) == _places(batch, first + page)
    assert _differing_dots(alone.dots(0, 12), batch.dots(first, 12)) < 100


def test_what_cannot_be_printed_is_named_and_the_others_go_on(
    bodies: Mapping[str, LetterBody],
) -> None:
    letters = (
        an_addressed("R-1"),
        an_addressed("R-2", name="មីន"),
        an_addressed("R-3", name="W" * 60),
        replace(
            an_addressed("R-4"),
            address=PostalAddress(("1 Example 🎉 Street", "Exampleton"), "ZZ9 1AA"),
        ),
        an_addressed("R-5", body="never made"),
        an_addressed("R-1"),
    )

    run = lay(letters, bodies, HEAD)

    assert [row.reference for row in run.rows] == ["R-4", "R-1"]
    problems = {
        (problem.reference, problem.words.split(",")[0]) for problem in run.problems
    }
    assert problems == {
        ("R-2", "the name holds ម ី ន"),
        ("R-3", "the address does not fit the window even at 10 point: shorten its"
         " lines or use fewer of them"),
        ("R-5", "its words have not been set: render the edition again"),
        ("R-1", "another letter has this reference: give each its own"),
    }  # fmt: skip
    assert "R-3" not in Sheets(run.pdf).whole_text()
    assert "1 Example Street" in Sheets(run.pdf).text(run.rows[0].first_page - 1)


@pytest.mark.parametrize("envelope", Envelope)
def test_a_full_address_is_fitted_into_the_window(envelope: Envelope) -> None:
    campaign = a_campaign(letter=LetterHead(SENDER, envelope))
    body = typeset(a_variant(format=LETTER, campaign=campaign), LOOK)
    lines = ("Flat 3", "Second Floor", "The Old Depot", "112 Long Terrace", "Townbury")
    to = Letter(
        "R",
        "Professor Dame Małgorzata Example",
        PostalAddress(lines, "ZZ9 1AA"),
        "b",
    )

    run = lay([to], {"b": body}, replace(HEAD, campaign=campaign))

    assert not run.problems
    page = Sheets(run.pdf)
    at, clear = GEOMETRIES[envelope].address, GEOMETRIES[envelope].clear
    ink = page.ink(
        run.rows[0].first_page - 1,
        (clear.x, clear.y, clear.x + clear.width, clear.y + clear.height),
    )
    assert ink is not None
    assert at.x - 0.5 <= ink[0]
    assert ink[2] <= at.x + at.width
    assert at.y <= ink[1]
    assert ink[3] <= at.y + at.height


def test_a_salutation_too_long_for_its_line_greets_the_reader(
    bodies: Mapping[str, LetterBody],
) -> None:
    to = replace(an_addressed("R-1"), name="Ann " * 18)

    run = lay([to], bodies, HEAD)

    assert "Dear reader," in Sheets(run.pdf).text(run.rows[0].first_page - 1)


def test_a_hostile_name_is_printed_as_typed(bodies: Mapping[str, LetterBody]) -> None:
    name = '*x* #panic() $1$ <a> @b // \\ "'

    run = lay([an_addressed("R-1", name=name)], bodies, HEAD)

    assert Sheets(run.pdf).text(run.rows[0].first_page - 1).count(name) == 2


@pytest.mark.parametrize("letters", [(), (an_addressed("R-1", name="ម"),)])
def test_nothing_to_print_is_no_file(
    letters: tuple[Letter, ...], bodies: Mapping[str, LetterBody]
) -> None:
    run = lay(letters, bodies, HEAD)

    assert (run.pdf, run.rows) == (b"", ())
    assert len(run.problems) == len(letters)


def test_a_body_that_is_no_longer_a_pdf_is_one_line() -> None:
    body = LetterBody(b"not a pdf", typeset(a_variant(format=LETTER), LOOK).facts)

    with pytest.raises(RenderError) as fault:
        lay([an_addressed("R-1")], {"short": body}, HEAD)

    assert "\n" not in str(fault.value)


def test_facts_survive_being_stored(bodies: Mapping[str, LetterBody]) -> None:
    for body in bodies.values():
        assert json.loads(json.dumps(body.facts)) == body.facts


def test_many_letters_are_cut_into_files_in_one_order(
    bodies: Mapping[str, LetterBody], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_run, "PRINT_FILE_PAGES", 4)
    letters = [an_addressed(f"R-{n}", f"ZZ{n} 1AA") for n in (3, 1, 5, 2, 4)]

    part = for_one_file(letters, bodies)

    assert [letter.reference for letter in part] == ["R-1", "R-2"]


def test_a_file_has_letters_that_are_folded_and_stamped_alike(
    bodies: Mapping[str, LetterBody],
) -> None:
    abroad = PostalAddress(STREET, country="France")
    letters = [
        *(an_addressed(f"R-{n}", body="large") for n in (1, 2)),
        *(an_addressed(f"R-{n}") for n in (3, 4)),
        *(replace(an_addressed(f"R-{n}"), address=abroad) for n in (6, 7, 8)),
    ]
    files = []
    while letters:
        part = for_one_file(letters, bodies)
        files.append([letter.reference for letter in part])
        letters = [letter for letter in letters if letter not in part]

    # The largest pile first; of two as large, the thinner letters.
    assert files == [["R-6", "R-7", "R-8"], ["R-3", "R-4"], ["R-1", "R-2"]]


def test_a_letter_longer_than_a_file_may_be_has_one_of_its_own(
    bodies: Mapping[str, LetterBody], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_run, "PRINT_FILE_PAGES", 1)

    assert len(for_one_file(MIXED, bodies)) == 1


class _Malloc(ctypes.Structure):
    """What the C library's `mallinfo2` says; `in_use` leaves out what is mapped."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "free_chunks", "fast_chunks", "mappings", "mapped"),
            *("most", "fast_free", "in_use", "free", "releasable"),
        )
    )


def _in_use() -> tuple[int, int]:
    """Return how many bytes the C library has lent, and Python's small blocks.

    Not what the process has of the machine: a thread's heap that grows late, or is
    given back late, is in that, by chance.
    """
    gc.collect()
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = _Malloc
    memory = mallinfo()
    return memory.in_use + memory.mapped, sys.getallocatedblocks()


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="the C library is not GNU's"
)
def test_memory_is_flat_from_file_to_file(bodies: Mapping[str, LetterBody]) -> None:
    used = []
    for run in range(6):
        lay([an_addressed(f"{run}-{n}", body="rich") for n in range(20)], bodies, HEAD)
        used.append(_in_use())
    bytes_more, blocks_more = (
        last - early for early, last in zip(used[2], used[-1], strict=True)
    )

    # Three files more. Typst keeps each name that it has read: 20 kB of a file. A file
    # itself is of 150 kB, and what there is of its making, of 2 MB.
    assert bytes_more < 250_000, used
    assert blocks_more < 200, used


_AGAIN = """
import hashlib, sys
from tests.integration.test_print_run import made_bytes
sys.stdout.write(hashlib.sha256(made_bytes()).hexdigest())
"""


def made_bytes() -> bytes:
    """Return a body, a preview and a run made from the same things each time."""
    variant = a_rich_variant(format=LARGE_PRINT)
    body = typeset(variant, LOOK)
    run = lay([replace(MIXED[0], body_key="it")], {"it": body}, HEAD)
    return body.pdf + preview(variant, LOOK) + run.pdf


def test_the_same_letters_are_the_same_bytes_in_every_process() -> None:
    here = made_bytes()
    again = subprocess.run(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-c", _AGAIN],
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": "src:."},
        capture_output=True,
        text=True,
        check=True,
    )

    assert made_bytes() == here
    assert again.stdout == hashlib.sha256(here).hexdigest()


def test_a_body_that_cannot_be_laid_down_costs_its_own_letters_alone(
    bodies: Mapping[str, LetterBody],
) -> None:
    damaged = replace(bodies["rich"], pdf=b"no PDF any more")

    run = lay(MIXED, {**bodies, "rich": damaged}, HEAD)

    assert {row.reference for row in run.rows} == {"R-1", "R-3", "R-4"}
    assert [problem.reference for problem in run.problems] == ["R-2"]


def test_a_run_of_which_nothing_can_be_laid_down_is_a_fault(
    bodies: Mapping[str, LetterBody],
) -> None:
    damaged = replace(bodies["rich"], pdf=b"no PDF any more")

    with pytest.raises(RenderError, match="could not be set"):
        lay(MIXED[1:2], {"rich": damaged}, HEAD)
