"""One document from servers that are slow, huge, rude or going round in circles."""

import gzip
import http.server
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import ClassVar

import pytest

from digest import __version__
from digest.errors import SourceError
from digest.gather.document import FEED, Document, Limits, Memory, Request
from tests.builders import LOOPBACK

NEW = Memory()
SMALL = Limits(size=50_000, total_seconds=10)


class Site(http.server.BaseHTTPRequestHandler):
    """Does what each path says."""

    asked: ClassVar[list[dict[str, str]]] = []
    over: ClassVar[threading.Event] = threading.Event()

    def do_GET(self) -> None:
        """Answer by the path's name."""
        self.asked.append({name.lower(): text for name, text in self.headers.items()})
        getattr(self, self.path.strip("/").partition("/")[0].replace("-", "_"))()

    def answer(self, content: bytes, status: int = 200, **headers: str) -> None:
        """Send one whole answer."""
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def plain(self) -> None:
        """Give a document with everything that can be remembered of it."""
        if self.headers.get("If-None-Match") == '"one"':
            self.answer(b"", 304)
            return
        when = "Mon, 06 Jul 2026 08:00:00 GMT"
        self.answer(b"hello", ETag='"one"', Last_Modified=when)

    def packed(self) -> None:
        """Give a packed document."""
        self.answer(gzip.compress(b"hello"), Content_Encoding="gzip")

    def bomb(self) -> None:
        """Give a packet that unpacks to 100 MB."""
        self.answer(gzip.compress(b"\0" * 100_000_000), Content_Encoding="gzip")

    def cut(self) -> None:
        """Give a packet without its end."""
        packet = gzip.compress(bytes(range(256)) * 100)
        self.answer(packet[:-20], Content_Encoding="gzip")

    def brotli(self) -> None:
        """Give what nobody asked for."""
        self.answer(b"?", Content_Encoding="br")

    def huge(self) -> None:
        """Give too much."""
        self.answer(b"x" * 50_001)

    def circle(self) -> None:
        """Send round in circles."""
        self.answer(b"", 302, Location="/circle")

    def moved(self) -> None:
        """Send to where the document is now."""
        self.answer(b"", 301, Location="/plain")

    def file(self) -> None:
        """Send to a file of the reader's own machine."""
        self.answer(b"", 302, Location="file:///etc/passwd")

    def named(self) -> None:
        """Send to an address with a name and password in it."""
        self.answer(b"", 302, Location="http://user:secret@127.0.0.1/plain")

    def gone(self) -> None:
        """Say that it is gone."""
        self.answer(b"", 410)

    def hang_up(self) -> None:
        """Break off in the middle."""
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"x")
        self.close_connection = True

    def drip(self) -> None:
        """Send a byte now and then, for as long as somebody waits."""
        self.drop_by_drop(b"HTTP/1.0 200 OK\r\n\r\n")

    def drip_headers(self) -> None:
        """Send headers that never end."""
        self.drop_by_drop(b"HTTP/1.0 200 OK\r\nX: ")

    def drop_by_drop(self, begin: bytes) -> None:
        """Begin, and then send letters until told to stop."""
        self.wfile.write(begin)
        try:
            while not self.over.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            return

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """Yield the address of the site, and forget what it was asked before."""
    Site.asked.clear()
    Site.over.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=partial(server.serve_forever, 0.01))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def get(
    url: str, limits: Limits = SMALL, memory: Memory = NEW, contact: str = ""
) -> Document:
    return LOOPBACK.fetch(Request(url, FEED, memory, contact), limits)


@pytest.mark.parametrize("path", ["plain", "packed", "moved"])
def test_a_document_is_read_whole(site: str, path: str) -> None:
    assert get(f"{site}/{path}").content == b"hello"


def test_where_a_document_has_moved_to_is_told(site: str) -> None:
    assert get(f"{site}/moved").url == f"{site}/plain"


def test_what_the_server_said_is_sent_back_and_saves_the_reading(site: str) -> None:
    first = get(f"{site}/plain")
    again = get(f"{site}/plain", memory=first.memory)

    assert (again.content, again.memory) == (None, first.memory)
    assert Site.asked[1]["if-modified-since"] == "Mon, 06 Jul 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("team@example.org", f"Digest/{__version__} (+mailto:team@example.org)"),
        ("", f"Digest/{__version__}"),
        ("t\u00e9am@example.org", f"Digest/{__version__}"),
    ],
)
def test_a_publisher_sees_who_reads(site: str, contact: str, agent: str) -> None:
    get(f"{site}/plain", contact=contact)

    assert Site.asked[0]["user-agent"] == agent


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("bomb", "is over 0.05 MB"),
        ("huge", "is over 0.05 MB"),
        ("cut", "cut short"),
        ("brotli", "packed as br"),
        ("circle", "round in circles"),
        ("file", "give an http or https address"),
        ("named", "give an http or https address"),
        ("gone", "answered 410 Gone"),
        ("hang-up", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    site: str, path: str, why: str
) -> None:
    with pytest.raises(SourceError, match=why) as refusal:
        get(f"{site}/{path}")

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("path", ["drip", "drip-headers"])
@pytest.mark.parametrize("seconds", [0.001, 0.5], ids=["before it begins", "in it"])
def test_a_server_that_drips_is_left_when_time_is_up(
    site: str, path: str, seconds: float
) -> None:
    limits = Limits(connect_seconds=10, total_seconds=seconds)
    began = time.monotonic()
    with pytest.raises(SourceError, match="took too long"):
        get(f"{site}/{path}", limits)

    assert time.monotonic() - began < 5
