"""Lengths of time, as people write and read them."""

from datetime import timedelta

import pytest

from digest.model.campaigns.durations import counted_down, in_words, parse


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("6h", timedelta(hours=6)),
        ("2 d", timedelta(days=2)),
        (" 90m ", timedelta(minutes=90)),
        ("0m", timedelta(0)),
    ],
)
def test_a_short_length_is_understood(text: str, length: timedelta) -> None:
    assert parse(text) == length


@pytest.mark.parametrize("text", ["", "6", "h", "6 weeks", "-6h", "6h30m", "1.5h"])
def test_what_is_no_length_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="30m, 6h or 2d"):
        parse(text)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=1), "1 day"),
        (timedelta(days=4), "4 days"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=61), "61 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=1.5), "1.5 seconds"),
        (timedelta(0), "0 seconds"),
    ],
)
def test_a_length_is_said_in_the_largest_unit_that_says_it_whole(
    length: timedelta, words: str
) -> None:
    assert in_words(length) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=2, minutes=5), "2 hours 5 minutes"),
        (timedelta(days=1, hours=2, minutes=3), "1 day 2 hours"),
        (timedelta(minutes=4, seconds=1), "5 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(0), "less than a minute"),
    ],
)
def test_what_is_still_to_come_is_told_to_the_minute(
    length: timedelta, words: str
) -> None:
    assert counted_down(length) == words
