"""Lines of ours that are English for want of a word in a language from right to left.

Judged by Unicode's bidirectional algorithm as Chromium and pdfium show it: a line says
its own language, direction and side, or its sentences stand in the wrong order.
"""

from dataclasses import replace

import pytest
from lxml import etree

from digest.model.editions.edition import Variant
from digest.model.formats import HTML, LARGE_PRINT, LETTER, Format
from digest.render.email.compile import preview_html
from digest.render.letter.letter import LetterOptions, typeset
from digest.render.options import RenderOptions
from tests.builders import EIGHT, a_post, a_variant, an_event, words
from tests.sheets import Sheets

ARABIC = "نشعل الفوانيس كل مساء في القاعة."
RIGHT_TO_LEFT = ("ar", "ur", "he")


def a_mixed_variant(language: str, **changes: object) -> Variant:
    """Return one whose readers' language no catalogue of ours has."""
    own = a_post("a", title="الفوانيس", summary="", byline=None, body=words(ARABIC))
    items = (
        own,
        a_post("b", title="The open door", url="https://example.org/b"),
        an_event("c"),
    )
    return replace(a_variant(*items, language=language, format=HTML), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", RIGHT_TO_LEFT)
@pytest.mark.parametrize("state", [{"draft": True}, {"rehearsal": True}, {}])
def test_each_english_line_of_such_an_email_is_english_as_a_whole(
    language: str, state: dict[str, bool]
) -> None:
    html = preview_html(a_mixed_variant(language, **state), RenderOptions(EIGHT))
    page = etree.fromstring(html, etree.HTMLParser())
    lines = page.xpath("//p | //h2 | //h3")
    english = [
        line
        for line in lines
        if all(ord(letter) < 0x590 for letter in "".join(line.itertext()))
        and any(map(str.isalpha, "".join(line.itertext())))
    ]

    assert len(english) > 8
    for line in english:
        text = "".join(line.itertext())
        assert line.get("dir") == "ltr", text
        assert (line.get("lang") or "").startswith("en"), text
        assert "text-align:left" in line.get("style"), text


def test_arabic_lines_and_lines_of_both_stay_as_the_page_is() -> None:
    html = preview_html(a_mixed_variant("ar"), RenderOptions(EIGHT))
    page = etree.fromstring(html, etree.HTMLParser())
    date, byline, own = (
        page.xpath("//p[@class='date']")[0],
        page.xpath("//p[contains(., 'By ')]")[0],
        page.xpath(f"//p[contains(., '{ARABIC}')]")[0],
    )

    assert [line.get("dir") for line in (date, byline, own)] == [None] * 3
    assert page.get("dir") == "rtl"


def test_words_that_are_no_element_hold_no_markup() -> None:
    html = preview_html(a_mixed_variant("ar"), RenderOptions(EIGHT))
    page = etree.fromstring(html, etree.HTMLParser())

    assert "<" not in page.findtext("head/title")
    assert page.xpath("//div[@role='article']/@aria-label") == [
        page.findtext("head/title")
    ]


def test_an_english_email_marks_no_line_of_ours() -> None:
    html = preview_html(a_variant(), RenderOptions(EIGHT))
    page = etree.fromstring(html, etree.HTMLParser())

    assert not page.xpath("//p[@dir] | //h2[@dir]")


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
@pytest.mark.parametrize("language", RIGHT_TO_LEFT)
@pytest.mark.parametrize("has_slip", [True, False])
def test_each_english_line_of_such_a_letter_begins_at_the_left(
    language: str,
    fmt: Format,
    has_slip: bool,  # noqa: FBT001 - a column of the table
) -> None:
    variant = a_mixed_variant(language, format=fmt)
    letter = replace(variant.campaign.letter, slip=has_slip)
    campaign = replace(variant.campaign, letter=letter)
    sheets = Sheets(typeset(replace(variant, campaign=campaign), LetterOptions()).pdf)
    marks = [mark for page in range(len(sheets)) for mark in sheets.marks(page)]
    text = "".join(mark.text for mark in marks)

    # pdfium tells the words of such a page from its right to its left.
    def begins(last: str, first: str) -> float:
        return marks[text.rindex(last + first) + len(last)].x0

    title_x = begins("open", "The")
    listed = (("to", "How"), ("do", "You"), ("helps", "It"))
    for line in (("Ann", "By"), *((("ask", "To"),) if has_slip else listed)):
        assert begins(*line) == pytest.approx(title_x, abs=1), line
    # A slip has the strip beside the lines too, here on their left.
    for line in (("tick", "Please"), ("it", "Post")) if has_slip else ():
        assert begins(*line) == pytest.approx(20, abs=1), line
    # The stop at the end of a line is after its last word, not before its first.
    end = text.index(".pagethis")
    assert marks[end].x0 > marks[end + len("page")].x0
