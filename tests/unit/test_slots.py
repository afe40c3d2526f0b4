"""Slots from local wall time, clock changes included."""

import re
from datetime import UTC, datetime, time

import pytest

from digest.model.campaigns.slots import weekly
from digest.model.campaigns.written_times import wall_time, week_days

LONDON = "Europe/London"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "after", "until", "expected"),
    [
        pytest.param(
            "09:00",
            "2026-07-06T00:00",
            "2026-07-07T12:00",
            ["2026-07-06T08:00", "2026-07-07T08:00"],
            id="summer time",
        ),
        pytest.param(
            "09:00",
            "2026-01-06T00:00",
            "2026-01-06T12:00",
            ["2026-01-06T09:00"],
            id="winter time",
        ),
        pytest.param(
            "01:30",
            "2026-10-25T00:00",
            "2026-10-25T12:00",
            ["2026-10-25T00:30"],
            id="a time that exists twice fires once",
        ),
        pytest.param(
            "01:30",
            "2026-03-29T00:00",
            "2026-03-29T12:00",
            ["2026-03-29T01:00"],
            id="a time that does not exist moves to the next that does",
        ),
        pytest.param(
            "09:00",
            "2026-07-06T08:00",
            "2026-07-06T08:00",
            [],
            id="half open: a slot already looked at is not given again",
        ),
        pytest.param(
            "09:00",
            "2026-07-06T07:59",
            "2026-07-06T08:00",
            ["2026-07-06T08:00"],
            id="and one at the end is given now, not twice or never",
        ),
    ],
)
def test_slots(wall: str, after: str, until: str, expected: list[str]) -> None:
    slots = weekly(wall_time(wall), zone=LONDON).slots(at(after), at(until))

    assert list(slots) == [at(text) for text in expected]


def test_every_day_has_one_slot_all_year_round() -> None:
    slots = weekly(time(1, 30), zone=LONDON).slots(
        at("2026-01-01T00:00"), at("2026-12-31T23:59")
    )

    assert len(list(slots)) == 365


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("thu", {3}),
        ("sat-mon", {5, 6, 0}),
        ("mon, wed-thu", {0, 2, 3}),
        ("Monday", {0}),
        ("daily", set(range(7))),
        ("mon\u2013fri", {0, 1, 2, 3, 4}),
        ("Tues to Thurs", {1, 2, 3}),
        ("mon, wed and fri", {0, 2, 4}),
        ("Saturdays & Sundays", {5, 6}),
        ("weekdays", {0, 1, 2, 3, 4}),
    ],
)
def test_days_are_named_as_people_name_them(words: str, days: set[int]) -> None:
    assert week_days(words) == days


@pytest.mark.parametrize("words", ["", "someday", "mon-", "1-5", "mon--fri"])
def test_words_that_name_no_days_are_refused_with_an_example(words: str) -> None:
    with pytest.raises(ValueError, match=r"write e\.g\.|is it"):
        week_days(words)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        pytest.param("mon;wed;fri", '"mon, wed, fri"', id="semicolons"),
        pytest.param("mon wed", '"mon, wed"', id="spaces"),
        pytest.param("monthly", 'write e.g. "mon-fri"', id="begins like monday"),
        pytest.param("sunrise", "write e.g.", id="begins like sunday"),
        pytest.param("thrusday", 'is it "thursday"?', id="misspelt"),
        pytest.param("wednesdy-fri", 'is it "wednesday"?', id="misspelt in a range"),
    ],
)
def test_only_whole_words_are_days_and_what_was_meant_is_told(
    words: str, hint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        week_days(words)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("4pm", "16:00", id="by the half of the day"),
        pytest.param("12am", "00:00", id="midnight"),
        pytest.param("9.30", "09:30", id="with a dot"),
        pytest.param("16", "16:00", id="the hour alone"),
        pytest.param("1600", "16:00", id="without a colon"),
    ],
)
def test_a_time_of_day_that_can_be_told_is_offered(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f'is it "{meant}"'):
        wall_time(text)


@pytest.mark.parametrize(
    "text", ["4pm", "24", "24:00", "25:00", "", "16:00+01:00", "16:00:00.5"]
)
def test_a_wrong_time_of_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="16:00"):
        wall_time(text)


def test_the_next_slot_skips_the_days_that_have_none() -> None:
    thursdays = weekly(time(10), *week_days("thu"), zone=LONDON)

    assert thursdays.next_slot(at("2026-07-09T09:00")) == at("2026-07-16T09:00")


@pytest.mark.parametrize("minute", range(60))
def test_every_time_that_does_not_exist_moves_to_when_the_clocks_go_forward(
    minute: int,
) -> None:
    slots = weekly(time(1, minute), zone=LONDON).slots(
        at("2026-03-29T00:00"), at("2026-03-29T12:00")
    )

    assert list(slots) == [at("2026-03-29T01:00")]


def test_a_week_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    thursdays = weekly(time(10), *week_days("thu"), zone=LONDON)

    assert thursdays.next_slot(at("2026-10-22T09:00")) == at("2026-10-29T10:00")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("daily", "16:05 daily"),
        ("mon-sun", "16:05 daily"),
        ("tue, mon", "16:05 mon,tue"),
        ("sun", "16:05 sun"),
    ],
)
def test_a_schedule_is_said_in_the_words_of_a_campaign_file(
    days: str, words: str
) -> None:
    assert str(weekly(time(16, 5), *week_days(days))) == words
