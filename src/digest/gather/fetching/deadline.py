"""An end to a conversation that its other side draws out."""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self


class Deadline:
    """Shuts every connection made inside it when its time is up.

    A server that sends a byte now and then never breaks a time limit for each
    read. Give `trace` to httpx as the request's extension of that name.
    """

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def trace(self, event: str, facts: Mapping[str, Any]) -> None:
        """Keep a second handle on a connection when it has been made."""
        if event == "connection.connect_tcp.complete":
            stream = facts["return_value"]
            self._sockets.append(stream.get_extra_info("socket").dup())
            if self.has_passed:
                self._shut()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trail: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        for connection in self._sockets:
            connection.close()

    def _shut(self) -> None:
        # Said before it is done, so that a connection made meanwhile shuts itself.
        self.has_passed = True
        for connection in list(self._sockets):
            with suppress(OSError):  # the other side was quicker
                connection.shutdown(socket.SHUT_RDWR)
