"""A web site on the loopback that answers as a test says, and notes who asked."""

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BufferedIOBase
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer."""

    content: bytes = b""
    status: int = 200
    heads: Mapping[str, str] = field(default_factory=dict)


Talk = Callable[[BufferedIOBase], None]  # writes what it likes, as often as it likes


class WebSite:
    """What the site answers, by path, and what it has been asked.

    A path without an answer is a 404. `is_over` is set when the site closes.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Talk] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.is_over = threading.Event()
        self.url = ""

    def paths(self) -> list[str]:
        """Return what has been asked for, in order."""
        return [path for path, _heads in self.requests]


@contextmanager
def web_site(
    host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[WebSite]:
    """Yield a site that is served until the block ends."""
    site = WebSite()
    server = _Server((host, 0), partial(_Handler, site))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.url = f"http{'s' if tls else ''}://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield site
    finally:
        site.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asked has hung up."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, site: WebSite, *connection: Any) -> None:
        self._site = site
        super().__init__(*connection)

    def do_GET(self) -> None:
        heads = {name.lower(): words for name, words in self.headers.items()}
        self._site.requests.append((self.path, heads))
        answer = self._site.answers.get(self.path, Answer(status=404))
        if isinstance(answer, Answer):
            self._say(answer)
            return
        try:
            answer(self.wfile)
        except OSError:
            return  # whoever asked has heard enough

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, words in answer.heads.items():
            self.send_header(name, words)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""
