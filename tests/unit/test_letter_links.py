"""Links on paper."""

import pytest

from digest.render.letter.links import PrintedAddresses, readable

LONG = "https://example.org/reports/2026/the-first-year-in-full-with-figures"


@pytest.mark.parametrize(
    ("href", "printed"),
    [
        pytest.param("https://www.example.org/", "example.org", id="bare"),
        pytest.param(
            "http://example.org/a?b=c", "example.org/a?b=c", id="with a query"
        ),
        pytest.param(
            "mailto:a%2Bb@example.org?subject=x", "a+b@example.org", id="mail"
        ),
        pytest.param("tel:01632960155", "01632960155", id="phone"),
        pytest.param("localhost:8000/s/k7", "localhost:8000/s/k7", id="no scheme"),
    ],
)
def test_an_address_is_said_without_what_nobody_types(href: str, printed: str) -> None:
    assert readable(href) == printed


def test_a_long_address_is_made_short() -> None:
    addresses = PrintedAddresses(lambda _: "https://example.org/s/k7")

    assert addresses.printed(LONG) == "example.org/s/k7"
    assert addresses.printed("https://example.org/walks") == "example.org/walks"


@pytest.mark.parametrize(
    ("words", "href", "after"),
    [
        pytest.param(
            "the walks", "https://example.org/walks", "example.org/walks", id="words"
        ),
        pytest.param("example.org/walks", "https://example.org/walks", "", id="itself"),
        pytest.param(
            "https://example.org/walks", "https://example.org/walks", "", id="in full"
        ),
        pytest.param("01632 960 155", "tel:01632960155", "", id="a number"),
        pytest.param("write", "mailto:a@example.org", "a@example.org", id="mail"),
    ],
)
def test_words_that_are_the_address_get_no_other(
    words: str, href: str, after: str
) -> None:
    assert PrintedAddresses(str).after(words, href) == after


def test_an_address_is_given_once_in_a_post() -> None:
    addresses = PrintedAddresses(str)

    assert addresses.after("sign up", "https://example.org/a") == "example.org/a"
    assert addresses.after("sign up here", "https://example.org/a") == ""
    assert addresses.has_given("https://example.org/a")


@pytest.mark.parametrize(
    ("words", "after"),
    [("01632 960 155", ""), ("Ring the office", "+441632960155")],
)
def test_a_phone_number_is_not_printed_twice(words: str, after: str) -> None:
    addresses = PrintedAddresses(lambda href: href)

    assert addresses.after(words, "tel:+441632960155") == after
