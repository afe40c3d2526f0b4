"""The days of a report, and how they are cut into periods."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from digest.model.report_spans import AskedDays, ReportSpan

TODAY = date(2026, 11, 26)  # a Thursday
FIRST = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        (AskedDays("week"), date(2026, 11, 23)),
        (AskedDays("month"), date(2026, 11, 1)),
        (AskedDays("all"), FIRST),
        (AskedDays(), FIRST),
        (AskedDays(first="2026-10-25"), date(2026, 10, 25)),
    ],
)
def test_a_span_ends_today(wanted: AskedDays, first: date) -> None:
    assert wanted.span(TODAY, FIRST) == ReportSpan(first, TODAY)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (AskedDays("decade"), "week, month, all"),
        (AskedDays(first="soon"), "2026-07-06"),
        (AskedDays(first="2026-11-27"), "comes before"),
        (AskedDays(first="1900-01-01"), "20 years"),
    ],
)
def test_days_that_cannot_be_are_refused_in_words(
    wanted: AskedDays, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        wanted.span(TODAY, FIRST)


@pytest.mark.parametrize("days", [1, 2, 31, 32, 182, 183, 400, 1117, 1500, 7000])
def test_periods_have_each_day_of_a_span_once_and_in_order(days: int) -> None:
    span = ReportSpan(TODAY, TODAY + timedelta(days=days - 1))
    periods = span.periods()

    assert periods[0].first == span.first
    assert periods[-1].last == span.last
    for one_period, following in pairwise(periods):
        assert following.first - one_period.last == timedelta(days=1)
    assert len(periods) <= 37
    for number, period in enumerate(periods):
        assert span.period_of(periods, period.first) == number
        assert span.period_of(periods, period.last) == number


@pytest.mark.parametrize(
    ("days", "unit", "second"),
    [
        (5, "Day", "Fri 27 Nov"),
        (60, "Week from", "30 Nov"),
        (365, "Month", "Dec 2026"),
        (2000, "Year", "2027"),
    ],
)
def test_a_long_span_is_told_by_longer_periods(
    days: int, unit: str, second: str
) -> None:
    span = ReportSpan(TODAY, TODAY + timedelta(days=days - 1))

    assert span.unit == unit
    assert span.periods()[1].words == second


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    day = date(2026, 10, 25)
    since, until = ReportSpan(day, day).bounds("Europe/London")

    assert since.astimezone(UTC) == datetime(2026, 10, 24, 23, tzinfo=UTC)
    assert until.astimezone(UTC) == datetime(2026, 10, 26, tzinfo=UTC)
