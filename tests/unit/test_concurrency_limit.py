"""Fewer connections on trouble, and again more when it is quiet."""

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.sending.concurrency_limit import ConcurrencyLimit, ConnectionBudget


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time it shows."""
        return self.now


def test_trouble_halves_it_and_quiet_raises_it_one_by_one() -> None:
    clock = Seconds()
    limit = ConcurrencyLimit(8, clock)
    limit.reduce(others=7)
    allowed = [limit.allowed]
    for _ in range(3):
        clock.now += 15
        allowed.append(limit.allowed)

    assert allowed == [4, 5, 6, 7]


def test_it_is_never_wider_than_what_is_open_after_trouble() -> None:
    limit = ConcurrencyLimit(8, Seconds())
    limit.reduce(others=2)

    assert limit.allowed == 2


def test_the_last_connection_is_not_taken_away() -> None:
    limit = ConcurrencyLimit(8, Seconds())
    limit.reduce(others=0)

    assert limit.allowed == 8


def test_trouble_again_makes_the_quiet_longer() -> None:
    once = ConnectionBudget(8, 8).reduced(7, now=0)
    twice = once.reduced(3, now=1)

    assert twice.allowed == 2
    assert twice.raised(now=1 + once.quiet) == twice
    assert twice.raised(now=1 + twice.quiet).allowed == 3


def test_each_trouble_before_all_is_well_doubles_the_quiet_up_to_four_minutes() -> None:
    budget, quiet = ConnectionBudget(8, 8), []
    for _ in range(7):
        budget = budget.reduced(3, now=0)
        quiet.append(budget.quiet)

    assert quiet == [15, 30, 60, 120, 240, 240, 240]
    assert budget.allowed == 1


def test_a_spell_is_quiet_when_it_has_lasted_and_no_sooner() -> None:
    once = ConnectionBudget(3, 3).reduced(2, now=100)

    assert once.allowed == 1
    assert once.raised(now=114.9).allowed == 1
    assert once.raised(now=115).allowed == 2


def test_where_all_may_be_open_again_trouble_is_as_if_it_were_the_first() -> None:
    troubled = ConnectionBudget(2, 2).reduced(1, now=0).reduced(1, now=1)
    well = troubled.raised(now=31)

    assert (troubled.allowed, troubled.quiet) == (1, 30)
    assert (well.allowed, well.quiet) == (2, 15)
    assert well.raised(now=1000) is well
    assert well.reduced(1, now=1001).quiet == 15


@given(st.integers(1, 20), st.lists(st.tuples(st.booleans(), st.integers(0, 300))))
def test_it_stays_between_one_and_most_and_rises_again(
    most: int, events: list[tuple[bool, int]]
) -> None:
    budget, now = ConnectionBudget(most, most), 0.0
    for is_trouble, pause in events:
        now += pause
        budget = (
            budget.reduced(budget.allowed - 1, now)
            if is_trouble
            else budget.raised(now)
        )
        assert 1 <= budget.allowed <= most
    for _ in range(most):
        now += 240
        budget = budget.raised(now)

    assert budget.allowed == most
