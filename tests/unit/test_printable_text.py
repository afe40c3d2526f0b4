"""Text is made fit to print before anything is set."""

import pytest

from digest.render.paper.printable_text import (
    breakable,
    printable,
    unprintable,
    unprintable_scripts,
    without_unprintable,
)
from digest.render.words.catalogue import words_for
from tests.extra_fonts import without_extra_fonts

ENGLISH = words_for("en-GB")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Siân Ŵyn, Llŷn; Dąbrowska, Łódź, żółć", id="Welsh and Polish"),
        pytest.param(
            "\u0410\u043b\u0435\u043a\u0441\u0430\u043d\u0434\u0440", id="Cyrillic"
        ),
        pytest.param("Ελένη", id="Greek"),
        pytest.param("فاطمة اقبال ٹھٹھہ", id="Arabic and Urdu"),
        pytest.param("শ্রীমতী রহমান", id="Bengali"),
        pytest.param("ਗੁਰਪ੍ਰੀਤ", id="Punjabi"),
        pytest.param("પટેલ", id="Gujarati"),
        pytest.param("हम गुरुवार को मिलते हैं।", id="Hindi"),
        pytest.param("தமிழ்", id="Tamil"),
        pytest.param("አማርኛ", id="Amharic"),
        pytest.param("ภาษาไทย", id="Thai"),
        pytest.param("հայերեն", id="Armenian"),
        pytest.param("ქართული", id="Georgian"),
        pytest.param("£5 \N{EN DASH} “half” ½ … • ✓ ☐ → ₂ €", id="signs"),
        pytest.param("one\ntwo", id="a line break"),
    ],
)
def test_what_our_fonts_have_is_printed_as_it_is(text: str) -> None:
    assert printable(text, ENGLISH) == text
    assert unprintable(text) == ""


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param("Party 🎉!", "Party (party popper)!", id="an emoji is said"),
        pytest.param("Hi 👋🏽", "Hi (waving hand sign)", id="its skin tone is not"),
        pytest.param("🎉🎉🎉", "(party popper)", id="the same one once"),
        pytest.param("I ❤️ tea", "I ❤ tea", id="a sign we have, without its colour"),
        pytest.param("🇬🇧 day", "(flag) day", id="a flag"),
        pytest.param("🏴󠁧󠁢󠁷󠁬󠁳󠁿 day", "(flag of Wales) day", id="a nation's flag"),
        pytest.param("🏴󠁵󠁳󠁴󠁸󠁿 day", "(flag) day", id="a flag of elsewhere"),
        pytest.param(
            "ខ្មែរ", "[words in Khmer letters]", id="letters and marks together"
        ),
        pytest.param(
            "ខ្មែរ ខ្មែរ, 10:30 ខ្មែរ", "[words in Khmer letters]", id="a sentence once"
        ),
        pytest.param("hy\u00adphen\ufeff", "hyphen", id="soft hyphens"),
        pytest.param("a\x00b\x1bc\u202ed", "abcd", id="control characters"),
        pytest.param("\ue000", "", id="private use"),
        pytest.param("cafe\u0301", "café", id="composed"),
    ],
)
def test_what_they_lack_is_put_in_words(text: str, printed: str) -> None:
    assert printable(text, ENGLISH) == printed


@without_extra_fonts
@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param(
            "say 中文 now", "say [words in Chinese letters] now", id="Chinese"
        ),
        pytest.param(
            "在 星期四, 10:30 见面。", "[words in Chinese letters]", id="a sentence"
        ),
        pytest.param("コーヒーと人々", "[words in Japanese letters]", id="Japanese"),
        pytest.param(
            "第3 등불 주간",
            "[words in Chinese letters]3 [words in Korean letters]",
            id="Korean",
        ),
        pytest.param(
            "王小明, 김민준, さくら",
            "[words in Chinese letters], [words in Korean letters],"
            " [words in Japanese letters]",
            id="names of three languages",
        ),
    ],
)
def test_letters_of_east_asia_are_those_of_the_letters_they_stand_beside(
    text: str, printed: str
) -> None:
    assert printable(text, ENGLISH) == printed


@without_extra_fonts
def test_a_text_with_kana_is_japanese_throughout() -> None:
    assert unprintable_scripts("公民館で。毎週、午後。 休日", ENGLISH) == ["Japanese"]
    assert unprintable_scripts("休日", ENGLISH) == ["Chinese"]


def test_what_cannot_be_printed_is_listed_once_and_in_order() -> None:
    assert unprintable("មែន and មែ 🎉") == "មែន🎉"


@pytest.mark.parametrize(
    ("text", "most", "broken"),
    [
        pytest.param("short words only", 10, "short words only", id="short words"),
        pytest.param("abcdef", 4, "a|b|c|d|e|f", id="a long word anywhere"),
        pytest.param(
            "ab.org/cd-ef", 8, "ab.|org/|cd-|ef", id="an address after its signs"
        ),
        pytest.param("a\u0323bcd", 3, "a\u0323|b|c|d", id="never before its mark"),
    ],
)
def test_a_long_word_may_break(text: str, most: int, broken: str) -> None:
    assert breakable(text, most).replace("\u200b", "|") == broken


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        pytest.param("Ann \N{PARTY POPPER} Example", "Ann Example", id="an emoji"),
        pytest.param(
            "Ann\N{HEAVY BLACK HEART}\ufe0f", "Ann\N{HEAVY BLACK HEART}", id="a sign"
        ),
        pytest.param("Anna\u16a0beth Example", "Annabeth Example", id="one odd letter"),
        pytest.param("\u738b\u5c0f\u660e", "\u738b\u5c0f\u660e", id="nothing but them"),
        pytest.param("Al \u738b", "Al \u738b", id="a third of them"),
        pytest.param("\N{PARTY POPPER}", "\N{PARTY POPPER}", id="no name at all"),
    ],
)
def test_a_name_is_printed_without_what_nobody_can_print(
    name: str, printed: str
) -> None:
    assert without_unprintable(name) == printed


def test_words_without_spaces_are_left_to_who_knows_where_they_end() -> None:
    assert breakable("ภาษาไทยเป็นภาษาที่สวยงาม", 4) == "ภาษาไทยเป็นภาษาที่สวยงาม"
