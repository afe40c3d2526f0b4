"""Text from outside: no controls, no disguised header lines."""

from email.parser import BytesParser
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.markup.clean_text import cleaned, one_line
from digest.model.editions.mime import unstructured


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\x00b\x07c\x7fd\x9be", "abcde", id="controls"),
        pytest.param("a\x0bb\x0cc\x1fd\x85e", "a b c d e", id="controls that part"),
        pytest.param("a\u2028b\u2029c", "a b c", id="line and paragraph separators"),
        pytest.param("a\r\nb\rc\n\td", "a\nb\nc\n\td", id="line ends and tabs stay"),
        pytest.param("a\ud800b\udfff", "ab", id="lone surrogates"),
        pytest.param("cafe\u0301 \U0001f600", "caf\u00e9 \U0001f600", id="composed"),
        pytest.param("a" + "\u0316" * 99 + "b", "a" + "\u0316" * 4 + "b", id="a pile"),
        pytest.param("\u0e01" + "\u0e47" * 99, "\u0e01" + "\u0e47" * 4, id="in Thai"),
        pytest.param(
            "a" + "\u0316\u200d" * 6,
            "a" + "\u0316\u200d" * 4 + "\u200d" * 2,
            id="joined",
        ),
        pytest.param(
            "a" + "\u0316\U0001f3fd" * 6,
            "a" + "\u0316\U0001f3fd" * 4 + "\U0001f3fd" * 2,
            id="parted by what paper leaves out",
        ),
        pytest.param(
            "\u2764\ufe0f" * 9 + "\u2026" * 9,
            "\u2764\ufe0f" * 9 + "\u2026" * 9,
            id="signs in a row are no pile",
        ),
        pytest.param(
            "\u05d1\u05bc\u05b0\u05a3\u05e8\u05b5\u05d0\u05e9\u05c1\u05b4\u0596",
            "\u05d1\u05b0\u05bc\u05a3\u05e8\u05b5\u05d0\u05e9\u05b4\u05c1\u0596",
            id="the marks of a language stay",
        ),
    ],
)
def test_controls_go_and_words_stay_apart(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("=?utf-8?q?evil=0D=0ABcc:x=40y=2Ez?=", id="whole"),
        pytest.param("=?utf-8?q?evil=0D=0ABcc: x?=", id="with a space inside"),
        pytest.param("=?=?utf-8?q?evil=0D=0ABcc:x?=?q?y?=", id="nested"),
        pytest.param("=\x00?utf-8?q?evil=0D=0ABcc:x?=", id="hidden by a control"),
        pytest.param("=?utf-8*en?b?DQpCY2M6eA==?=", id="base64 with a language"),
        pytest.param("a\r\nBcc: x@example.org", id="a line of its own"),
    ],
)
def test_no_title_becomes_a_header_of_its_own(title: str) -> None:
    header = f"Subject: {unstructured(one_line(title))}\r\n\r\n"
    message = BytesParser(policy=SMTP).parsebytes(header.encode("ascii"))

    assert message.keys() == ["Subject"]
    assert "\nBcc" not in header


def test_what_looks_like_an_encoded_word_stays_as_written() -> None:
    assert one_line("Is 1=?  of 2=?utf-8?q?x?= ") == "Is 1=? of 2=?utf-8?q?x?="


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("tea \u202egpj.exe", "tea gpj.exe", id="turned around"),
        pytest.param("\u2067a\u2069 \u2066b", "a b", id="isolated"),
        pytest.param("=\u202e?x?q?y?=", "=?x?q?y?=", id="between two signs"),
        pytest.param("\u05d0\u200f (1)", "\u05d0\u200f (1)", id="a mark of no width"),
    ],
)
def test_a_title_turns_nothing_around(title: str, expected: str) -> None:
    assert one_line(title) == expected


_SIGNS = st.text(st.sampled_from("ae\u0301\u0316\u0e47\u200d\U0001f3fd\ue000 ^\n"))


@given(_SIGNS)
def test_what_was_cleaned_is_clean(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)


@given(st.text())
def test_one_line_is_one_line_and_says_the_same_twice(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
