"""The language and the direction of a post's words, and of each block that differs."""

# ruff: noqa: RUF001 - letters of other scripts that look like ours

import pytest

from digest.model.posts.blocks import Block, Heading, ListBlock, Paragraph, TextSpan
from digest.model.posts.text_language import (
    Direction,
    TextLanguage,
    block_language,
    direction_of,
    item_language,
    text_language,
    usable_tag,
)
from digest.render.words.in_order import in_order, kept_in_order
from tests.builders import a_post, an_event, words

ENGLISH = TextLanguage("en-GB", Direction.LTR)
ARABIC = TextLanguage("ar", Direction.RTL)
# What the Universal Declaration of Human Rights says first, in its translations.
UDHR = {
    "ar": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا",
    "he": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "ur": "تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں۔",
    "fa": "تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند.",
    "ps": "د بشر ټول افراد ازاد نړۍ ته راځي او د حيثيت او حقوقو له پلوه سره برابر دي",
    "en": "All human beings are born free and equal in dignity and rights. They are"
    " endowed with reason and conscience",
    "cy": "Genir pawb yn rhydd ac yn gydradd â'i gilydd mewn urddas a hawliau. Fe'u"
    " cynysgaeddir â rheswm a chydwybod, a dylai pawb ymddwyn y naill at y llall mewn"
    " ysbryd cymodlon sydd wedi ei sefydlu yn y gymuned.",
    "pl": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych"
    " praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w"
    " duchu braterstwa.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils"
    " sont doués de raison et de conscience et doivent agir les uns envers les autres"
    " dans un esprit de fraternité.",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "uk": "Всі люди народжуються вільними і рівними у своїй гідності та правах.",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में स्वतन्त्रता प्राप्त है।",
    "zh": "人人生而自由,在尊严和权利上一律平等。",
    "ja": "すべての人間は、生まれながらにして自由であり、平等である。",
    "th": "มนุษย์ทั้งปวงเกิดมามีอิสระและเสมอภาคกันในศักดิ์ศรี",
}


@pytest.mark.parametrize("language", UDHR)
def test_a_text_shows_its_language(language: str) -> None:
    written = text_language(UDHR[language], ENGLISH)

    assert written.tag.partition("-")[0] == language
    assert written.is_rtl == (language in {"ar", "he", "ur", "fa", "ps"})


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        pytest.param("Lantern walk", "en-GB", id="two words may be in any language"),
        pytest.param("Zoom 2026", "en-GB", id="a name"),
        pytest.param("01632 960 155", "en-GB", id="no letter at all"),
        pytest.param("", "en-GB", id="nothing"),
        pytest.param("https://example.org/ar", "en-GB", id="an address"),
        pytest.param("مرحبا", "und-Arab", id="a word that many languages write"),
        pytest.param("नमस्ते", "und-Deva", id="one in a script of three"),
        pytest.param("ⵉⵎⴰⵣⵉⵖⵏ", "en-GB", id="a script that nobody here knows"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str, tag: str) -> None:
    assert text_language(text, ENGLISH).tag == tag


def test_the_language_around_is_left_as_it_is_named() -> None:
    assert text_language(UDHR["en"], ENGLISH).tag == "en-GB"
    assert text_language("مرحبا", TextLanguage.of("ur-PK")).tag == "ur-PK"


@pytest.mark.parametrize(
    ("stated", "words_in", "tag"),
    [
        pytest.param("cy", "en", "cy", id="the source has the first word"),
        pytest.param("", "cy", "cy", id="told from the words"),
        pytest.param("en-US", "ar", "ar", id="letters that English is not written in"),
        pytest.param("sd", "ur", "sd", id="letters that it is written in"),
        pytest.param("", "en", "en-GB", id="the campaign's own"),
    ],
)
def test_a_post_is_in_the_language_of_its_source_unless_its_letters_deny_it(
    stated: str, words_in: str, tag: str
) -> None:
    post = a_post(title="", body=words(UDHR[words_in]), summary="", language=stated)

    assert item_language(post, ENGLISH).tag == tag


def test_an_event_has_a_language_too() -> None:
    event = an_event(title="לכל בני האדם", body=words(UDHR["he"]))

    assert item_language(event, ENGLISH) == TextLanguage("he", Direction.RTL)


def _list(*items: str) -> Block:
    return ListBlock(ordered=False, items=tuple(map(words, items)))


@pytest.mark.parametrize(
    ("block", "around", "written"),
    [
        pytest.param(words(UDHR["ar"])[0], ENGLISH, "ar rtl", id="Arabic in English"),
        pytest.param(words(UDHR["en"])[0], ARABIC, "en ltr", id="English in Arabic"),
        pytest.param(words("01632 960 155")[0], ARABIC, "ar rtl", id="a number"),
        pytest.param(
            words("A line of English in an Arabic post.")[0],
            ARABIC,
            "en ltr",
            id="a line of small words",
        ),
        pytest.param(words("Zoom 2026")[0], ARABIC, "und ltr", id="unknown, but Latin"),
        pytest.param(
            words("NHS 111: اتصل بنا في أي وقت")[0], ARABIC, "ar rtl", id="NHS"
        ),
        pytest.param(
            words("مرحبا is how one says welcome in Arabic")[0],
            ENGLISH,
            "en-GB ltr",
            id="an English sentence that begins with an Arabic word",
        ),
        pytest.param(
            Heading(2, (TextSpan("חדשות השבוע"),)), ENGLISH, "he rtl", id="a heading"
        ),
        pytest.param(
            _list(UDHR["ur"], "Bus 7, stop B"), ENGLISH, "ur rtl", id="a list"
        ),
        pytest.param(
            Paragraph((TextSpan("The walk "), TextSpan("begins at six", strong=True))),
            ENGLISH,
            "en-GB ltr",
            id="the same as around it",
        ),
    ],
)
def test_a_block_has_the_language_around_it_unless_it_differs(
    block: Block, around: TextLanguage, written: str
) -> None:
    language = block_language(block, around)

    assert f"{language.tag} {language.direction}" == written


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        pytest.param("Ring (01632) 960 155", "ltr", id="English"),
        pytest.param("(01632) 960 155 اتصل", "rtl", id="the first that has one"),
        pytest.param("01632 960 155!", "rtl", id="none has, so as around"),
        pytest.param("שלום ann@example.org www.example.org", "rtl", id="addresses"),
        pytest.param("Zoom: مرحبا بكم في اجتماعنا", "rtl", id="a clear majority"),
    ],
)
def test_a_direction_is_that_of_the_letters(text: str, direction: str) -> None:
    assert direction_of(text, Direction.RTL) == direction


@pytest.mark.parametrize(
    ("stated", "tag"),
    [
        pytest.param("en_GB", "en-GB", id="as POSIX writes it"),
        pytest.param(" ar ", "ar", id="with spaces"),
        pytest.param("und", "", id="unknown"),
        pytest.param("mul", "", id="several"),
        pytest.param("English", "", id="a name"),
        pytest.param('en"><script>', "", id="markup"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_only_a_language_tag_is_taken_from_a_source(stated: str, tag: str) -> None:
    assert usable_tag(stated) == tag


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        pytest.param("اتصل 01632 960 155 الآن", ["01632 960 155"], id="a number"),
        pytest.param("\u200f+44 1632 960155", ["+44 1632 960155"], id="from abroad"),
        pytest.param("اكتب إلى ann@example.org", ["ann@example.org"], id="an email"),
        pytest.param(
            "انظر https://example.org/a/?b=1.", ["https://example.org/a/?b=1"], id="web"
        ),
        pytest.param("الساعة 7", [], id="one number keeps its own order"),
        pytest.param("من فضلك", [], id="no number"),
    ],
)
def test_numbers_and_addresses_keep_their_order(text: str, whole: list[str]) -> None:
    parts = list(in_order(text))

    assert "".join(part for part, _ in parts) == text
    assert [part for part, is_kept in parts if is_kept] == whole
    assert kept_in_order(text).replace("\N{LEFT-TO-RIGHT MARK}", "") == text


R, L = "א", "a"


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        pytest.param(L * 3 + R * 7, "rtl", id="seven of ten, though it begins left"),
        pytest.param(L * 31 + R * 69, "otherwise", id="just under, and begins left"),
        pytest.param(R * 3 + L * 7, "ltr", id="three of ten, though it begins right"),
        pytest.param(R * 31 + L * 69, "otherwise", id="just over, and begins right"),
        pytest.param(R * 51 + L * 49, "rtl", id="begins right, and most agree"),
        pytest.param(R * 50 + L * 50, "otherwise", id="begins right, half agree"),
        pytest.param(L * 51 + R * 49, "ltr", id="begins left, and most agree"),
        pytest.param(L * 50 + R * 50, "otherwise", id="begins left, half agree"),
    ],
)
def test_what_letters_do_not_settle_is_as_it_is_around(
    text: str, direction: str
) -> None:
    decided = {direction_of(text, otherwise) for otherwise in Direction}

    assert decided == (
        set(Direction) if direction == "otherwise" else {Direction(direction)}
    )


def test_one_function_word_in_many_is_not_enough_to_tell_a_language() -> None:
    names = " ".join(f"Exampleton{number}" for number in range(40))

    assert text_language(f"{names} the and of", ARABIC).tag != "en"
    assert text_language("the cat and the dog of the house", ARABIC).tag == "en"
