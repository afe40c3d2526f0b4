"""A program's pages served for real, for a browser to open."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import uvicorn

from digest.bootstrap import App
from digest.web.app import make_app


def apart(act: Callable[[], object]) -> None:
    """Do something in a thread of its own: an event loop runs in the browser's."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(act).result()


@contextmanager
def served(program: App, host: str = "127.0.0.1") -> Iterator[str]:
    """Yield where the pages of a program are, by that name of this machine."""
    server = uvicorn.Server(uvicorn.Config(make_app(program), log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = threading.Thread(target=server.run, args=([door],))
        serving.start()
        try:
            yield f"http://{host}:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            serving.join()
