"""The nearest name to one that nobody knows."""

import pytest

from digest.model.names import nearest, unknown

TOPICS = ("Youth", "housing", "health")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("houzing", "housing", id="a wrong letter"),
        pytest.param("HOUSING", "housing", id="capitals"),
        pytest.param("youth", "Youth", id="as it is written"),
        pytest.param("helth", "health", id="a letter too few"),
        pytest.param("sport", None, id="something else"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_name_that_was_meant_is_told(typed: str, meant: str | None) -> None:
    assert nearest(typed, TOPICS) == meant


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("houzing", "there is no topic called “houzing”: is it “housing”?"),
        (
            "sport",
            "there is no topic called “sport”: there are Youth, health, housing",
        ),
    ],
)
def test_what_there_is_is_told_where_nothing_comes_near(typed: str, words: str) -> None:
    assert unknown("topic", typed, TOPICS) == words
