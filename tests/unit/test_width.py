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


def test_trouble_halves_it_and_quiet_widens_it_one_by_one() -> None:
    clock = Seconds()
    width = ConcurrencyLimit(8, clock)
    width.narrow(others=7)
    seen = [width.allowed]
    for _ in range(3):
        clock.now += 15
        seen.append(width.allowed)

    assert seen == [4, 5, 6, 7]


def test_it_is_never_wider_than_what_is_open_after_trouble() -> None:
    width = ConcurrencyLimit(8, Seconds())
    width.narrow(others=2)

    assert width.allowed == 2


def test_the_last_connection_is_not_narrowed_away() -> None:
    width = ConcurrencyLimit(8, Seconds())
    width.narrow(others=0)

    assert width.allowed == 8


def test_trouble_again_makes_the_quiet_longer() -> None:
    once = ConnectionBudget(8, 8).narrowed(7, now=0)
    twice = once.narrowed(3, now=1)

    assert twice.allowed == 2
    assert twice.widened(now=1 + once.quiet) == twice
    assert twice.widened(now=1 + twice.quiet).allowed == 3


@given(st.integers(1, 20), st.lists(st.tuples(st.booleans(), st.integers(0, 300))))
def test_it_stays_between_one_and_most_and_opens_again(
    most: int, events: list[tuple[bool, int]]
) -> None:
    opening, now = ConnectionBudget(most, most), 0.0
    for is_trouble, pause in events:
        now += pause
        opening = (
            opening.narrowed(opening.allowed - 1, now)
            if is_trouble
            else opening.widened(now)
        )
        assert 1 <= opening.allowed <= most
    for _ in range(most):
        now += 240
        opening = opening.widened(now)

    assert opening.allowed == most
