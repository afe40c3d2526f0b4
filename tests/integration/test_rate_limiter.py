"""Limits kept in the database: for all machines, and across restarts."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from digest.deliver.sending.rate_limiter import RateLimiter
from digest.model.delivery.rate_limits import (
    DomainRateLimits,
    RateLimits,
    parse_limits,
    parse_slow_start,
)
from digest.schedule.reports.status import status_of
from digest.store.base.engine import reading, writing
from digest.store.base.tables import pace
from digest.store.delivery.sending.rate_limits import forget_idle, slow_starts
from tests.builders import EIGHT
from tests.fakes.sending import HandWoundClock
from tests.unit.test_rate_windows import most_in_a_window

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
MS = timedelta(milliseconds=1)


def count_at_once(
    pace: RateLimiter, domain: str = "example.org", most: int = 10_000
) -> int:
    """Return how many copies may leave at once."""
    count = 0
    while count < most and pace.acquire(domain, "news.example.org") is None:
        count += 1
    return count


def test_without_limits_the_database_is_not_asked(engine: Engine) -> None:
    limiter = RateLimiter(engine, HandWoundClock(), RateLimits())
    engine.dispose()

    assert count_at_once(limiter, most=50) == 50
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(pace)) == 0


def test_a_limit_holds_and_says_when_and_why(engine: Engine) -> None:
    clock = HandWoundClock()
    limiter = RateLimiter(engine, clock, RateLimits(parse_limits("20/s, 50/h")))

    assert count_at_once(limiter) == 20
    wait = limiter.acquire("example.org")
    assert wait is not None
    assert wait.until == EIGHT + SECOND
    assert wait.is_for_all
    assert "20 in 1 second and 50 in 1 hour" in wait.why
    clock.move(SECOND)
    assert count_at_once(limiter) == 20
    clock.move(SECOND)
    assert count_at_once(limiter) == 10


def test_a_limit_survives_a_restart(engine: Engine) -> None:
    clock, limits = HandWoundClock(), RateLimits(parse_limits("40/h"))
    assert count_at_once(RateLimiter(engine, clock, limits)) == 40
    clock.move(timedelta(minutes=30))

    assert count_at_once(RateLimiter(engine, clock, limits)) == 0
    clock.move(timedelta(minutes=30))
    assert count_at_once(RateLimiter(engine, clock, limits)) == 40


def test_two_machines_share_one_limit(engine: Engine) -> None:
    clock, limits = HandWoundClock(), RateLimits(parse_limits("50/s"))
    machines = [RateLimiter(engine, clock, limits) for _ in range(2)]
    used: list[datetime] = []
    for step in range(4_000):
        if machines[step % 3 % 2].acquire("example.org") is None:
            used.append(clock.now)
        clock.move(3 * MS)
        if step % 500 == 499:  # one dies with what it holds
            machines[0] = RateLimiter(engine, clock, limits)

    assert most_in_a_window(used, SECOND) <= 50
    assert len(used) > 0.7 * 50 * 12


def test_each_receiving_domain_has_its_own_limit(engine: Engine) -> None:
    limits = RateLimits(domains=DomainRateLimits.parse("example.net=5/s, *=20/s"))
    limiter = RateLimiter(engine, HandWoundClock(), limits)

    assert count_at_once(limiter, "example.net") == 5
    assert count_at_once(limiter, "EXAMPLE.org.") == 20
    wait = limiter.acquire("example.org")
    assert wait is not None
    assert not wait.is_for_all
    assert "example.org" in wait.why


def test_a_domain_that_must_wait_uses_nothing_of_what_all_share(
    engine: Engine,
) -> None:
    limits = RateLimits(parse_limits("30/s"), DomainRateLimits.parse("5/s"))
    limiter = RateLimiter(engine, HandWoundClock(), limits)

    assert count_at_once(limiter, "example.net") == 5
    assert limiter.acquire("example.net") is not None
    assert (
        sum(count_at_once(limiter, f"d{number}.example.org") for number in range(9))
        == 25
    )


def test_a_new_sending_domain_starts_slowly(engine: Engine) -> None:
    clock = HandWoundClock()
    limits = RateLimits(slow_start=parse_slow_start("10/d"))
    sent = []
    for _ in range(4):
        sent.append(count_at_once(RateLimiter(engine, clock, limits)))
        clock.move(DAY)

    assert sent == [10, 20, 40, 80]
    with reading(engine) as connection:
        [slow_start] = slow_starts(connection)
    assert (slow_start.domain, slow_start.days) == ("news.example.org", 4)
    assert status_of(engine, clock.now, limits)["slow_start"] == [
        {"domain": "news.example.org", "day": 5, "a_day": 160}
    ]


def test_a_slow_start_holds_only_copies_from_that_domain(engine: Engine) -> None:
    limits = RateLimits(slow_start=parse_slow_start("10/d"))
    limiter = RateLimiter(engine, HandWoundClock(), limits)
    count_at_once(limiter)
    wait = limiter.acquire("example.org", "news.example.org")

    assert wait is not None
    assert wait.sending_domain == "news.example.org"
    assert limiter.acquire("example.org", "other.example.org") is None


def test_a_domain_in_use_for_a_fortnight_is_let_go(engine: Engine) -> None:
    clock = HandWoundClock()
    limits = RateLimits(slow_start=parse_slow_start("1/d"))
    for _ in range(14):
        limiter = RateLimiter(engine, clock, limits)
        assert limiter.acquire("example.org", "news.example.org") is None
        clock.move(DAY)

    assert count_at_once(RateLimiter(engine, clock, limits), most=20_000) == 20_000


def test_what_says_nothing_any_more_is_forgotten(engine: Engine) -> None:
    clock = HandWoundClock()
    count_at_once(
        RateLimiter(engine, clock, RateLimits(domains=DomainRateLimits.parse("5/s")))
    )
    with writing(engine) as connection:
        assert forget_idle(connection, clock.now) == 0
        assert forget_idle(connection, clock.now + 3 * SECOND) == 1
