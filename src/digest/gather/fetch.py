"""One document from the web, within limits of size and time."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import httpx

from digest import __version__
from digest.errors import SourceError
from digest.gather.deadline import Deadline
from digest.gather.reading import Memory
from digest.gather.words import one_line


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost."""

    size: int = 10_000_000  # bytes, unpacked
    connect_seconds: float = 5
    total_seconds: float = 20
    redirects: int = 5


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was sent; None as content means it has not changed."""

    content: bytes | None
    url: str
    media_type: str  # the whole Content-Type
    memory: Memory


def fetch(url: str, memory: Memory, limits: Limits = LIMITS) -> Document:
    """Return the document at `url`, within the limits.

    What `memory` holds is sent along, so that a server may say that nothing
    has changed. Raises SourceError, in plain words, for everything else.
    """
    with Deadline(limits.total_seconds) as deadline:
        try:
            document = _fetched(url, memory, limits, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, zlib.error) as problem:
            why = _LATE if deadline.has_passed else _words(problem)
            raise SourceError(f"{one_line(url)} cannot be read: {why}") from problem
        if deadline.has_passed:  # what it cut off may look like an ordinary end
            raise SourceError(f"{one_line(url)} cannot be read: {_LATE}")
        return document


def _fetched(url: str, memory: Memory, limits: Limits, deadline: Deadline) -> Document:
    client = httpx.Client(
        headers=_headers(memory),
        timeout=httpx.Timeout(limits.total_seconds, connect=limits.connect_seconds),
        follow_redirects=True,
        max_redirects=limits.redirects,
        trust_env=False,
        event_hooks={"request": [_check_address]},
    )
    with client:
        request = client.build_request("GET", url)
        request.extensions["trace"] = deadline.trace
        response = client.send(request, stream=True)
        try:
            return _document(response, memory, limits.size)
        finally:
            response.close()


def _check_address(request: httpx.Request) -> None:
    """Refuse an address that must not be asked; called before each redirect too.

    The one place for it. httpx itself refuses every scheme but http and https.
    """
    if request.url.userinfo:
        raise httpx.UnsupportedProtocol("a name or password stands in the address")


def _headers(memory: Memory) -> dict[str, str]:
    contact = f" (+mailto:{memory.contact})" if memory.contact.isascii() else ""
    headers = {
        "User-Agent": f"Digest/{__version__}{contact if memory.contact else ''}",
        "Accept": "application/atom+xml, application/rss+xml, application/feed+json, "
        "application/xml;q=0.9, application/json;q=0.9, */*;q=0.5",
        # The one packing that is undone below within limits.
        "Accept-Encoding": "gzip",
    }
    if memory.etag:
        headers["If-None-Match"] = memory.etag
    if memory.last_modified:
        headers["If-Modified-Since"] = memory.last_modified
    return headers


def _document(response: httpx.Response, memory: Memory, size: int) -> Document:
    url = str(response.url)
    if response.status_code == 304:
        return Document(None, url, "", memory)
    if response.status_code != 200:
        said = f"{response.status_code} {one_line(response.reason_phrase)}"
        raise SourceError(
            f"{url} answered {said}: open it in a browser and mend the address"
        )
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    chunks: Iterable[bytes] = response.iter_raw(65_536)
    if packing in {"gzip", "x-gzip"}:
        chunks = _unpacked(chunks, size)
    elif packing != "identity":
        raise SourceError(f"{url} is packed as {one_line(packing)}, unasked")
    heads = response.headers
    return Document(
        _joined(url, chunks, size),
        url,
        heads.get("Content-Type", ""),
        replace(
            memory,
            etag=heads.get("ETag", ""),
            last_modified=heads.get("Last-Modified", ""),
        ),
    )


def _joined(url: str, chunks: Iterable[bytes], size: int) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > size:
            raise SourceError(
                f"{url} is over {size / 1_000_000:g} MB: "
                "give the address of a shorter feed"
            )
    return bytes(content)


def _unpacked(chunks: Iterable[bytes], size: int) -> Iterable[bytes]:
    # A small packet may unpack to thousands of times its size, so no more than
    # one byte over the limit is ever unpacked at once.
    unpacker = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        yield unpacker.decompress(chunk, size + 1)
    if not unpacker.eof:
        raise zlib.error("cut short")


_LATE = "it took too long; it is tried again at the next reading"


def _words(problem: Exception) -> str:
    match problem:
        case httpx.TimeoutException():
            return _LATE
        case httpx.TooManyRedirects():
            return "it sends us round in circles: give its final address"
        case httpx.UnsupportedProtocol() | httpx.InvalidURL() | UnicodeError():
            return "give an http or https address without a name or password in it"
        case httpx.ConnectError():
            return "nothing answers there; look at the address and the connection"
        case zlib.error():
            return "it was cut short on its way"
        case _:
            return one_line(str(problem)) or type(problem).__name__
