"""Text from outside: no controls, no disguised header lines."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.markup.words import cleaned, one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\x00b\x07c\x7fd\x9be", "abcde", id="controls"),
        pytest.param("a\x0bb\x0cc\x1fd\x85e", "a b c d e", id="controls that part"),
        pytest.param("a\u2028b\u2029c", "a b c", id="line and paragraph separators"),
        pytest.param("a\r\nb\rc\n\td", "a\nb\nc\n\td", id="line ends and tabs stay"),
        pytest.param("a\ud800b\udfff", "ab", id="lone surrogates"),
        pytest.param("cafe\u0301 \U0001f600", "caf\u00e9 \U0001f600", id="composed"),
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
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(title)

    assert b"\r\nBcc" not in message.as_bytes()


@given(st.text())
def test_one_line_is_one_line_and_says_the_same_twice(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
