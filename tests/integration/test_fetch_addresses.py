"""No connection is ever made to an address that must not be asked.

What is asserted is what the interpreter tells its auditors of every socket.
"""

import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.errors import SourceError
from digest.gather.fetching.document import FEED, PICTURE, Document, DocumentRequest
from digest.gather.fetching.fetch import Fetcher
from digest.gather.fetching.host_queue import HostQueue
from digest.gather.fetching.ssrf_guard import resolved
from digest.model.campaigns.web_access import WebAccess
from tests.fakes.web_site import Answer, WebSite, web_site

PUBLIC = "93.184.216.34"
# What names resolve to: the nth asking gets the nth answer, and then the last.
NAMES: dict[str, list[list[str]]] = {
    "private.example.org": [["10.0.0.1"]],
    "metadata.example.org": [["169.254.169.254"]],
    "here.example.org": [["127.0.0.1"]],
    "here6.example.org": [["::1"]],
    "mixed.example.org": [[PUBLIC, "10.0.0.1"]],
    "mixed6.example.org": [[PUBLIC, "fd00::1"]],
    "mapped.example.org": [["::ffff:127.0.0.1"]],
    "nat64.example.org": [["64:ff9b::7f00:1"]],
    "scoped.example.org": [["fe80::1%1"]],
    "none.example.org": [[]],
}
NUMBERS = [
    # The same four bytes in every spelling that a resolver takes.
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1"),
    *("0x7f.0x0.0x0.0x1", "0177.0.0.1", "0177.1", "017700000001", "00177.0.0.01"),
    *("127.0.0.1.", "127.255.255.254", "0", "0.0.0.0", "0x0", "localhost"),  # noqa: S104
    *("LOCALHOST", "localhost.", "%31%32%37.0.0.1", "127%2e0%2e0%2e1"),
    *(
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "\u2460\u2461\u2466.0.0.1",
    ),
    # Private networks, carriers' own, link-local and the clouds' own.
    *("10.0.0.1", "10.255.255.255", "0xa000001", "012.0.0.1", "172.16.0.1"),
    *("172.31.255.255", "192.168.0.1", "0xc0a80001", "3232235521", "100.64.0.1"),
    *("169.254.169.254", "0xa9fea9fe", "2852039166", "100.100.100.200"),
    *("168.63.129.16", "192.0.0.192"),
    # Reserved, documentation, benchmarks, multicast, broadcast.
    *("0.1.2.3", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    "255.255.255.255",
    # IPv6: this machine, private, link-local, site-local, multicast.
    *("[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[fc00::1]", "[fd00:ec2::254]"),
    *("[fe80::1]", "[fe80::1%251]", "[fec0::1]", "[ff02::1]", "[100::1]"),
    *("[2001:db8::1]", "[3fff::1]", "[3ffe::1]", "[5f00::1]", "[2001:20::1]"),
    # IPv4 in IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP.
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]"),
    *("[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a00:1]"),
    *("[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2002:c0a8:1::]"),
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[2a00:1450::5efe:127.0.0.1]",
]
ADDRESSES = [
    *(f"http://{host}/" for host in (*NUMBERS, *NAMES)),
    "https://127.0.0.1/",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:6379/",
    f"http://{PUBLIC}:8080/",
    f"http://{PUBLIC}:25/",
    "http://user@127.0.0.1/",
    f"http://user:secret@{PUBLIC}/",
    f"http://{PUBLIC}@127.0.0.1/",
    f"http://127.0.0.1\\@{PUBLIC}:81/",
    "http://127.0.0.1:80:80/",
    "http:///127.0.0.1/",
    "http:127.0.0.1/",
    "//127.0.0.1/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "unix:///run/docker.sock",
    "http+unix://%2Frun%2Fdocker.sock/",
    "http://127.0.0.1\r\nHost: x/",
    "http://[::1/",
    "http://:80/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "",
]
OPENSSL = shutil.which("openssl")
TRUST = ssl.create_default_context()
_connected: list[Any] = []


def _note(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _connected.append(args[1])


@pytest.fixture(scope="module", autouse=True)
def _auditor() -> None:
    sys.addaudithook(_note)  # for good: an auditor cannot be sent away


@pytest.fixture
def connected() -> list[Any]:
    """Return every address that this process connects to from now on."""
    _connected.clear()
    return _connected


class Resolver:
    """Names from the table above, numbers as the system reads them."""

    def __init__(self, names: dict[str, list[list[str]]]) -> None:
        self._names = {name: list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return what the name leads to this time."""
        self.asked.append(host)
        answers = self._names.get(host)
        if answers is None:
            if host.endswith(".example.org") or host == "example.org":
                return [PUBLIC]
            return resolved(host, port)
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        site.answers["/feed"] = Answer(b"words")
        yield site


def door(site: WebSite, names: dict[str, list[list[str]]] = NAMES) -> Fetcher:
    """Return a door to that site alone, at its own port."""
    access = WebAccess.parse(site.url.removeprefix("http://"))
    return Fetcher(access, HostQueue(gap=0), resolve=Resolver(names), tls=TRUST)


def get(fetcher: Fetcher, url: str) -> Document:
    return fetcher.fetch(DocumentRequest(url, FEED))


def test_there_are_enough_of_them() -> None:
    assert len(set(ADDRESSES)) >= 100


def test_the_auditor_sees_a_connection_that_is_allowed(
    site: WebSite, connected: list[Any]
) -> None:
    assert get(door(site), f"{site.url}/feed").content == b"words"
    assert connected == [("127.0.0.1", int(site.url.rpartition(":")[2]))]


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_denied_address_is_never_connected_to(
    site: WebSite, connected: list[Any], url: str
) -> None:
    with pytest.raises(SourceError):
        get(door(site), url)

    assert connected == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_any_of_them_is_not_followed(
    site: WebSite, connected: list[Any], status: int
) -> None:
    fetcher = door(site)
    # One without a host is relative, and leads back to the site itself.
    named = [address for address in ADDRESSES if re.search("://[^/:]", address)]
    sent = [name for name in named if name.isascii() and name.isprintable()]
    for url in sent:
        site.answers["/from"] = Answer(status=status, heads={"Location": url})
        with pytest.raises(SourceError):
            get(fetcher, f"{site.url}/from")

    port = int(site.url.rpartition(":")[2])
    assert len(sent) >= 90
    assert connected == [("127.0.0.1", port)] * len(sent)


def test_a_chain_of_redirects_is_looked_at_at_every_step(
    site: WebSite, connected: list[Any]
) -> None:
    for path, following in (("/1", "/2"), ("/2", "/3"), ("/3", "http://10.0.0.1/")):
        site.answers[path] = Answer(status=302, heads={"Location": following})
    with pytest.raises(SourceError, match=r"10\.0\.0\.1, a private network"):
        get(door(site), f"{site.url}/1")

    assert site.paths() == ["/1", "/2", "/3"]
    assert len(connected) == 3


def test_a_name_that_is_bound_anew_between_two_looks_gains_nothing(
    site: WebSite, connected: list[Any]
) -> None:
    port = int(site.url.rpartition(":")[2])
    resolver = Resolver({"rebinds.example.org": [["127.0.0.1"], ["169.254.169.254"]]})
    fetcher = replace(door(site), resolve=resolver)
    address = f"http://rebinds.example.org:{port}"
    site.answers["/again"] = Answer(status=302, heads={"Location": f"{address}/feed"})
    with pytest.raises(SourceError, match=r"leads to 169\.254\.169\.254|port"):
        get(fetcher, f"{address}/again")

    assert connected == [("127.0.0.1", port)]  # the one that was looked at
    assert len(resolver.asked) == 2  # once for each step, never in between


def test_a_picture_in_a_post_is_no_way_in(site: WebSite, connected: list[Any]) -> None:
    with pytest.raises(SourceError, match="a private network"):
        door(site).fetch(DocumentRequest("http://192.168.0.1/cat.png", PICTURE))

    assert connected == []


def test_what_is_refused_says_how_it_can_be_allowed(site: WebSite) -> None:
    with pytest.raises(SourceError) as refusal:
        get(door(site), "http://private.example.org/feed")

    assert str(refusal.value) == (
        "http://private.example.org/feed cannot be read: it leads to 10.0.0.1, a "
        "private network. Where that is meant, add private.example.org to "
        "DIGEST_FETCH_ALLOW"
    )


@pytest.mark.parametrize(
    ("url", "place"),
    [
        pytest.param("http://example.org:8080/feed", "example.org:8080", id="a name"),
        pytest.param("http://[2600::1]:81/feed", "[2600::1]:81", id="an address"),
    ],
)
def test_no_more_is_said_to_be_allowed_than_is_needed(
    site: WebSite, url: str, place: str
) -> None:
    with pytest.raises(SourceError, match=re.escape(f"add {place} to DIGEST_FETCH")):
        get(door(site), url)


PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@pytest.mark.parametrize("name", [*PROXIES, *map(str.upper, PROXIES)])
def test_no_proxy_of_our_surroundings_makes_connections_for_us(
    site: WebSite,
    connected: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    with web_site() as proxy:
        monkeypatch.setenv(name, proxy.url)
        assert get(door(site), f"{site.url}/feed").content == b"words"
        for url in ("http://private.example.org/", "https://private.example.org/"):
            with pytest.raises(SourceError):
                get(door(site), url)

        assert proxy.requests == []
    assert connected == [("127.0.0.1", int(site.url.rpartition(":")[2]))]


def test_a_named_host_is_asked_at_its_address_by_its_name(site: WebSite) -> None:
    port = int(site.url.rpartition(":")[2])
    fetcher = Fetcher(
        WebAccess.parse("here.example.org"), HostQueue(gap=0), resolve=Resolver(NAMES)
    )
    get(fetcher, f"http://HERE.example.org:{port}/feed#part")

    [(path, heads)] = site.requests
    assert (path, heads["host"]) == ("/feed", f"here.example.org:{port}")


def test_an_address_that_does_not_answer_costs_only_its_share_of_the_time(
    site: WebSite,
) -> None:
    port = int(site.url.rpartition(":")[2])
    names = {"two.example.org": [["127.0.0.9", "127.0.0.1"]]}
    fetcher = Fetcher(
        WebAccess.parse("two.example.org"), HostQueue(gap=0), resolve=Resolver(names)
    )

    assert get(fetcher, f"http://two.example.org:{port}/feed").content == b"words"


@pytest.mark.skipif(OPENSSL is None, reason="openssl makes the test's certificate")
def test_over_tls_the_name_and_not_the_address_is_asked_for_and_vouched_for(
    tmp_path: Path,
) -> None:
    words = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=here.example.org -addext subjectAltName=DNS:here.example.org "
        f"-keyout {tmp_path}/key.pem -out {tmp_path}/cert.pem"
    )
    subprocess.run(  # noqa: S603 - openssl with words of our own
        [str(OPENSSL), *words.split()], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    requests: list[str] = []
    context.sni_callback = lambda _socket, name, _context: requests.append(name)
    trust = ssl.create_default_context(cafile=tmp_path / "cert.pem")
    names = NAMES | {"other.example.org": [["127.0.0.1"]]}
    access = WebAccess.parse("here.example.org, other.example.org")
    fetcher = Fetcher(access, HostQueue(gap=0), resolve=Resolver(names), tls=trust)
    with web_site(tls=context) as site:
        site.answers["/feed"] = Answer(b"words")
        port = site.url.rpartition(":")[2]

        assert get(fetcher, f"https://here.example.org:{port}/feed").content == b"words"
        with pytest.raises(SourceError, match="certificate is not valid"):
            get(fetcher, f"https://other.example.org:{port}/feed")
        untrusting = replace(fetcher, tls=ssl.create_default_context())
        with pytest.raises(SourceError, match="certificate is not valid"):
            get(untrusting, f"https://here.example.org:{port}/feed")
    assert requests == ["here.example.org", "other.example.org", "here.example.org"]
    assert site.paths() == ["/feed"]
