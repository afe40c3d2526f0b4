"""Days as people write them, and until which of them somebody may pause."""

from datetime import date, timedelta

import pytest

from digest.model.written_days import why_no_pause, written_day

MONDAY = date(2026, 7, 6)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-08-03", date(2026, 8, 3)),
        ("3 August", date(2026, 8, 3)),
        ("the 3rd of August".removeprefix("the "), date(2026, 8, 3)),
        ("Monday 3 August 2026", date(2026, 8, 3)),
        ("Aug 3", date(2026, 8, 3)),
        ("August 3rd, 2026", date(2026, 8, 3)),
        ("1 Sept", date(2026, 9, 1)),
        ("5 July", date(2027, 7, 5)),
        ("6 July", date(2027, 7, 6)),
        ("29 February", date(2028, 2, 29)),
        ("tomorrow", date(2026, 7, 7)),
        ("Monday", date(2026, 7, 13)),
        ("next thu", date(2026, 7, 9)),
        ("in 2 weeks", date(2026, 7, 20)),
        ("ten days".replace("ten", "10"), date(2026, 7, 16)),
        ("a month", date(2026, 8, 6)),
    ],
)
def test_a_day_to_come(written: str, day: date) -> None:
    assert written_day(written, MONDAY) == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-07-01", date(2026, 7, 1)),
        ("1 July", date(2026, 7, 1)),
        ("7 July", date(2025, 7, 7)),
        ("yesterday", date(2026, 7, 5)),
        ("last Thursday", date(2026, 7, 2)),
        ("Monday", date(2026, 6, 29)),
        ("2 weeks ago", date(2026, 6, 22)),
    ],
)
def test_a_day_that_is_past(written: str, day: date) -> None:
    assert written_day(written, MONDAY, is_past=True) == day


def test_29_february_is_that_of_the_last_year_or_none_at_all() -> None:
    last = written_day("29 February", date(2028, 11, 30), is_past=True)
    assert last == date(2028, 2, 29)
    assert written_day("29 Feb", date(2029, 1, 3), is_past=True) == date(2028, 2, 29)
    with pytest.raises(ValueError, match="no day of a calendar"):
        written_day("29 February", date(2026, 11, 30), is_past=True)


def test_a_month_from_a_day_that_the_next_has_not() -> None:
    assert written_day("in 1 month", date(2027, 1, 31)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    "written", ["", "soon", "3/8/2026", "2026-02-30", "31 June", "3 Ma", "many days"]
)
def test_no_day_says_how_to_write_one(written: str) -> None:
    with pytest.raises(ValueError, match='"3 August"'):
        written_day(written, MONDAY)


@pytest.mark.parametrize(
    ("days", "why"),
    [
        pytest.param(0, "is not to come", id="today"),
        pytest.param(-1, "is not to come", id="past"),
        pytest.param(1, "", id="tomorrow"),
        pytest.param(400, "", id="the longest"),
        pytest.param(401, "more than 400 days ahead", id="longer"),
    ],
)
def test_until_when_somebody_may_pause(days: int, why: str) -> None:
    words = why_no_pause(MONDAY + timedelta(days), MONDAY, timedelta(days=400))

    assert why in words
    assert bool(why) is bool(words)
