"""How a source stands after each reading, and when it is asked again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.campaigns.source_health import (
    HEALTHY,
    SourceFailure,
    SourceHealth,
    SourceState,
)
from tests.builders import EIGHT

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NO_ANSWER = SourceFailure("nothing answers there")


def failed(times: int, every: timedelta = HOUR) -> SourceHealth:
    health = HEALTHY
    for n in range(times):
        health = health.after_failure(NO_ANSWER, EIGHT + n * every)
    return health


def test_the_first_failure_is_told_and_tried_again_soon() -> None:
    health = failed(1)

    assert health.state is SourceState.FAILING
    assert (health.failing_since, health.failure) == (EIGHT, "nothing answers there")
    assert health.next_try_at == EIGHT + 10 * MINUTE


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 320), (7, 360), (100, 360)],
)
def test_tries_grow_rarer_up_to_six_hours(failures: int, minutes: int) -> None:
    health, last = HEALTHY, EIGHT
    for _ in range(failures):
        last = health.next_try_at or EIGHT
        health = health.after_failure(NO_ANSWER, last)

    assert health.next_try_at == last + minutes * MINUTE


def test_the_first_failure_counts_though_a_clock_was_ahead() -> None:
    resumed = HEALTHY.resumed(EIGHT + HOUR)

    health = resumed.after_failure(NO_ANSWER, EIGHT)

    assert (health.failures, health.next_try_at) == (1, EIGHT + 10 * MINUTE)


def test_who_cannot_wait_makes_the_next_try_no_later() -> None:
    once = failed(1)
    often = once
    for n in range(1, 6):
        often = often.after_failure(SourceFailure("404 Not Found"), EIGHT + n * MINUTE)

    assert often == replace(once, failure="404 Not Found")


@pytest.mark.parametrize(
    ("failures", "every", "state"),
    [
        pytest.param(50, HOUR, SourceState.FAILING, id="two days"),
        pytest.param(28, 6 * HOUR, SourceState.FAILING, id="a little under a week"),
        pytest.param(29, 6 * HOUR, SourceState.PAUSED, id="a week"),
        pytest.param(2, 30 * DAY, SourceState.FAILING, id="twice, a month apart"),
        pytest.param(10, DAY, SourceState.PAUSED, id="ten times, a day apart"),
    ],
)
def test_a_week_of_failing_pauses(
    failures: int, every: timedelta, state: SourceState
) -> None:
    health = failed(failures, every)

    assert health.state is state
    assert health.failing_since == EIGHT


def test_what_is_gone_for_good_is_paused_at_once() -> None:
    health = HEALTHY.after_failure(SourceFailure("410 Gone", is_gone=True), EIGHT)

    assert health.state is SourceState.PAUSED
    assert not health.is_due(EIGHT + 365 * DAY, EIGHT, None)


@pytest.mark.parametrize(
    ("wish", "wait"), [(HOUR, HOUR), (DAY, DAY), (400 * DAY, DAY)], ids=str
)
def test_a_servers_wish_holds_for_a_day_at_most(
    wish: timedelta, wait: timedelta
) -> None:
    health = HEALTHY.after_failure(SourceFailure("503", wait=wish), EIGHT)

    assert health.wait_until == EIGHT + wait
    assert not health.is_due(EIGHT + wait - MINUTE, EIGHT, None)
    assert health.is_due(EIGHT + wait, EIGHT, None)


@pytest.mark.parametrize(
    ("health", "later", "every", "is_due"),
    [
        pytest.param(HEALTHY, 59 * MINUTE, HOUR, False, id="reads well, early"),
        pytest.param(HEALTHY, HOUR, HOUR, True, id="reads well, at its hour"),
        pytest.param(HEALTHY, MINUTE, None, True, id="reads well, an edition waits"),
        pytest.param(failed(1), 9 * MINUTE, HOUR, False, id="failing, early"),
        pytest.param(failed(1), 10 * MINUTE, HOUR, True, id="failing, in time"),
        pytest.param(failed(1), MINUTE, None, True, id="failing, an edition waits"),
        pytest.param(failed(10, DAY), DAY * 99, None, False, id="paused"),
        pytest.param(HEALTHY.resumed(EIGHT), MINUTE, HOUR, True, id="resumed"),
    ],
)
def test_when_a_source_is_asked_again(
    health: SourceHealth, later: timedelta, every: timedelta | None, *, is_due: bool
) -> None:
    assert health.is_due(EIGHT + later, EIGHT, every) is is_due


def test_a_source_that_was_never_asked_is_due() -> None:
    assert HEALTHY.is_due(EIGHT, None, HOUR)
