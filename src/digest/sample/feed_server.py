"""The sample's feed, served over HTTP on the loopback as a real one would be."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree as Xml

from digest.sample import pieces
from digest.sample.pieces import PICTURES, Piece

SITE = "https://example.org/lantern"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
Xml.register_namespace("content", _CONTENT)
Xml.register_namespace("dc", _DC)


@dataclass(frozen=True, slots=True)
class Page:
    """What one address answers; the tag changes when the bytes do."""

    media_type: str
    body: bytes

    @property
    def tag(self) -> str:
        """The entity tag, quoted as HTTP writes it (RFC 9110 section 8.8.3)."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


@contextmanager
def serving(now: datetime, port: int = 0) -> Iterator[str]:
    """Serve the feed and its pictures on 127.0.0.1 and yield the feed's URL.

    A port of 0 takes any that is free. The server stops when the block ends.
    Raises OSError where the port is taken.
    """
    found: dict[str, Page] = {}
    answers = partial(_Answers, found)
    with ThreadingHTTPServer(("127.0.0.1", port), answers) as server:
        home = f"http://127.0.0.1:{server.server_port}"
        found |= pages(now, home)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"{home}/feed.xml"
        finally:
            server.shutdown()
            thread.join()


def pages(now: datetime, home: str) -> Mapping[str, Page]:
    """Return every page by its path; `home` is where they are served."""
    found = {
        f"/pictures/{path.name}": Page("image/png", path.read_bytes())
        for path in PICTURES.glob("*.png")
    }
    return {**found, "/feed.xml": Page("application/rss+xml", rss(now, home))}


def rss(now: datetime, home: str) -> bytes:
    """Return the feed (RSS 2.0), newest post first."""
    root = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(root, "channel")
    _say(channel, "title", "Lantern Week")
    _say(channel, "link", SITE)
    _say(channel, "description", "A week of neighbours asking each other things.")
    _say(channel, "language", "en-GB")
    newest_first = sorted(pieces.feed(), key=lambda one: one.head["days_ago"])
    for piece in newest_first:
        channel.append(_item(piece, now, home))
    document: bytes = Xml.tostring(root, "utf-8", xml_declaration=True)
    return document


def _item(piece: Piece, now: datetime, home: str) -> Xml.Element:
    item = Xml.Element("item")
    address = f"{SITE}/{piece.head['slug']}"
    _say(item, "title", piece.head["title"])
    _say(item, "link", address)
    _say(item, "guid", address)
    _say(item, "pubDate", format_datetime(piece.published(now)))
    for key, tag in (("creator", f"{{{_DC}}}creator"), ("summary", "description")):
        if key in piece.head:
            _say(item, tag, piece.head[key])
    for topic in piece.head["topics"]:
        _say(item, "category", topic)
    body = piece.body.replace("{pictures}", f"{home}/pictures")
    _say(item, f"{{{_CONTENT}}}encoded", body)
    return item


def _say(parent: Xml.Element, tag: str, words: str) -> None:
    Xml.SubElement(parent, tag).text = words


class _Answers(BaseHTTPRequestHandler):
    """Answers GET and HEAD, and 304 to whoever has the page already."""

    def __init__(self, found: Mapping[str, Page], *connection: Any) -> None:
        self._pages = found
        super().__init__(*connection)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        page = self._pages.get(self.path)
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        if self._has(page):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.send_header("ETag", page.tag)
            self.end_headers()
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", page.media_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("ETag", page.tag)
        self.end_headers()
        if with_body:
            self.wfile.write(page.body)

    def _has(self, page: Page) -> bool:
        held = self.headers.get("If-None-Match", "")
        tags = {tag.strip().removeprefix("W/") for tag in held.split(",")}
        return page.tag in tags or "*" in tags

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: this is a sample, not a server to watch."""
