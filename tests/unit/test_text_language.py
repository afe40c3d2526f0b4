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
    told_from,
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
    "be": "Усе людзі нараджаюцца свабоднымі і роўнымі ў сваёй годнасці і правах.",
    "mk": "Сите човечки суштества се раѓаат слободни и еднакви по достоинство и права."
    " Тие се обдарени со разум и совест",
    "bg": "Всички хора се раждат свободни и равни по достойнство и права. Те са"
    " надарени с разум и съвест и следва да се отнасят помежду си в дух на братство.",
    "sr": "Сва људска бића рађају се слободна и једнака у достојанству и правима.",
    "ckb": "هەموو مرۆڤەکان بە ئازادی و یەکسانی لە کەرامەت و مافدا لەدایک دەبن.",
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
    assert written.is_rtl == (language in {"ar", "he", "ur", "fa", "ps", "ckb"})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("Луѓето се јавија", "mk", id="Macedonian writes ј too"),
        pytest.param(
            "Ѓорѓи је написао књигу о својим људима", "sr", id="a Macedonian's name"
        ),
        pytest.param(
            "Читаємо вірші Янки Брыля ў бібліотеці", "uk", id="a Belarusian's name"
        ),
        pytest.param("اتصل بالسيد چمران في المكتب", "ar", id="a Persian's name"),
        pytest.param("البرنامج الآن", "ar", id="Arabic by its article"),
    ],
)
def test_a_name_from_next_door_does_not_change_the_language(
    text: str, language: str
) -> None:
    assert text_language(text, ENGLISH).tag == language


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
        pytest.param("їжа, рыба", "und-Cyrl", id="a word of each of two"),
        pytest.param("Ciao ようこそ", "en-GB", id="half Japanese"),
        pytest.param("Welcome ようこそ", "en-GB", id="less than half"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str, tag: str) -> None:
    assert text_language(text, ENGLISH).tag == tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        pytest.param("The walk is on", "en", id="three small words"),
        pytest.param("The walk is cancelled", "und", id="two"),
        pytest.param("The walk, the hall, the bus", "und", id="one, three times"),
        pytest.param(
            "Rossi, Bianchi and Verdi of Parma, Modena, Ferrara; the Ravenna Lugo"
            " Imola Cesena Forlì Rimini",
            "en",
            id="every fifth",
        ),
        pytest.param(
            "Rossi, Bianchi and Verdi of Parma, Modena, Ferrara; the Ravenna Lugo"
            " Imola Cesena Forlì Rimini Carpi",
            "und",
            id="fewer than every fifth",
        ),
        pytest.param(
            "The walk is on and vous êtes les invités dans cette salle",
            "und",
            id="as many French ones",
        ),
        pytest.param(
            "The walk is on for you: les amis et nous", "und", id="more than half"
        ),
        pytest.param(
            "The walk is on for all of you: les amis et nous", "en", id="half as many"
        ),
    ],
)
def test_a_language_is_told_by_its_small_words_where_they_are_enough(
    text: str, tag: str
) -> None:
    assert text_language(text, ARABIC).tag == tag


def test_two_languages_of_one_script_are_not_taken_for_either() -> None:
    both = "ነው እና ላይ ውስጥ እዩ ናይ ኣብ"

    assert text_language(both, ENGLISH).tag == "und-Ethi"
    assert told_from("ነው እና ላይ ውስጥ") == "am"


def test_a_sentence_of_mostly_chinese_letters_with_japanese_ones_is_japanese() -> None:
    assert told_from("東京都立中央図書館の開館時間") == "ja"


def test_figures_show_no_language() -> None:
    assert told_from("01632 960 155") == ""


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("en-GB", Direction.LTR),
        ("ar", Direction.RTL),
        ("ur-PK", Direction.RTL),
        ("yi", Direction.RTL),
        ("az", Direction.LTR),
        ("az-Arab", Direction.RTL),
        ("pa-arab-PK", Direction.RTL),
        ("ar-Latn", Direction.LTR),
    ],
)
def test_a_language_begins_its_lines_where_its_script_does(
    tag: str, direction: Direction
) -> None:
    assert TextLanguage.of(tag) == TextLanguage(tag, direction)


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
        pytest.param("zh-Hans", "zh", "zh-Hans", id="Chinese in simple letters"),
        pytest.param("zh-Hant-HK", "zh", "zh-Hant-HK", id="or in old ones"),
        pytest.param("sr-Cyrl", "sr", "sr-Cyrl", id="Serbian in Cyrillic"),
        pytest.param("sr-Latn", "sr", "sr", id="which is not in Latin"),
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
            words("01632 960 155")[0],
            TextLanguage("und", Direction.RTL),
            "und rtl",
            id="a number in a post that nobody knows the language of",
        ),
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
    ("text", "direction"),
    [
        pytest.param("אבגדהו abcd", Direction.RTL, id="first, and most"),
        pytest.param("abcdef אבגד", Direction.LTR, id="first, and most, Latin"),
        pytest.param("א ab בגד", Direction.RTL, id="first, and most, with a name"),
        pytest.param("a אב bcd", Direction.LTR, id="Latin, with a name"),
        pytest.param("ab אב cdה", Direction.LTR, id="Latin, ending in another"),
        pytest.param("abc אבגדהוז", Direction.RTL, id="seven of ten"),
        pytest.param("אבג abcdefg", Direction.LTR, id="seven of ten, Latin"),
        pytest.param("abcd אבגדהו", None, id="the first against most"),
        pytest.param("אבגד abcdef", None, id="the first against most, Latin"),
        pytest.param("אב ab", None, id="the first against none, but one half"),
        pytest.param("ab אב", None, id="one half, Latin first"),
        pytest.param("٣٤٥ – 345", None, id="figures only"),
    ],
)
def test_where_letters_disagree_the_words_around_decide(
    text: str, direction: Direction | None
) -> None:
    for around in Direction:
        assert direction_of(text, around) is (direction or around)


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
