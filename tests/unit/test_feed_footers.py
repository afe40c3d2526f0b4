"""What a site's programs put below each item of a feed is no word of its writer."""

import pytest

from digest.gather.feeds.feed_footers import without_footer
from digest.gather.items.raw_item import Html, PlainText

URL = "https://example.org/lunch/"
WORDS = "<p>Soup at one.</p>\n"


def footer(before: str, to: str, between: str, front: str, after: str = ".") -> str:
    return (
        f'<p>{before}<a href="{to}">Lunch</a>{between}<a href="{front}">Hall</a>{after}'
        "</p>\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        footer("The post ", URL, " appeared first on ", "https://example.org"),
        footer("Der Beitrag ", URL, " erschien zuerst auf ", "https://example.org/"),
        footer("", f"{URL}?utm_source=rss&#038;x=1", " - ", "https://example.org", ""),
    ],
)
def test_a_footer_is_left_out_in_any_language(words: str) -> None:
    assert without_footer(Html(WORDS + words), URL) == WORDS


def test_it_is_found_behind_letters_that_are_two_in_lower_case() -> None:
    words = "<p>İzmir, İstanbul</p>\n"
    below = footer("The post ", URL, " appeared first on ", "https://example.org")

    assert without_footer(Html(words + below), URL) == words


@pytest.mark.parametrize(
    "words",
    [
        footer("See ", "https://example.org/menu", " and ", "https://example.org"),
        footer("See ", URL, " and ", "https://example.org/map"),
        footer("See ", URL, " and ", "https://example.net/"),
        footer("A long sentence of the writer's own. " * 3, URL, " ", "/"),
        "<p>Soup</p>",
        "",
    ],
)
def test_what_a_writer_wrote_stays(words: str) -> None:
    assert without_footer(Html(WORDS + words), URL) == WORDS + words


def test_plain_text_stays() -> None:
    plain = PlainText("Soup <p at one")

    assert without_footer(plain, URL) == plain
