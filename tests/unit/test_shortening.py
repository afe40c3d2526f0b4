"""Words cut by their width, and never inside a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.posts.shortening import letters_of, shortened, width_of


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        pytest.param("Tea and cake", 12, "Tea and cake", id="it fits"),
        pytest.param("Tea and cake", 11, "Tea and…", id="between two words"),
        pytest.param("Tea, and cake", 6, "Tea…", id="no comma before the end"),
        pytest.param("Tea and cake", 8, "Tea and…", id="right after a word"),
        pytest.param("x" * 30, 10, "x" * 9 + "…", id="one long word"),
        pytest.param(
            "Tea " + "x" * 30, 24, "Tea " + "x" * 19 + "…", id="a space too far back"
        ),
        pytest.param("中" * 10, 11, "中" * 5 + "…", id="letters of two columns"),
        pytest.param("Tea " + "中" * 20, 25, "Tea " + "中" * 10 + "…", id="no spaces"),
        pytest.param("ไทย" * 10, 10, "ไทยไทยไทย…", id="Thai"),
        pytest.param("กิ่" * 9, 5, "กิ่" * 4 + "…", id="marks stay on their letter"),
        pytest.param("e\u0301" * 9, 4, "e\u0301" * 3 + "…", id="accents of their own"),
        pytest.param("👩🏽‍🦽" * 9, 9, "👩🏽‍🦽…", id="a joined emoji"),
        pytest.param("🏴‍☠️🏳️‍🌈x" * 9, 8, "🏴‍☠️🏳️‍🌈x…", id="flags that are joined"),
        pytest.param("🇬🇧🇫🇷🇩🇪", 5, "🇬🇧🇫🇷…", id="flags of two halves"),
        pytest.param("한국어" * 4, 7, "한국어…", id="Korean"),
        pytest.param("مرحبا بكم في الأسبوع", 12, "مرحبا بكم…", id="Arabic"),
        pytest.param("नमस्ते " * 4, 6, "नमस्ते…", id="Devanagari"),
        pytest.param("", 5, "", id="nothing"),
    ],
)
def test_words_are_cut_where_a_reader_would(
    text: str, columns: int, expected: str
) -> None:
    assert shortened(text, columns) == expected


@given(st.text(), st.integers(2, 40))
def test_what_is_cut_is_never_too_wide_and_is_its_beginning(
    text: str, columns: int
) -> None:
    short = shortened(text, columns)

    assert width_of(short) <= columns
    assert short == text or text.startswith(short.removesuffix("…"))


@given(st.text())
def test_letters_are_all_of_the_text(text: str) -> None:
    assert "".join(letters_of(text)) == text
