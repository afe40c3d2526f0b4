"""Limits as they are written."""

from datetime import timedelta

import pytest

from digest.environment import load
from digest.errors import SettingsError
from digest.model.delivery.rate_limits import (
    DomainRateLimits,
    RateLimit,
    RateLimits,
    limits_in_words,
    parse_limits,
    parse_slow_start,
)
from digest.settings import as_understood
from tests.unit.test_settings import NOWHERE


def test_limits_are_read_with_their_windows() -> None:
    assert parse_limits("100/s, 10000/h") == (
        RateLimit(100, timedelta(seconds=1)),
        RateLimit(10000, timedelta(hours=1)),
    )


@pytest.mark.parametrize(
    ("written", "seconds", "words"),
    [
        ("1/s", 1, "1 in 1 second"),
        ("40 / m", 60, "40 in 1 minute"),
        ("10000/h", 3600, "10000 in 1 hour"),
        (" 500/d ", 86_400, "500 in 1 day"),
    ],
)
def test_a_window_is_a_second_a_minute_an_hour_or_a_day(
    written: str, seconds: int, words: str
) -> None:
    limit = RateLimit.parse(written)

    assert limit.window == timedelta(seconds=seconds)
    assert str(limit) == written.replace(" ", "")
    assert limits_in_words([limit]) == words
    assert limits_in_words([limit, limit]) == f"{words} and {words}"


@pytest.mark.parametrize(
    "limits",
    [
        RateLimits(overall=parse_limits("1/s")),
        RateLimits(domains=DomainRateLimits.parse("1/s")),
        RateLimits(slow_start=parse_slow_start("500/d")),
    ],
)
def test_any_limit_is_one(limits: RateLimits) -> None:
    assert not limits.are_none


def test_a_domain_is_named_in_any_case_and_no_other_is_meant() -> None:
    limits = DomainRateLimits.parse("Mail.Example.NET=5/s")

    assert limits.of("mail.example.net") == parse_limits("5/s")
    assert limits.of("example.net") == ()


def test_a_named_domain_has_its_own_limit_and_the_rest_share_one_rule() -> None:
    limits = DomainRateLimits.parse("example.net=5/s, *=20/s")

    assert [str(limit) for limit in limits.of("example.net")] == ["5/s"]
    assert [str(limit) for limit in limits.of("example.org")] == ["20/s"]
    assert DomainRateLimits.parse("20/s").of("example.org") == limits.of("example.org")


def test_limits_are_shown_as_they_were_understood() -> None:
    environment = {
        "DIGEST_RATE": "100/s,10000/h",
        "DIGEST_DOMAIN_RATE": "20/s",
        "DIGEST_SLOW_START": "500/d",
    }
    values = as_understood(load(environment, NOWHERE))

    assert values["DIGEST_RATE"] == "100/s, 10000/h"
    assert values["DIGEST_DOMAIN_RATE"] == "*=20/s"
    assert values["DIGEST_SLOW_START"] == "500/d"


def test_without_limits_nothing_is_limited() -> None:
    settings = load({}, NOWHERE)

    assert settings.limits.are_none
    assert as_understood(settings)["DIGEST_RATE"] == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DIGEST_RATE", "fast", "100/s"),
        ("DIGEST_RATE", "0/s", "100/s"),
        ("DIGEST_RATE", "10/w", "100/s"),
        ("DIGEST_DOMAIN_RATE", "nowhere=5/s", "not a domain"),
        ("DIGEST_DOMAIN_RATE", "example.net=5", "100/s"),
        ("DIGEST_SLOW_START", "500/h", "500/d"),
    ],
)
def test_a_wrong_limit_says_how_to_write_one(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refusal:
        load({name: value}, NOWHERE)

    assert name in str(refusal.value)
