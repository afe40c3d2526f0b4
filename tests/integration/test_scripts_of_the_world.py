"""Posts in scripts other than Latin on paper, with the extra digest[fonts] or without.

What each word says is of no matter; each is in its language.
"""

import re

import pytest

from digest.model.formats import LARGE_PRINT, LETTER, Format
from digest.model.people.postal_address import PostalAddress
from digest.render.families import family_of
from digest.render.letter.address_block import cannot_print
from digest.render.letter.letter import Letter, LetterOptions, typeset
from digest.render.options import RenderOptions
from tests.builders import EIGHT, a_post, a_variant, words
from tests.contract.test_formats import ADDRESSEE
from tests.extra_fonts import with_extra_fonts, without_extra_fonts
from tests.sheets import Mark, Sheets

LOOK = LetterOptions()
SHIPPED = {
    "hi": ("NotoSansDevanagari", "हर बुधवार दोपहर दो बजे आइए।"),
    "ta": ("NotoSansTamil", "செவ்வாய்க்கிழமை மாலை சந்திப்போம்."),
    "am": ("NotoSansEthiopic", "እባክዎ ማክሰኞ ከሰዓት በኋላ ይምጡ።"),
    "th": ("NotoSansThai", "มาพบกันที่ศาลาประชาคมทุกวันพุธ"),
    "hy": ("NotoSansArmenian", "Եկեք մեզ մոտ ամեն չորեքշաբթի\u0589"),
    "ka": ("NotoSansGeorgian", "მოდით ჩვენთან ყოველ ოთხშაბათს."),
    "gu": ("NotoSansGujarati", "દર બુધવારે બપોરે આવો."),
    "pa": ("NotoSansGurmukhi", "ਹਰ ਬੁੱਧਵਾਰ ਆਓ।"),
    "bn": ("NotoSansBengali", "প্রতি বুধবার আসুন।"),
    "he": ("NotoSansHebrew", "בואו בכל יום רביעי."),
}
OF_THE_EXTRA = {
    "zh": "每个星期三下午\uff0c欢迎大家。",
    "zh-Hant": "每個星期三下午\uff0c歡迎大家。",
    "ja": "毎週水曜日の午後、コーヒーを飲みましょう。",
    "ko": "매주 수요일 오후, 누구나 환영합니다.",
}
CHINESE, JAPANESE, KOREAN = (OF_THE_EXTRA[tag] for tag in ("zh", "ja", "ko"))
KHMER = "សូមមកជួបជុំគ្នា"


def families(sheets: Sheets) -> set[str]:
    """Return the families of the fonts used, all of which must be embedded."""
    assert all(is_embedded for _, is_embedded in sheets.fonts())
    return {re.split("[-_]", name)[0] for name, _ in sheets.fonts()}


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
def test_each_script_whose_font_comes_with_us_is_printed(fmt: Format) -> None:
    posts = [
        a_post(tag, title=text, body=words(text), language=tag, byline=None, summary="")
        for tag, (_, text) in SHIPPED.items()
    ]
    body = typeset(a_variant(*posts, format=fmt), LOOK)

    assert {family for family, _ in SHIPPED.values()} <= families(Sheets(body.pdf))
    assert "unprinted" not in body.facts


@with_extra_fonts
@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
def test_chinese_japanese_and_korean_are_printed_with_the_extra(fmt: Format) -> None:
    posts = [
        a_post(tag, title=text, body=words(text), language=tag, byline=None, summary="")
        for tag, text in OF_THE_EXTRA.items()
    ]
    body = typeset(a_variant(*posts, format=fmt), LOOK)
    sheets = Sheets(body.pdf)
    text = "".join(sheets.whole_text().split())

    assert any(family.startswith("NotoSansCJK") for family in families(sheets))
    assert all(text.count("".join(each.split())) >= 2 for each in OF_THE_EXTRA.values())
    assert "unprinted" not in body.facts


@with_extra_fonts
def test_a_reader_whose_name_and_language_are_chinese_is_written_to_as_they_are() -> (
    None
):
    letter = Letter("1.1", "王小明", PostalAddress(("1 Example Street",), "ZZ99 1AA"))
    body = typeset(a_variant(format=LETTER, language="zh"), LOOK)

    assert cannot_print(letter) is None
    assert "2026年7月6日" in "".join(Sheets(body.pdf).whole_text().split())


def gap_before(mark: str, marks: list[Mark]) -> float:
    """Return how far the ink of the first such mark stands from what is before it."""
    place = next(n for n, each in enumerate(marks) if each.text == mark)
    return marks[place].x0 - marks[place - 1].x1


@with_extra_fonts
def test_a_comma_of_taiwan_stands_in_the_middle_and_one_of_china_at_the_side() -> None:
    """Unicode has one comma for both, and the font a shape for each."""
    gaps = []
    for tag in ("zh-Hans", "zh-Hant"):
        body = words("星期三\uff0c大家。")
        post = a_post(title="", summary="", body=body, language=tag)
        letter = typeset(a_variant(post, format=LETTER), LOOK)
        gaps.append(gap_before("\uff0c", [*Sheets(letter.pdf).marks(0)]))

    at_the_side, in_the_middle = gaps
    assert in_the_middle > at_the_side + 1


@without_extra_fonts
def test_without_the_extra_staff_are_told_of_each_post_and_once_what_to_do() -> None:
    posts = [
        a_post("a", title="The choir", body=words(CHINESE)),
        a_post("b", title="Coffee", body=words(JAPANESE)),
        a_post(
            "c", title="Neighbours", body=words(f"We thank {KOREAN} for all of it.")
        ),
    ]
    lines = typeset(a_variant(*posts, format=LETTER), LOOK).facts["unprinted"]

    assert lines[:3] == [
        "“The choir” is in Chinese letters, which no font here has: readers are told so"
        " in its place",
        "“Coffee” is in Japanese letters, which no font here has: readers are told so"
        " in its place",
        "“Neighbours” has words in Korean letters, which no font here has: readers are"
        " told so in their place",
    ]
    (cure,) = lines[3:]
    assert "pip install 'digest[fonts]'" in cure
    assert "from the next edition on" in cure


@without_extra_fonts
def test_a_preview_tells_staff_before_an_edition_is_made() -> None:
    variant = a_variant(a_post(title="The choir", body=words(CHINESE)), format=LETTER)
    family, (preview,) = family_of(LETTER), LETTER.previews

    facts = family.preview(variant, preview, RenderOptions(EIGHT), ADDRESSEE).facts

    assert "The choir" in facts["unprinted"][0]
    assert "digest[fonts]" in facts["unprinted"][-1]


def test_a_script_that_the_extra_has_not_either_is_told_without_it() -> None:
    post = a_post(title="The choir", body=words(KHMER))
    (line,) = typeset(a_variant(post, format=LETTER), LOOK).facts["unprinted"]

    assert line.startswith("“The choir” is in Khmer letters")
    assert "pip" not in line


@without_extra_fonts
def test_a_name_that_cannot_be_printed_can_be_with_the_extra() -> None:
    address = PostalAddress(("1 Example Street",), "ZZ99 1AA")
    reason, other = (
        cannot_print(Letter("1.1", name, address)) for name in ("王小明", "សូមមក")
    )

    assert reason
    assert other
    assert "pip install 'digest[fonts]', or write it another way" in reason
    assert "pip" not in other
