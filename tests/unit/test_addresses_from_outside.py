"""Addresses from outside: absolute, and of a kind a reader may be sent to."""

import pytest

from digest.gather.markup.addresses import link, web

BASE = "https://example.org/blog/post"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("next", "https://example.org/blog/next"),
        ("/top", "https://example.org/top"),
        ("//example.net/x", "https://example.net/x"),
        ("?q=1", "https://example.org/blog/post?q=1"),
        ("mailto:team@example.org", "mailto:team@example.org"),
        ("tel:01632960155", "tel:01632960155"),
        ("  HTTPS://example.org/x \n", "https://example.org/x"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ('https://example.org/"><b>', "https://example.org/%22%3E%3Cb%3E"),
        ("https://example.org/a\u2028b", "https://example.org/a%E2%80%A8b"),
        ("/\\evil.example", "https://example.org/%5Cevil.example"),
        ("https://example.org/caf\u00e9", "https://example.org/caf\u00e9"),
    ],
)
def test_a_good_address_is_made_whole(address: str, expected: str) -> None:
    assert link(address, BASE) == expected


@pytest.mark.parametrize(
    "address",
    [
        *("", "  ", "javascript:alert(1)", "JAVA\tSCRIPT:alert(1)", "\x00javascript:x"),
        *("data:text/html,x", "file:///etc/passwd", "ftp://example.org/", "cid:x"),
        *("https://", "https:///path", "http://[bad", "https://a@example.org/"),
        *("https://exa%6dple.org/", "https:\\\\evil.example", "mailto:", "vbscript:x"),
    ],
)
def test_an_address_nobody_should_follow_is_none(address: str) -> None:
    assert link(address, BASE) is None


def test_without_a_base_a_relative_address_leads_nowhere() -> None:
    assert link("next", "") is None


def test_a_telephone_number_is_no_web_address() -> None:
    assert web("tel:01632960155", BASE) is None
