"""When somebody is rung once more: soon, by day, and while it is of use."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.model.delivery.calls import CallOutcome, CallReport
from tests.builders import EIGHT

LONDON = "Europe/London"
HOUR = timedelta(hours=1)
# On the clock of London in summer.
TEN = EIGHT + HOUR
NO_ANSWER = CallReport(CallOutcome.NO_ANSWER)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return that time on a clock in London, that July."""
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC) - HOUR


@pytest.mark.parametrize(
    ("now", "until", "again"),
    [
        pytest.param(TEN, None, TEN + 2 * HOUR, id="in two hours"),
        pytest.param(TEN, TEN + 3 * HOUR, TEN + 2 * HOUR, id="while it is of use"),
        pytest.param(TEN, TEN + 2 * HOUR, TEN + HOUR, id="halfway, just too late"),
        pytest.param(
            TEN,
            TEN + 2 * HOUR + timedelta(seconds=1),
            TEN + 2 * HOUR,
            id="in two hours, just in time",
        ),
        pytest.param(at(6, 17, 59), None, at(6, 19, 59), id="in the evening"),
        pytest.param(at(6, 18), None, at(7, 9), id="in the morning"),
        pytest.param(at(7, 5), None, at(7, 9), id="not before morning"),
        pytest.param(at(7, 7), None, at(7, 9), id="at nine"),
        pytest.param(at(6, 18), at(7, 9), None, id="never by night"),
        pytest.param(at(6, 18), at(6, 21), at(6, 19, 30), id="before the night"),
        pytest.param(TEN, TEN, None, id="of no use any more"),
        pytest.param(TEN, TEN - HOUR, None, id="of no use for an hour"),
    ],
)
def test_who_did_not_answer_is_rung_again(
    now: datetime, until: datetime | None, again: datetime | None
) -> None:
    assert NO_ANSWER.rings_again_at(now, until, LONDON) == again


def test_who_asked_for_the_night_is_rung_by_night() -> None:
    late = CallReport(CallOutcome.LATER, again_at=at(6, 23))

    assert late.rings_again_at(TEN, None, LONDON) == at(6, 23)
    past = CallReport(CallOutcome.LATER, again_at=at(6, 1))
    assert past.rings_again_at(TEN, None, LONDON) == TEN


@pytest.mark.parametrize(
    ("before", "is_too_late"),
    [
        (timedelta(microseconds=1), False),
        (timedelta(0), True),
        (-timedelta(microseconds=1), True),
    ],
)
def test_a_time_is_too_late_from_the_moment_that_the_call_is_of_no_use(
    before: timedelta, *, is_too_late: bool
) -> None:
    report = CallReport(CallOutcome.LATER, again_at=TEN - before)

    assert report.asks_too_late(TEN) is is_too_late
    assert not report.asks_too_late(None)
    assert not NO_ANSWER.asks_too_late(TEN)
