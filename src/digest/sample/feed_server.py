"""The sample's feed, served over HTTP on the loopback as a real one would be."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree as Xml

from digest.sample import pieces
from digest.sample.pieces import Piece

SITE = "https://example.org/lantern"
_PATH = "/feed.xml"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
Xml.register_namespace("content", _CONTENT)
Xml.register_namespace("dc", _DC)


@contextmanager
def serving(now: datetime, port: int = 0) -> Iterator[str]:
    """Serve the feed on 127.0.0.1 and yield its URL.

    A port of 0 takes any that is free. The server stops when the block ends.
    Raises OSError where the port is taken.
    """
    answers = partial(_Answers, rss(now))
    with ThreadingHTTPServer(("127.0.0.1", port), answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{_PATH}"
        finally:
            server.shutdown()
            thread.join()


def rss(now: datetime) -> bytes:
    """Return the feed (RSS 2.0), newest post first."""
    root = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(root, "channel")
    _say(channel, "title", "Lantern Week")
    _say(channel, "link", SITE)
    _say(channel, "description", "A week of neighbours asking each other things.")
    _say(channel, "language", "en-GB")
    newest_first = sorted(pieces.feed(), key=lambda one: one.head["days_ago"])
    for piece in newest_first:
        channel.append(_item(piece, now))
    document: bytes = Xml.tostring(root, "utf-8", xml_declaration=True)
    return document


def _item(piece: Piece, now: datetime) -> Xml.Element:
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
    _say(item, f"{{{_CONTENT}}}encoded", piece.body)
    return item


def _say(parent: Xml.Element, tag: str, words: str) -> None:
    Xml.SubElement(parent, tag).text = words


class _Answers(BaseHTTPRequestHandler):
    """Answers GET and HEAD, and 304 to whoever has the feed already.

    The entity tag changes when the bytes do (RFC 9110 section 8.8.3).
    """

    def __init__(self, feed: bytes, *connection: Any) -> None:
        self._feed = feed
        self._tag = f'"{hashlib.sha256(feed).hexdigest()[:32]}"'
        super().__init__(*connection)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        if self.path != _PATH:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        is_known = self._tag in self.headers.get("If-None-Match", "")
        self.send_response(HTTPStatus.NOT_MODIFIED if is_known else HTTPStatus.OK)
        self.send_header("ETag", self._tag)
        if not is_known:
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(self._feed)))
        self.end_headers()
        if with_body and not is_known:
            self.wfile.write(self._feed)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: this is a sample, not a server to watch."""
