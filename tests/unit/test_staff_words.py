"""Counts and instants as staff read them."""

from datetime import UTC, datetime

import pytest

from digest.model.staff_words import (
    counted,
    day_as_told,
    moment_in_words,
    soon_in_words,
)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 posts"), (1, "1 post"), (1200, "1,200 posts")]
)
def test_a_count_has_the_right_word(number: int, words: str) -> None:
    assert counted(number, "post", "posts") == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        pytest.param("Europe/London", "Monday 6 July 2026, 00:05 BST", id="summer"),
        pytest.param("America/Sao_Paulo", "Sunday 5 July 2026, 20:05 UTC-03", id="-3"),
        pytest.param("UTC", "Sunday 5 July 2026, 23:05 UTC", id="utc"),
    ],
)
def test_an_instant_is_said_in_its_zone(zone: str, words: str) -> None:
    assert moment_in_words(datetime(2026, 7, 5, 23, 5, tzinfo=UTC), zone) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        # By the clock there: in UTC all of these are of the day before.
        (datetime(2026, 7, 5, 23, 1, tzinfo=UTC), "today at 00:05 BST"),
        (datetime(2026, 7, 5, 22, 59, tzinfo=UTC), "tomorrow at 00:05 BST"),
        (datetime(2026, 7, 4, 22, 59, tzinfo=UTC), "Monday 6 July 2026, 00:05 BST"),
    ],
)
def test_what_comes_soon_is_said_by_its_day_there(now: datetime, words: str) -> None:
    instant = datetime(2026, 7, 5, 23, 5, tzinfo=UTC)
    assert soon_in_words(instant, now, "Europe/London") == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-05-02", "2 May 2026"),
        ("2 May 2026", "2 May 2026"),
        ("27/04/2026", "27 April 2026"),
        ("04/27/2026", "27 April 2026"),
        ("5.5.2026", "5 May 2026"),
        # The third of April, or the fourth of March.
        ("03/04/2026", "03/04/2026"),
        ("31/02/2026", "31/02/2026"),
        ("27/04-2026", "27/04-2026"),
        ("between 1 and 5 May", "between 1 and 5 May"),
        ("", ""),
    ],
)
def test_a_day_is_told_however_it_was_written(written: str, words: str) -> None:
    assert day_as_told(written) == words
