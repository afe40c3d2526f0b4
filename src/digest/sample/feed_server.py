"""The sample's feed and its pictures, served over HTTP on the loopback."""

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

from digest.sample import texts
from digest.sample.texts import SampleText

SITE = "https://example.org/lantern"
_PATH = "/feed.xml"
# By path: media type and content.
Documents = dict[str, tuple[str, bytes]]
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
    documents: Documents = {}
    handler = partial(_Handler, documents)
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        here = f"http://127.0.0.1:{server.server_port}"
        documents[_PATH] = ("application/rss+xml", rss(now, here))
        for picture in texts.feed_pictures():
            documents[f"/{picture.name}"] = ("image/png", picture.read_bytes())
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"{here}{_PATH}"
        finally:
            server.shutdown()
            thread.join()


def rss(now: datetime, here: str = SITE) -> bytes:
    """Return the feed (RSS 2.0), newest post first; its pictures are `here`."""
    root = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(root, "channel")
    _say(channel, "title", "Lantern Week")
    _say(channel, "link", SITE)
    _say(channel, "description", "A week of neighbours asking each other things.")
    _say(channel, "language", "en-GB")
    newest_first = sorted(texts.feed(), key=lambda text: text.head["days_ago"])
    for text in newest_first:
        channel.append(_item(text, now, here))
    document: bytes = Xml.tostring(root, "utf-8", xml_declaration=True)
    return document


def _item(text: SampleText, now: datetime, here: str) -> Xml.Element:
    item = Xml.Element("item")
    address = f"{SITE}/{text.head['slug']}"
    _say(item, "title", text.head["title"])
    _say(item, "link", address)
    _say(item, "guid", address)
    _say(item, "pubDate", format_datetime(text.published(now)))
    for key, tag in (("creator", f"{{{_DC}}}creator"), ("summary", "description")):
        if key in text.head:
            _say(item, tag, text.head[key])
    for topic in text.head["topics"]:
        _say(item, "category", topic)
    if picture := text.head.get("picture"):
        where = {"url": f"{here}/{picture}", "type": "image/png", "length": "0"}
        Xml.SubElement(item, "enclosure", where)
    _say(item, f"{{{_CONTENT}}}encoded", text.body.replace("{pictures}", here))
    return item


def _say(parent: Xml.Element, tag: str, words: str) -> None:
    Xml.SubElement(parent, tag).text = words


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, and 304 to whoever has the document already.

    An entity tag changes when the bytes do (RFC 9110 section 8.8.3).
    """

    def __init__(self, documents: Documents, *connection: Any) -> None:
        self._documents = documents
        super().__init__(*connection)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        if self.path not in self._documents:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        media_type, content = self._documents[self.path]
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        is_unchanged = tag in self.headers.get("If-None-Match", "")
        self.send_response(HTTPStatus.NOT_MODIFIED if is_unchanged else HTTPStatus.OK)
        self.send_header("ETag", tag)
        if not is_unchanged:
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body and not is_unchanged:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: this is a sample, not a server to watch."""
