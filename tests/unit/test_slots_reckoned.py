"""Every kind of schedule against `tests.reckoning`, around each change of the clock.

Whole years of minutes: `python -m tests.reckoning`.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from dateutil import tz

from tests.reckoning import KINDS, ZONES, differences

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
