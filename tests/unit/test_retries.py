"""When a copy is tried again: only time ends patience."""

import itertools
from datetime import timedelta

import pytest

from digest.model.delivery.delivery import (
    Accepted,
    Deferred,
    DeliveryState,
    Outcome,
    Patience,
    Refused,
    RetryPolicy,
    Uncertain,
    is_charged,
    settle,
)
from tests.builders import EIGHT

HOUR = timedelta(hours=1)
POLICY = RetryPolicy()


def retries(outcome: Deferred, patience: timedelta) -> list[timedelta]:
    """Return when, since planned, a copy is tried that is deferred each time."""
    until, now, tried, charged = EIGHT + patience, EIGHT, [], 0
    while now < until:
        tried.append(now - EIGHT)
        charged += outcome.is_charged
        end = settle(outcome, charged, now, POLICY, Patience(EIGHT, until))
        assert end.state is DeliveryState.PLANNED
        assert end.next_attempt_at is not None
        now = end.next_attempt_at
    assert now == until
    return tried


def test_there_are_two_tries_in_the_first_hour_then_one_every_few() -> None:
    tried = retries(Deferred("452 4.2.2 full"), timedelta(days=4))
    gaps = [later - sooner for sooner, later in itertools.pairwise(tried)]

    assert sum(at < HOUR for at in tried) == 2
    assert gaps[0] == timedelta(minutes=30)
    assert all(2 * HOUR <= gap <= 3 * HOUR for gap in gaps[1:])
    assert tried[-1] >= timedelta(days=4) - 3 * HOUR


def test_greylisting_is_tried_again_soon_and_not_for_ever_so_often() -> None:
    tried = retries(Deferred("450 greylisted", is_charged=False), timedelta(days=4))
    gaps = [later - sooner for sooner, later in itertools.pairwise(tried)]

    assert gaps[0] == timedelta(minutes=5)
    assert gaps == sorted(gaps)
    for at, gap in zip(tried[1:-1], gaps[1:], strict=False):
        assert gap <= max(timedelta(minutes=5), at / 2), "half of what it has lasted"
    assert max(gaps) <= 3 * HOUR
    assert len(tried) < 60


def test_a_copy_waits_no_longer_than_it_is_of_use() -> None:
    until = EIGHT + timedelta(minutes=10)
    end = settle(Deferred("452 full"), 1, EIGHT, POLICY, Patience(EIGHT, until))

    assert end.next_attempt_at == until


@pytest.mark.parametrize("attempts", [1, 30, 3000])
def test_no_number_of_attempts_ends_patience(attempts: int) -> None:
    end = settle(Deferred("452 full"), attempts, EIGHT, POLICY)

    assert end.state is DeliveryState.PLANNED


@pytest.mark.parametrize(
    ("outcome", "state", "charged"),
    [
        (Accepted("250 ok"), DeliveryState.ACCEPTED, True),
        (Refused("550 no such user"), DeliveryState.REFUSED, True),
        (Refused("554 content", is_charged=False), DeliveryState.REFUSED, False),
        (Uncertain("no answer"), DeliveryState.UNCERTAIN, True),
        (Deferred("452 full"), DeliveryState.PLANNED, True),
        (Deferred("450 grey", is_charged=False), DeliveryState.PLANNED, False),
    ],
)
def test_an_outcome_says_where_a_copy_goes_and_whom_it_is_held_against(
    outcome: Outcome, state: DeliveryState, *, charged: bool
) -> None:
    end = settle(outcome, 1, EIGHT, RetryPolicy())

    assert (end.state, end.reply) == (state, outcome.reply)
    assert (end.next_attempt_at is None) is (state is not DeliveryState.PLANNED)
    assert is_charged(outcome) is charged
