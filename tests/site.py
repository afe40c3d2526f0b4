"""A web server on the loopback whose documents a test puts up and takes down."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from digest.gather.fetching.fetch import Fetcher
from digest.gather.fetching.host_queue import HostQueue
from digest.model.campaigns.web_access import WebAccess
from digest.model.posts.blocks import Picture


@dataclass
class Site:
    """What stands at an address, what was requested, and what had not been modified."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    revalidated: list[str] = field(default_factory=list)

    def picture(self, name: str, alt: str = "A lantern") -> Picture:
        """Return the picture of that name as a post shows it."""
        return Picture(f"{self.url}/{name}", alt)


def a_fetcher() -> Fetcher:
    """Return a door to the loopback alone that waits for no turns."""
    return Fetcher(WebAccess.parse("127.0.0.1"), HostQueue(gap=0))


@contextmanager
def serving() -> Iterator[Site]:
    """Serve a site, with entity tags, until the block ends."""
    site = Site()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            site.requests.append(name)
            content = site.files.get(name)
            if content is None:
                self.send_error(404)
                return
            tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            is_known = tag in self.headers.get("If-None-Match", "")
            site.revalidated += [name] * is_known
            self.send_response(304 if is_known else 200)
            self.send_header("ETag", tag)
            if not is_known:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if not is_known:
                self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
