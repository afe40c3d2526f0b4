"""Days as people write them over what they publish."""

from datetime import date

import pytest

from digest.gather.items.days import (
    DateWindow,
    day_at_end,
    named_day,
    written_day,
)

WEEK = DateWindow(date(2026, 7, 6), date(2026, 7, 10))


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("Thursday, 9 July 2020", "en-GB", date(2020, 7, 9)),
        ("Thu 9th Jul", "en", date(2026, 7, 9)),
        ("July 9, 2020", "en-US", date(2020, 7, 9)),
        ("2020-07-09", "en", date(2020, 7, 9)),
        ("2020-07-09 10:30", "en", date(2020, 7, 9)),
        ("09/07/2020", "en-GB", date(2020, 7, 9)),
        ("07/09/2020", "en-US", date(2020, 7, 9)),
        ("9.7.20", "en-GB", date(2020, 7, 9)),
        ("Posted on 9 July 2020 at 10:30am", "en", None),
        ("Posted on 9 July 2020, 10:30am", "en", date(2020, 7, 9)),
        ("Day 3: Wednesday 8 July", "en", date(2026, 7, 8)),
        ("Monday", "en", date(2026, 7, 6)),
        ("Day One: Friday", "en", date(2026, 7, 10)),
        ("Dydd Iau 9 Gorffennaf 2020", "cy", date(2020, 7, 9)),
        ("jeudi 9 juillet 2020", "fr-FR", date(2020, 7, 9)),
        ("Donnerstag, 9. Juli 2020", "de", date(2020, 7, 9)),
        ("29 February 2024", "en", date(2024, 2, 29)),
        ("Thursday 9 July 2020", "no such language", date(2020, 7, 9)),
        pytest.param("Saturday", "en", None, id="a day after the campaign"),
        pytest.param("31 June 2020", "en", None, id="a day that never is"),
        ("What we did on 9 July", "en", None),
        ("May", "en", None),
        ("2020", "en", None),
        ("10 things to do", "en", None),
        ("Day 3", "en", None),
        ("", "en", None),
    ],
)
def test_a_day_is_read_where_the_line_says_nothing_else(
    line: str, language: str, expected: date | None
) -> None:
    day = written_day(line, language)

    assert (WEEK.date_of(day) if day else None) == expected


@pytest.mark.parametrize(
    ("line", "first", "expected"),
    [
        pytest.param("9 July", date(2026, 7, 6), date(2026, 7, 9), id="its year"),
        pytest.param(
            "Wednesday 9 July",
            date(2026, 7, 6),
            date(2026, 7, 9),
            id="a wrong weekday does not move it by a year",
        ),
        pytest.param("2 January", date(2026, 12, 28), date(2027, 1, 2), id="new year"),
        pytest.param(
            "Tuesday 1 December",
            date(2026, 4, 1),
            date(2026, 12, 1),
            id="the year in which the weekday is right",
        ),
        pytest.param("9 July", None, None, id="nothing to tell the year by"),
    ],
)
def test_a_year_that_is_not_written_is_the_campaigns(
    line: str, first: date | None, expected: date | None
) -> None:
    day = written_day(line)

    assert day is not None
    assert DateWindow(first).date_of(day) == expected


def test_a_page_that_writes_one_year_lends_it_to_its_other_days() -> None:
    days = [written_day(line) for line in ("9 July", "Monday 6 July 2020")]
    near = DateWindow().or_near(day for day in days if day)

    assert days[0] is not None
    assert near.date_of(days[0]) == date(2020, 7, 9)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Monday 6 July: Opening day", date(2026, 7, 6)),
        ("Monday 6 July \u2013 Opening day", date(2026, 7, 6)),
        ("Day 2: Tuesday, 7 July 2026 | Voices - and songs", date(2026, 7, 7)),
        ("Tuesday: Voices", date(2026, 7, 7)),
        ("Opening day: Monday 6 July", date(2026, 7, 6)),
        ("Opening day (Monday, 6 July 2026)", date(2026, 7, 6)),
        ("Opening day: Monday", None),
        ("Monday 6 July was the opening day", None),
        ("A well-known 6 July", None),
        ("Chapter 6: July", None),
        ("", None),
    ],
)
def test_a_day_may_have_a_name(line: str, expected: date | None) -> None:
    day = named_day(line)

    assert (WEEK.date_of(day) if day else None) == expected


@pytest.mark.parametrize(
    ("line", "before", "expected"),
    [
        ("Hall Group Monday, 6 July 2026", "Hall Group", date(2026, 7, 6)),
        ("Hall Group, 6th July", "Hall Group", date(2026, 7, 6)),
        ("Trustees of the 7 July 2026, 3.30pm", "Trustees of the", date(2026, 7, 7)),
        ("Hall Group Monday", "Hall Group Monday", None),
        ("Friends since 2020", "Friends since 2020", None),
        ("6 July at the Hall", "6 July at the Hall", None),
    ],
)
def test_a_day_that_ends_a_line_takes_nothing_with_it(
    line: str, before: str, expected: date | None
) -> None:
    words, day = day_at_end(line)

    assert words == before
    assert (WEEK.date_of(day) if day else None) == expected
