"""Answers that are the same for everybody: kept by browsers, proxies and ourselves."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import Request, Response

from digest.web.limits import PAGES_KEPT

# What is withdrawn is gone from every cache a minute later.
_CACHE = "public, max-age=60"


class PageCache:
    """Pages as they were last made, each for as long as its mark is the same.

    Good for many threads; the page that was asked for longest ago goes first.
    """

    def __init__(self, most: int = PAGES_KEPT) -> None:
        self._most = most
        self._pages = OrderedDict[str, tuple[str, bytes]]()
        self._lock = Lock()

    def page(self, key: str, mark: str, make: Callable[[], bytes]) -> bytes:
        """Return the page of that key, made now unless one of that mark is kept."""
        with self._lock:
            cached = self._pages.get(key)
            if cached and cached[0] == mark:
                self._pages.move_to_end(key)
                return cached[1]
        content = make()
        with self._lock:
            self._pages[key] = mark, content
            self._pages.move_to_end(key)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)
        return content


def cacheable(request: Request, content: bytes, media_type: str) -> Response:
    """Return the answer, or that it is as whoever asks has it (RFC 9110 §13.1.2)."""
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": mark, "Cache-Control": _CACHE}
    if mark in _marks(request.headers.get("If-None-Match", "")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _marks(header: str) -> list[str]:
    return [each.strip().removeprefix("W/") for each in header.split(",")]
