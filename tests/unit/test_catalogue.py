"""Readers' words: each from its catalogue, marked where it is of another language."""

from io import BytesIO

import pytest

from digest.render.words.catalogue import (
    Catalogue,
    Phrase,
    Words,
    translations_in,
    words_for,
)
from digest.render.words.pseudo import accented, right_to_left

POLISH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n"
"%100>=20) ? 1 : 2);\\n"

msgid "%(number)d post"
msgid_plural "%(number)d posts"
msgstr[0] "%(number)d wpis"
msgstr[1] "%(number)d wpisy"
msgstr[2] "%(number)d wpisów"

msgid "Where"
msgstr "Gdzie"

msgctxt "a door"
msgid "Where"
msgstr "Którędy"
"""


@pytest.fixture
def polish() -> Words:
    """Return the words of a language with few of them, and English behind it."""
    catalogue = Catalogue("pl", translations_in(BytesIO(POLISH.encode()), "pl"))
    return Words("pl", (catalogue, *words_for("en-GB").catalogues))


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "1 wpis"), (3, "3 wpisy"), (5, "5 wpisów")]
)
def test_a_number_of_things_has_the_languages_own_plural(
    polish: Words, number: int, expected: str
) -> None:
    assert polish.ngettext("%(number)d post", "%(number)d posts", number) == expected


def test_a_word_may_be_said_in_another_way_in_a_context(polish: Words) -> None:
    assert (polish.gettext("Where"), polish.gettext("Where").lang) == ("Gdzie", "")
    assert polish.pgettext("a door", "Where") == "Którędy"


def test_a_word_that_a_language_lacks_is_english_and_says_so(polish: Words) -> None:
    phrases = (
        polish.gettext("Cancelled: %(title)s", title="Spacer"),
        polish.pgettext("packing list", "Done"),
        polish.ngettext("%(number)d event", "%(number)d events", 2),
    )

    assert phrases == ("Cancelled: Spacer", "Done", "2 events")
    assert {phrase.lang for phrase in phrases} == {"en-GB"}


def test_a_word_of_an_operators_template_is_said_as_it_is() -> None:
    assert words_for("en-GB").gettext("Come and see us, %(n)s", n="Bo") == (
        "Come and see us, Bo"
    )
    assert words_for("cy").gettext("Come and see us").lang == "en-GB"


@pytest.mark.parametrize(
    ("language", "otherwise", "expected", "lang"),
    [
        pytest.param("en-GB", "en-GB", "Where", "", id="its own"),
        pytest.param("en-US", "cy", "Where", "", id="its kin's"),
        pytest.param("cy", "en-XA", accented("Where"), "en-XA", id="the campaign's"),
        pytest.param("cy", "pl", "Where", "en-GB", id="English for want of both"),
        pytest.param("xx-nonsense", "en-GB", "Where", "", id="no language"),
    ],
)
def test_words_are_those_of_the_language_then_the_campaigns_then_english(
    language: str, otherwise: str, expected: str, lang: str
) -> None:
    word = words_for(language, otherwise).gettext("Where")

    assert (word, word.lang) == (expected, lang)


def test_a_list_is_joined_in_the_language_of_its_parts() -> None:
    days, counts = ["Llun", "Mawrth"], [Phrase("1 post", "en-GB"), Phrase("2 events")]

    assert words_for("en-GB").listed(["a", "b", "c"]) == "a, b and c"
    assert words_for("cy").listed(days) == "Llun a(c) Mawrth"
    assert words_for("cy").listed(counts) == "1 post and 2 events"
    assert words_for("cy").listed(counts).lang == "en-GB"
    assert words_for("en-XA").listed(["a", "100 %"]) == "[a ààññđ 100 %]"


def test_the_parts_of_a_number_stay_in_order_from_right_to_left() -> None:
    assert words_for("en-GB").number("01632 960 155") == "01632 960 155"
    assert words_for("ar").number("01632 960 155") == "\u200e01632 960 155\u200e"
    assert words_for("ar").number("") == ""


def test_a_made_up_language_leaves_what_stands_for_a_value() -> None:
    assert accented("Page {page} of %(pages)s") == "[Þààĝéé {page} ööƒ %(pages)s]"
    assert accented("%(name)s:") == "%(name)s:"
    assert right_to_left("Page {page}") == "باغه {page}"


def test_an_accented_word_is_about_40_percent_longer() -> None:
    messages = [
        str(message)
        for catalogue in words_for("en-GB").catalogues
        for message in catalogue.translations._catalog.values()  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way to all of them
    ]
    longer = sum(map(len, map(accented, messages))) / sum(map(len, messages))

    assert 1.3 < longer < 1.5
