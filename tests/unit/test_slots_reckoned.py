"""Every kind of schedule against `tests.reckoning`, around each change of the clock.

Whole years of minutes: `python -m tests.reckoning`.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from dateutil import tz

from tests import clock_page
from tests.reckoning import KINDS, ZONES, WallClock, differences

AT_ENDS = (
    (date(2027, 12, 30), date(2027, 12, 31)),
    (date(2028, 2, 28), date(2028, 3, 1)),
)
APIA = "Pacific/Apia"
LOOK = timedelta(hours=6)


def changes_of(zone: str, year: int) -> list[date]:
    """Return the days on which the clocks of a zone change in a year."""
    begins, named = datetime(year, 1, 1, tzinfo=UTC), tz.gettz(zone)
    moments = [(begins + n * LOOK).astimezone(named) for n in range(366 * 4)]
    return [
        later.date()
        for earlier, later in pairwise(moments)
        if earlier.utcoffset() != later.utcoffset() and later.year == year
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_slots_are_those_of_an_independent_reckoning(zone: str) -> None:
    spans = [
        (day - timedelta(1), day + timedelta(1))
        for year in ((2011, 2026) if zone == APIA else (2026,))
        for day in changes_of(zone, year)
    ]

    for first, last in [*spans, *AT_ENDS]:
        count, faults = differences(zone, first, last)
        assert count
        assert faults == []


def rows_of_the_page() -> list[list[str]]:
    """Return the cells of each row that the page of clock changes shows."""
    lines = clock_page.PAGE.read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if "/" in row[0] and len(row) == 6]


@pytest.mark.parametrize("cells", rows_of_the_page(), ids=" ".join)
def test_each_row_of_the_page_is_what_a_clock_shows(cells: list[str]) -> None:
    zone, day_in_words, at, shows, in_utc, why = cells
    day = datetime.strptime(day_in_words, "%a %d %b %Y").date()  # noqa: DTZ007 - a day
    wall = datetime.combine(day, time.fromisoformat(at))
    due = WallClock(zone, day, day).first_at(wall)
    local = due.astimezone(tz.gettz(zone))

    assert f"{due:%Y-%m-%d %H:%M}" == in_utc
    assert f"{local:%a %H:%M}" == shows
    assert (why == "there is no such time") is (f"{local:%H:%M}" != at)
    following = (
        (due + timedelta(minutes=n)).astimezone(local.tzinfo) for n in range(1, 181)
    )
    comes_twice = any(f"{later:%H:%M}" == shows[-5:] for later in following)
    assert (why == "the first of two") is comes_twice


def test_the_page_shows_both_changes_and_is_as_it_is_made() -> None:
    assert clock_page.PAGE.read_text() == clock_page.page()
    whys = {row[5] for row in rows_of_the_page()}
    assert whys == {"", "there is no such time", "the first of two"}


def test_the_zones_change_their_clocks_in_all_ways_that_matter() -> None:
    """The list of zones tries what it is meant to."""
    steps = set()
    for zone in ZONES:
        for year in (2011, 2026):
            for day in changes_of(zone, year):
                noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - a wall's
                before, after = (
                    (noon + timedelta(n)).replace(tzinfo=tz.gettz(zone)).utcoffset()
                    for n in (-2, 2)
                )
                assert before is not None
                assert after is not None
                steps.add((after - before) // timedelta(minutes=1))

    assert {-60, 60, -30, 30, -120, 120, 24 * 60} <= steps
    assert len(ZONES) == 17
    assert {kind.name for kind in KINDS} >= {"every other week", "every half hour"}
