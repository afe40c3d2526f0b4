"""Never more in any window, whoever uses what was granted and however late."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.model.delivery.rate_limits import RateLimit, parse_limits
from digest.model.delivery.rate_windows import (
    GrantLedger,
    GrantUse,
    day_of_use,
    grant_size,
    slow_limit,
)
from digest.model.limits import GRANT_LIFE, SLOW_START_DAYS
from tests.builders import EIGHT

MS = timedelta(milliseconds=1)
LIMITS = st.sampled_from(["1/s", "7/s", "100/s", "5/s, 30/m", "40/m", "20/s, 50/h"])
# How long until the next ask, how many of a grant are used, how late the last of
# them, and whether its holder lives to say so.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.floats(0, 1),
        st.integers(0, 999),
        st.booleans(),
    ),
    max_size=60,
)


def most_in_a_window(used: Sequence[datetime], window: timedelta) -> int:
    """Return the most copies in any half-open window of that length."""
    ordered = sorted(used)
    return max(
        (
            sum(end - window < other <= end for other in ordered[: at + 1])
            for at, end in enumerate(ordered)
        ),
        default=0,
    )


@given(LIMITS, STEPS)
@example("1/s", [(0, 1.0, 999, False), (1001, 1.0, 0, True)])
def test_no_window_ever_holds_more_than_its_limit(
    written: str, steps: list[tuple[int, float, int, bool]]
) -> None:
    limits, ledger, now = parse_limits(written), GrantLedger(), EIGHT
    used: list[datetime] = []
    reports: list[tuple[datetime, GrantUse]] = []
    for number, (pause, part, late, is_alive) in enumerate(steps):
        now += pause * MS
        for report in [entry for entry in reports if entry[0] <= now]:
            reports.remove(report)
            ledger = ledger.settled(report[1])
        ledger = ledger.compacted(limits, now)
        if (room := ledger.room(limits, now)) < 1:
            assert ledger.free_at(limits, now) > now
            continue
        copies = grant_size(limits, room)
        ledger = ledger.granted(str(number), copies, now)
        count, last = int(copies * part), now + late * MS
        used += [last] * count
        if is_alive:
            reports.append((last, GrantUse(str(number), count, last)))

    for limit in limits:
        assert most_in_a_window(used, limit.window) <= limit.copies


@given(LIMITS, STEPS)
def test_what_is_granted_when_it_is_free_there_is_room_for(
    written: str, steps: list[tuple[int, float, int, bool]]
) -> None:
    limits, ledger, now = parse_limits(written), GrantLedger(), EIGHT
    for number, (pause, *_) in enumerate(steps):
        now += pause * MS
        ledger = ledger.compacted(limits, now)
        if (room := ledger.room(limits, now)) > 0:
            ledger = ledger.granted(str(number), grant_size(limits, room), now)

    free = ledger.free_at(limits, now)
    assert ledger.room(limits, free) > 0
    assert free == now or ledger.room(limits, free - MS / 1000) < 1


def test_a_limit_that_is_always_asked_for_is_used_nearly_whole() -> None:
    limits, ledger, now, used = parse_limits("100/s"), GrantLedger(), EIGHT, 0
    end = EIGHT + timedelta(seconds=60)
    while now < end:
        ledger = ledger.compacted(limits, now)
        if (room := ledger.room(limits, now)) > 0:
            copies = grant_size(limits, room)
            ledger = ledger.granted("mine", copies, now)
            used += copies
            now += MS
            ledger = ledger.settled(GrantUse("mine", copies, now))
        else:
            now = ledger.free_at(limits, now)

    assert used > 5700


def test_the_past_is_kept_short() -> None:
    limits, ledger, now = parse_limits("100000/d"), GrantLedger(), EIGHT
    for number in range(4000):
        now += timedelta(seconds=20)
        ledger = ledger.compacted(limits, now).granted(str(number), 1, now)
        ledger = ledger.settled(GrantUse(str(number), 1, now))

    assert len(ledger.entries) < 400
    assert limits[0].copies - ledger.room(limits, now) == 4000


def test_a_grant_of_one_who_died_counts_to_its_end() -> None:
    limits = parse_limits("8/s")
    ledger = GrantLedger().granted("lost", 8, EIGHT)

    assert ledger.free_at(limits, EIGHT) == EIGHT + GRANT_LIFE + timedelta(seconds=1)


FIRST = RateLimit(500, timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "copies"), [(1, 500), (2, 1000), (5, 8000), (SLOW_START_DAYS, 4_096_000)]
)
def test_a_new_domain_may_send_twice_as_much_each_day_of_use(
    day: int, copies: int
) -> None:
    assert slow_limit(FIRST, day) == replace(FIRST, copies=copies)


def test_a_domain_in_use_for_a_fortnight_is_not_new() -> None:
    assert slow_limit(FIRST, SLOW_START_DAYS + 1) is None


def test_days_without_use_do_not_count() -> None:
    used_on = EIGHT.date()

    assert day_of_use(3, used_on, used_on) == 3
    assert day_of_use(3, used_on, used_on + timedelta(days=9)) == 4
