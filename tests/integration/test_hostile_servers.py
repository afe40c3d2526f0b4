"""Servers that lie, drip, flood or never end: each costs its limit and no more."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BufferedIOBase

import pytest

from digest.errors import SourceError
from digest.gather.fetching.document import (
    FEED,
    PICTURE,
    BusyError,
    Document,
    DocumentRequest,
    FetchLimits,
    GoneError,
    SourceMemory,
)
from digest.gather.fetching.fetch import Fetcher
from digest.gather.fetching.host_queue import HostQueue
from tests.builders import LOOPBACK
from tests.fakes.web_site import Answer, WebSite, web_site

OK = b"HTTP/1.1 200 OK\r\n"
SMALL = FetchLimits(size=50_000, connect_seconds=2, total_seconds=10)
SHORT = FetchLimits(size=50_000, connect_seconds=0.3, total_seconds=0.3)
NEW = SourceMemory()


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def get(
    site: WebSite, path: str, limits: FetchLimits = SMALL, memory: SourceMemory = NEW
) -> Document:
    return LOOPBACK.fetch(DocumentRequest(site.url + path, FEED, memory), limits)


def saying(*parts: bytes) -> Callable[[BufferedIOBase], None]:
    """Return a talk that writes these bytes and hangs up."""

    def talk(answer: BufferedIOBase) -> None:
        for part in parts:
            answer.write(part)

    return talk


def endlessly(begin: bytes, part: bytes) -> Callable[[BufferedIOBase], None]:
    """Return a talk that goes on for as long as somebody listens."""

    def talk(answer: BufferedIOBase) -> None:
        answer.write(begin)
        while True:
            answer.write(part)

    return talk


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\n\r\n"
TALKS = {
    "more is said than sent": (
        saying(OK + b"Content-Length: 100\r\n\r\nx"),
        "cannot be read",
    ),
    "a length that is no number": (
        saying(OK + b"Content-Length: many\r\n\r\nx"),
        "cannot be read",
    ),
    "a length below nothing": (
        saying(OK + b"Content-Length: -1\r\n\r\nx"),
        "cannot be read",
    ),
    "two lengths": (
        saying(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        "cannot be read",
    ),
    "a length over the limit": (
        saying(OK + b"Content-Length: 50001\r\n\r\n"),
        "is over 0.05 MB: give the address of a shorter feed",
    ),
    "a length of a million digits": (
        saying(OK + b"Content-Length: " + b"9" * 1_000_000 + b"\r\n\r\n"),
        "cannot be read",
    ),
    "no length and no end": (endlessly(OK + b"\r\n", b"x" * 65_536), "is over"),
    "chunks without end": (
        endlessly(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n"),
        "over",
    ),
    "a chunk of immense size": (
        endlessly(CHUNKED + b"7fffffffffffffff\r\n", b"x" * 65_536),
        "is over",
    ),
    "a chunk of no size": (saying(CHUNKED + b"many\r\nx"), "cannot be read"),
    "chunks cut short": (saying(CHUNKED + b"400\r\nxx"), "cannot be read"),
    "a chunk extension without end": (
        endlessly(CHUNKED + b"1;a=", b"x" * 65_536),
        "cannot be read",
    ),
    "a trailer without end": (
        endlessly(CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n" * 1000),
        "cannot be read",
    ),
    "headers without end": (endlessly(OK, b"X: y\r\n" * 1000), "cannot be read"),
    "one header without end": (endlessly(OK + b"X: ", b"y" * 65_536), "cannot be read"),
    "a status line without end": (endlessly(b"HTTP/1.1 200 ", b"OK" * 999), "cannot"),
    "first words without end": (
        endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        "took too long|cannot be read",
    ),
    "nothing": (saying(b""), "cannot be read"),
    "no HTTP": (saying(b"220 mail.example.org ESMTP\r\n"), "cannot be read"),
    "HTTP 0.9": (saying(b"<rss></rss>"), "cannot be read"),
    "HTTP/2": (saying(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" * 9), "cannot be read"),
    "a NUL in a header": (saying(OK + b"X: a\0b\r\n\r\n"), "cannot be read"),
    "packed twice": (
        saying(OK + b"Content-Encoding: gzip, gzip\r\n\r\n"),
        "packed as gzip, gzip, unasked",
    ),
    "a packet cut short": (saying(GZIP, gzip.compress(b"x" * 9000)[:-9]), "cut short"),
    "a packet of rubbish": (saying(GZIP, b"\x1f\x8b rubbish" * 99), "packed wrongly"),
    "an empty packet": (saying(GZIP), "cut short"),
    "a packet whose name never ends": (
        endlessly(GZIP + b"\x1f\x8b\x08\x08\0\0\0\0\0\0", b"n" * 65_536),
        "is over",
    ),
    "packets without end": (endlessly(GZIP, gzip.compress(b"") * 1000), "is over"),
    "a packet that unpacks to too much": (
        saying(GZIP, gzip.compress(b"x" * 50_001)),
        "is over",
    ),
    "a bomb": (saying(GZIP, gzip.compress(bytes(100_000_000), 1)), "is over"),
}


@pytest.mark.parametrize("case", TALKS)
def test_what_a_server_does_wrong_is_told_in_one_line_and_in_time(
    site: WebSite, case: str
) -> None:
    talk, why = TALKS[case]
    site.answers["/feed"] = talk
    began = time.monotonic()
    with pytest.raises(SourceError, match=why) as refusal:
        get(site, "/feed", replace(SMALL, total_seconds=3))

    assert time.monotonic() - began < 8
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 500


def test_what_a_server_sends_past_the_length_it_said_is_not_read(
    site: WebSite,
) -> None:
    site.answers["/feed"] = saying(OK + b"Content-Length: 2\r\n\r\nabcdef")

    assert get(site, "/feed").content == b"ab"


def test_a_packet_of_several_members_is_read_whole(site: WebSite) -> None:
    two = gzip.compress(b"one ") + gzip.compress(b"two")
    site.answers["/feed"] = Answer(two, heads={"Content-Encoding": "gzip"})

    assert get(site, "/feed").content == b"one two"


def test_words_that_pack_well_are_read_and_what_packs_too_well_is_not(
    site: WebSite,
) -> None:
    words = b"The kettle is always on, come in out of the rain. "
    for path, content in (("/words", words * 18_000), ("/trap", bytes(3_000_000))):
        site.answers[path] = Answer(
            gzip.compress(content), heads={"Content-Encoding": "gzip"}
        )
    wide = FetchLimits(total_seconds=10)

    assert get(site, "/words", wide).content == words * 18_000
    with pytest.raises(SourceError, match="is over 10 MB"):
        get(site, "/trap", wide)


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(OK + b"Content-Length: 1000\r\n\r\n", id="body"),
        pytest.param(CHUNKED + b"3e8\r\n", id="chunk"),
        pytest.param(GZIP + b"\x1f\x8b\x08\x08\0\0\0\0\0\0", id="packet"),
        pytest.param(OK + b"X: ", id="header"),
        pytest.param(b"HTTP/1.1 ", id="status line"),
        pytest.param(b"", id="before it begins"),
    ],
)
def test_a_server_that_drips_is_left_when_time_is_up(
    site: WebSite, begin: bytes
) -> None:
    def drip(answer: BufferedIOBase) -> None:
        answer.write(begin)
        while not site.is_over.wait(0.05):
            answer.write(b"1")

    site.answers["/feed"] = drip
    began = time.monotonic()
    with pytest.raises(SourceError, match="took too long"):
        get(site, "/feed", SHORT)

    assert time.monotonic() - began < 5


def test_the_time_is_for_all_redirects_together(site: WebSite) -> None:
    def late(answer: BufferedIOBase) -> None:
        site.is_over.wait(0.3)
        answer.write(b"HTTP/1.1 302 Found\r\nLocation: /feed\r\n\r\n")

    site.answers["/feed"] = late
    with pytest.raises(SourceError, match="took too long"):
        get(site, "/feed", replace(SMALL, total_seconds=0.5))

    assert len(site.requests) == 2


def test_a_name_that_nobody_resolves_in_time_is_left(site: WebSite) -> None:
    def never(_host: str, _port: int) -> list[str]:
        site.is_over.wait(30)
        return []

    fetcher = Fetcher(host_queue=HostQueue(gap=0), resolve=never)
    began = time.monotonic()
    with pytest.raises(SourceError, match="took too long"):
        fetcher.fetch(DocumentRequest("http://slow.example.org/", FEED), SHORT)

    assert time.monotonic() - began < 5


def test_a_server_that_never_greets_over_tls_is_left(site: WebSite) -> None:
    """The site speaks no TLS: it waits for a line that never ends."""
    address = site.url.replace("http:", "https:")
    began = time.monotonic()
    with pytest.raises(SourceError, match="cannot be read"):
        LOOPBACK.fetch(DocumentRequest(address, FEED), SHORT)

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("chain", "is_read"),
    [(5, True), (6, False)],
)
def test_five_redirects_are_followed_and_no_sixth(
    site: WebSite, chain: int, *, is_read: bool
) -> None:
    for n in range(chain):
        site.answers[f"/{n}"] = Answer(status=302, heads={"Location": f"/{n + 1}"})
    site.answers[f"/{chain}"] = Answer(b"words")
    if is_read:
        assert get(site, "/0").url == f"{site.url}/{chain}"
        return
    with pytest.raises(SourceError, match="round in circles"):
        get(site, "/0")
    assert len(site.requests) == 6


@pytest.mark.parametrize("location", ["/feed", "?a=b", "#part", ""])
def test_a_circle_is_left(site: WebSite, location: str) -> None:
    for path in ("/feed", "/feed?a=b"):
        site.answers[path] = Answer(status=307, heads={"Location": location})
    with pytest.raises(SourceError, match="round in circles"):
        get(site, "/feed")


def test_a_redirect_to_nowhere_says_what_was_answered(site: WebSite) -> None:
    site.answers["/feed"] = Answer(status=302)
    with pytest.raises(SourceError, match="answered 302 Found"):
        get(site, "/feed")


def test_nothing_new_is_believed_only_where_something_was_known(site: WebSite) -> None:
    site.answers["/feed"] = Answer(status=304)

    assert get(site, "/feed", memory=SourceMemory(etag='"1"')).content is None
    with pytest.raises(SourceError, match="answered 304"):
        get(site, "/feed")


@pytest.mark.parametrize(
    ("status", "moved"),
    [(301, "/new"), (308, "/new"), (302, ""), (303, ""), (307, "")],
)
def test_a_move_is_remembered_only_where_it_is_for_good(
    site: WebSite, status: int, moved: str
) -> None:
    site.answers["/feed"] = Answer(status=status, heads={"Location": "/new"})
    site.answers["/new"] = Answer(b"words")
    document = get(site, "/feed")

    assert document.url == f"{site.url}/new"
    assert document.memory.moved_to == (f"{site.url}{moved}" if moved else "")


def test_a_move_is_remembered_as_far_as_it_is_for_good(site: WebSite) -> None:
    for status, first, following in (
        (301, "/1", "/2"),
        (308, "/2", "/3"),
        (302, "/3", "/4"),
        (301, "/4", "/5"),
    ):
        site.answers[first] = Answer(status=status, heads={"Location": following})
    site.answers["/5"] = Answer(b"words")

    assert get(site, "/1").memory.moved_to == f"{site.url}/3"


def test_what_has_moved_is_asked_there_and_a_move_back_is_forgotten(
    site: WebSite,
) -> None:
    site.answers["/new"] = Answer(status=301, heads={"Location": "/feed"})
    site.answers["/feed"] = Answer(b"words")
    document = get(site, "/feed", memory=SourceMemory(moved_to=f"{site.url}/new"))

    assert site.paths() == ["/new", "/feed"]
    assert document.memory.moved_to == ""


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        ("Mon, 06 Jul 2026 09:00:00 GMT", 3600),
        ("Mon, 06 Jul 2026 07:00:00 GMT", 0),
        ("soon", None),
        ("-1", None),
        ("9" * 5000, 999_999_999),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_how_long_we_are_asked_to_wait_is_understood(
    site: WebSite, status: int, retry_after: str, seconds: int | None
) -> None:
    site.answers["/feed"] = saying(
        f"HTTP/1.1 {status} Busy\r\nDate: Mon, 06 Jul 2026 08:00:00 GMT\r\n"
        f"Retry-After: {retry_after}\r\n\r\n".encode()
    )
    with pytest.raises(BusyError) as busy:
        get(site, "/feed")

    assert busy.value.seconds == seconds


@pytest.mark.parametrize("etag", ['"\u00e9"', '"\U0001f3ee"', '"' + "x" * 9000 + '"'])
def test_words_that_cannot_be_sent_back_are_not_remembered(
    site: WebSite, etag: str
) -> None:
    site.answers["/feed"] = saying(OK + f"ETag: {etag}\r\n\r\nwords".encode())
    document = get(site, "/feed")

    assert document.memory.etag == ""
    assert get(site, "/feed", memory=document.memory).content == b"words"


def test_what_is_gone_is_told_apart(site: WebSite) -> None:
    site.answers["/feed"] = Answer(status=410)
    with pytest.raises(GoneError, match="gone for good"):
        get(site, "/feed")


def test_a_picture_is_not_called_a_feed(site: WebSite) -> None:
    site.answers["/cat.png"] = Answer(b"x" * 50_001)
    request = DocumentRequest(f"{site.url}/cat.png", PICTURE)
    with pytest.raises(SourceError, match="put a smaller picture there"):
        LOOPBACK.fetch(request, SMALL)

    assert site.requests[0][1]["accept"].startswith("image/png")


def test_a_host_is_asked_by_one_thread_at_a_time(site: WebSite) -> None:
    inside, most = 0, 0
    counting = threading.Lock()

    def answer(stream: BufferedIOBase) -> None:
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        site.is_over.wait(0.02)
        with counting:
            inside -= 1
        stream.write(OK + b"\r\nwords")

    site.answers["/feed"] = answer
    threads = [threading.Thread(target=get, args=(site, "/feed")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (most, len(site.requests)) == (1, 8)
