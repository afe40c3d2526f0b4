"""Everything in one process: pages, timetable and workers, stopped together."""

import logging
import threading
from collections.abc import Callable

import uvicorn

from digest.bootstrap import App
from digest.web.app import make_app

log = logging.getLogger(__name__)


def serve_pages(digest: App, host: str, port: int) -> None:
    """Serve the pages until asked to stop."""
    _server(digest, host, port).run()


def serve_all(digest: App, host: str, port: int, stop: threading.Event) -> None:
    """Serve the pages, watch the clock and send, until asked to stop.

    What is on the wire when asked is finished and recorded first.
    """
    server = _server(digest, host, port)
    threads = [
        _started("timetable", lambda: digest.watch_the_clock(stop)),
        _started("worker", lambda: digest.work(stop, until_done=False)),
    ]
    try:
        server.run()
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def _server(digest: App, host: str, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            make_app(digest),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    )


def _started(name: str, run: Callable[[], object]) -> threading.Thread:
    def guarded() -> None:
        try:
            run()
        except Exception:
            # The other parts go on; /healthz and the log say what stopped.
            log.exception("%s stopped", name)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread
