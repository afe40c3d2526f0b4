"""One document from the web, within limits of size and time."""

import time
from dataclasses import dataclass

import httpx

from digest import __version__
from digest.errors import SourceError
from digest.gather.reading import Memory

MAX_BYTES = 10_000_000
_CONNECT_SECONDS = 5
_TOTAL_SECONDS = 20
_REDIRECTS = 5
_AGENT = f"Digest/{__version__} (newsletter digest; +https://digest.example.org)"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was sent; None as content means it has not changed."""

    content: bytes | None
    url: str
    media_type: str
    memory: Memory


def fetch(name: str, url: str, memory: Memory) -> Document:
    """Return the document at `url`, at most 10 MB, in at most 20 seconds.

    What `memory` holds is sent along, so that a server may say that nothing
    has changed. Raises SourceError, in plain words, for everything else.
    """
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip, deflate"}
    if memory.etag:
        headers["If-None-Match"] = memory.etag
    if memory.last_modified:
        headers["If-Modified-Since"] = memory.last_modified
    timeout = httpx.Timeout(_TOTAL_SECONDS, connect=_CONNECT_SECONDS)
    client = httpx.Client(
        headers=headers,
        timeout=timeout,
        follow_redirects=True,
        max_redirects=_REDIRECTS,
        trust_env=False,
    )
    try:
        with client, client.stream("GET", url) as response:
            return _read(name, response, memory)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise SourceError(
            f"{name}: {url} cannot be read: {_words(problem)}"
        ) from problem


def _read(name: str, response: httpx.Response, memory: Memory) -> Document:
    url = str(response.url)
    if response.status_code == 304:
        return Document(None, url, "", memory)
    if response.status_code != 200:
        raise SourceError(
            f"{name}: {url} answered {response.status_code} "
            f"{response.reason_phrase}: open it in a browser and mend the address"
        )
    deadline = time.monotonic() + _TOTAL_SECONDS
    content = bytearray()
    for chunk in response.iter_bytes(65_536):
        content += chunk
        if len(content) > MAX_BYTES:
            raise SourceError(f"{name}: {url} is over {MAX_BYTES // 1_000_000} MB")
        if time.monotonic() > deadline:
            raise SourceError(f"{name}: {url} took over {_TOTAL_SECONDS} seconds")
    heads = response.headers
    return Document(
        bytes(content),
        url,
        heads.get("Content-Type", "").partition(";")[0].strip().lower(),
        Memory(heads.get("ETag", ""), heads.get("Last-Modified", "")),
    )


def _words(problem: Exception) -> str:
    match problem:
        case httpx.TimeoutException():
            return "it did not answer in time; it is tried again at the next reading"
        case httpx.TooManyRedirects():
            return "it sends us round in circles: give its final address"
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return "only http and https addresses can be read"
        case httpx.ConnectError():
            return "nothing answers there; look at the address and the connection"
        case _:
            return str(problem) or type(problem).__name__
