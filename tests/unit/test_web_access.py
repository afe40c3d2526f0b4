"""Which places may be asked: the open web, and what an operator has named."""

import pytest

from digest.model.campaigns.web_access import WebAccess

NOBODY = WebAccess()


def refusal(access: WebAccess, host: str, port: int, address: str) -> str:
    return access.refusal(host, port, address, is_ours=False)


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.0", "100.128.0.1"),
        *("2606:4700:4700::1111", "2a00:1450:4009:80b::200e", "2001:4860:4860::8888"),
    ],
)
@pytest.mark.parametrize("port", [80, 443])
def test_the_open_web_may_be_asked(address: str, port: int) -> None:
    assert refusal(NOBODY, "example.org", port, address) == ""


@pytest.mark.parametrize("port", [21, 22, 25, 81, 3306, 6379, 8080, 11211, 65535])
def test_ports_that_are_not_the_webs_own_are_refused(port: int) -> None:
    assert f"port {port} is not" in refusal(NOBODY, "example.org", port, "8.8.8.8")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("0.0.0.0", "this machine itself"),  # noqa: S104 - asked, not listened on
        ("127.0.0.1", "this machine itself"),
        ("::1", "this machine itself"),
        ("10.0.0.1", "a private network"),
        ("169.254.169.254", "a private network"),
        ("100.100.100.200", "a private network"),
        ("168.63.129.16", "a private network"),
        ("fd00:ec2::254", "a private network"),
        ("fec0::1", "a private network"),
        ("192.0.0.8", "no place on the open web"),
        ("192.88.99.1", "no place on the open web"),
        ("255.255.255.255", "no place on the open web"),
        ("ff02::1", "no place on the open web"),
        ("5f00::1", "no place on the open web"),
        ("64:ff9b::a00:1", "an address that may hide another one"),
        ("2002:a00:1::1", "an address that may hide another one"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "an address that may hide"),
        ("::127.0.0.1", "an address that may hide another one"),
        ("::ffff:10.0.0.1", "an address that may hide another one"),
        ("2a00:1450::5efe:a00:1", "an address that may hide another one"),
        ("2a00:1450::200:5efe:a00:1", "an address that may hide another one"),
    ],
)
def test_an_address_is_refused_for_what_it_is(address: str, why: str) -> None:
    assert why in refusal(NOBODY, "example.org", 80, address)


def test_a_machines_own_public_address_is_its_own() -> None:
    why = NOBODY.refusal("example.org", 443, "8.8.8.8", is_ours=True)

    assert why == "it leads to 8.8.8.8, this machine itself"


@pytest.mark.parametrize(
    ("allowed", "host", "port", "address", "may"),
    [
        ("news.example.org", "news.example.org", 8080, "10.0.0.1", True),
        ("news.example.org", "NEWS.example.org.", 80, "10.0.0.1", True),
        ("news.example.org", "a.news.example.org", 80, "10.0.0.1", False),
        ("news.example.org", "example.org", 80, "10.0.0.1", False),
        ("news.example.org:8080", "news.example.org", 8080, "10.0.0.1", True),
        ("news.example.org:8080", "news.example.org", 80, "10.0.0.1", False),
        ("news.example.org:1", "news.example.org", 1, "10.0.0.1", True),
        ("news.example.org:65535", "news.example.org", 65535, "10.0.0.1", True),
        ("10.0.0.0/8", "any.example.org", 3000, "10.9.9.9", True),
        ("10.0.0.0/8", "any.example.org", 80, "192.168.0.1", False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1", True),
        ("127.0.0.1:8080", "127.0.0.1", 8081, "127.0.0.1", False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.2", False),
        ("127.0.0.0/8", "a", 80, "::ffff:127.0.0.1", False),
        ("::1", "localhost", 9000, "::1", True),
        ("[::1]:9000", "localhost", 9000, "::1", True),
        ("[::1]:9000", "localhost", 80, "::1", False),
        ("[fd00::/8]:443", "a", 443, "fd00::1", True),
        ("x.example.org, fd00::/8", "b", 80, "fd12::1", True),
        ("b\u00fccher.example.org", "xn--bcher-kva.example.org", 80, "10.0.0.1", True),
    ],
)
def test_what_an_operator_names_is_allowed_and_nothing_else(
    allowed: str, host: str, port: int, address: str, *, may: bool
) -> None:
    access = WebAccess.parse(allowed)

    assert (refusal(access, host, port, address) == "") is may


@pytest.mark.parametrize(
    "text",
    [
        *("http://example.org", "a b", "*.example.org", "10.0.0.0/99", "127.1", "a:b"),
        *("a:0", "a:65536", "10.0.0.1/8", "user@example.org", "[::1", "a/b", ":80"),
    ],
)
def test_what_is_no_place_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"^has "):
        WebAccess.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "news.example.org, 10.0.0.0/8",
        "127.0.0.1:8080",
        "[::1]:80",
        "[fd00::/8]:80",
        "::1",
        "",
    ],
)
def test_what_is_allowed_is_shown_as_it_would_be_written(text: str) -> None:
    assert str(WebAccess.parse(text)) == text
    assert WebAccess.parse(str(WebAccess.parse(text))) == WebAccess.parse(text)
