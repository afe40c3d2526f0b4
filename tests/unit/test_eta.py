"""How fast, how long left: no better than it is known, and what waits is said."""

from datetime import timedelta

import pytest

from digest.model.delivery.eta import (
    LimitUse,
    ThroughputWindow,
    TimeRemaining,
    left_in_words,
    outlook,
    rate_in_words,
    rate_of,
    seconds_left,
)
from digest.model.delivery.rate_limits import RateLimit
from tests.builders import EIGHT

HOURLY = RateLimit(10_000, timedelta(hours=1))
FRESH, HALF, USED = (LimitUse(HOURLY, used) for used in (0, 5000, 10_000))


@pytest.mark.parametrize(
    ("copies", "seconds", "rate"),
    [
        pytest.param(100, 10, 10.0, id="so many in that time"),
        pytest.param(100, 1, None, id="too short to tell"),
        pytest.param(0, 60, 0.0, id="none at all is a rate too"),
    ],
)
def test_a_rate_needs_a_little_time(
    copies: int, seconds: float, rate: float | None
) -> None:
    assert rate_of(copies, seconds) == rate


def test_the_rate_is_that_of_the_last_minute_alone() -> None:
    assert ThroughputWindow().rate is None
    throughput = ThroughputWindow(window=60)
    for second in range(0, 61, 10):
        throughput.note(second, second * 100)
    assert throughput.rate == 100
    for second in range(70, 131, 10):
        throughput.note(second, 6000 + (second - 60) * 10)
    assert throughput.rate == 10


def test_a_window_keeps_what_it_needs_and_no_more() -> None:
    throughput, rates = ThroughputWindow(window=10), list[float | None]()
    for at, ended in ((0, 0), (100, 500), (110, 1500)):
        throughput.note(at, ended)
        rates.append(throughput.rate)

    assert rates == [None, 5, 100]


def test_a_standstill_is_seen() -> None:
    throughput = ThroughputWindow(window=60)
    throughput.note(0, 500)
    for second in range(10, 90, 10):
        throughput.note(second, 500)
    assert throughput.rate == 0


@pytest.mark.parametrize(
    ("ready", "rate", "allowances", "seconds"),
    [
        pytest.param(0, None, (), 0.0, id="nothing left"),
        pytest.param(100, None, (), None, id="rate not known"),
        pytest.param(100, 0.0, (), None, id="nothing goes"),
        pytest.param(100, 10.0, (), 10.0, id="by the rate"),
        pytest.param(5, 50.0, (), 0.1, id="no limit: it may take an instant"),
        pytest.param(12_000, 5e5, (LimitUse(HOURLY),), 720.0, id="a fifth too many"),
        pytest.param(100_000, 500.0, (FRESH,), 9 * 3600.0, id="a limit to come"),
        pytest.param(9_000, 500.0, (FRESH,), 18.0, id="a limit not reached"),
        pytest.param(10_000, 500.0, (USED,), 3600.0, id="a limit used up"),
        pytest.param(15_000, 500.0, (HALF,), 3600.0, id="a limit half used"),
        pytest.param(10_000, 17.0, (USED,), 3600.0, id="used up, and slower by now"),
        pytest.param(10_000, 0.0, (USED,), 3600.0, id="used up: nothing may go"),
        pytest.param(10_000, 0.0, (HALF,), None, id="nothing goes, but could"),
        pytest.param(10_000, None, (USED,), None, id="used up, and not begun"),
    ],
)
def test_the_time_left_is_never_less_than_the_limits_ask_for(
    ready: int,
    rate: float | None,
    allowances: tuple[LimitUse, ...],
    seconds: float | None,
) -> None:
    assert seconds_left(TimeRemaining(ready), rate, allowances) == seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds"),
        (9.9, "a few seconds"),
        (10, "about 10 seconds"),
        (12, "about 10 seconds"),
        (54, "about 55 seconds"),
        (55, "about a minute"),
        (70, "about a minute"),
        (89.9, "about a minute"),
        (90, "about 2 minutes"),
        (600, "about 10 minutes"),
        (55 * 60 - 1, "about 55 minutes"),
        (55 * 60, "about an hour"),
        (3400, "about an hour"),
        (9000, "about 2 hours"),
        (12 * 3600, "about 12 hours"),
        (36 * 3600 - 1, "about 36 hours"),
        (36 * 3600, "about 2 days"),
        (100 * 3600, "about 4 days"),
    ],
)
def test_a_time_that_is_not_known_exactly_is_not_said_exactly(
    seconds: float, words: str
) -> None:
    assert left_in_words(seconds) == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1234.4, "1,234 a second"),
        (10, "10 a second"),
        (9.94, "9.9 a second"),
        (2.5, "2.5 a second"),
        (1, "1.0 a second"),
        (0.99, "59 a minute"),
        (0.1, "6 a minute"),
    ],
)
def test_a_rate_is_said_as_people_say_it(rate: float, words: str) -> None:
    assert rate_in_words(rate) == words


@pytest.mark.parametrize(
    ("remaining", "rate", "words"),
    [
        pytest.param(TimeRemaining(0), None, "nothing is left to send", id="done"),
        pytest.param(
            TimeRemaining(100),
            None,
            "the time left cannot be told yet",
            id="just begun",
        ),
        pytest.param(
            TimeRemaining(100), 0.0, "nothing is going just now", id="standing still"
        ),
        pytest.param(
            TimeRemaining(0, 2),
            None,
            "2 wait to be tried again",
            id="who knows when",
        ),
        pytest.param(
            TimeRemaining(1000), 50.0, "50 a second, about 20 seconds left", id="going"
        ),
        pytest.param(
            TimeRemaining(1000, is_held=True),
            50.0,
            "no more are begun just now",
            id="held",
        ),
        pytest.param(
            TimeRemaining(0, 1, EIGHT, zone="Europe/London"),
            None,
            "1 waits to be tried again, the first on Monday 6 July 2026, 09:00 BST",
            id="waiting",
        ),
        pytest.param(
            TimeRemaining(1000, 12, EIGHT),
            50.0,
            "50 a second, about 20 seconds left; "
            "12 wait to be tried again, the first on Monday 6 July 2026, 08:00 UTC",
            id="going, and some wait",
        ),
        pytest.param(TimeRemaining(0, calls=1), None, "1 call to make", id="a call"),
        pytest.param(
            TimeRemaining(500, calls=1200),
            50.0,
            "50 a second, about 10 seconds left; 1,200 calls to make",
            id="going, and calls",
        ),
    ],
)
def test_what_waits_is_said_beside_the_time_left(
    remaining: TimeRemaining, rate: float | None, words: str
) -> None:
    assert outlook(remaining, rate) == words
