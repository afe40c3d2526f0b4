"""The one door to the web: a document, from an address that may be asked."""

import ssl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

import httpcore
import httpx

from digest import __version__
from digest.errors import SourceError
from digest.gather.fetching.deadline import Deadline
from digest.gather.fetching.document import (
    FEED,
    LIMITS,
    Document,
    DocumentKind,
    DocumentRequest,
    FetchLimits,
    UnreachableError,
)
from digest.gather.fetching.host_queue import HostQueue, ThreadPermits
from digest.gather.fetching.response import (
    Redirect,
    TooBigError,
    WebAnswer,
    document_bytes,
)
from digest.gather.fetching.ssrf_guard import (
    DeniedError,
    GuardedBackend,
    Resolve,
    resolved,
)
from digest.gather.markup.clean_text import one_line
from digest.model.campaigns.web_access import WebAccess

_TROUBLES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpx.InvalidURL,
    DeniedError,
    TooBigError,
    ValueError,  # of our own, in words; and UnicodeError
    zlib.error,
)
_OK = 200
_WRITE_IT_SO = "give an http or https address without a name or password in it"


@cache
def tls_context() -> ssl.SSLContext:
    """Return whom we believe over TLS; to read that takes a while, so once."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches documents for every thread of a process, politely and within limits.

    Only http and https, only addresses that `access` allows, whatever a name
    resolves to and wherever an answer sends us.
    """

    access: WebAccess = field(default_factory=WebAccess)
    host_queue: HostQueue = field(default_factory=HostQueue)
    permits: ThreadPermits = field(default_factory=ThreadPermits)
    resolve: Resolve = resolved
    tls: ssl.SSLContext = field(default_factory=tls_context)

    def fetch(self, request: DocumentRequest, limits: FetchLimits = LIMITS) -> Document:
        """Return the document, within the limits.

        What is remembered of it is sent along, so that its server may say that
        nothing has changed. Raises SourceError, in plain words, for everything
        else; GoneError and BusyError where its server says so.
        """
        with self.permits.waiting():
            return _Errand(self, request, limits).run()

    def post(
        self, url: str, headers: dict[str, str], body: bytes, seconds: float
    ) -> int:
        """Send a body to an address that may be asked; return the answer's status.

        A redirect is an answer like any other, and is not followed; what else is in
        the answer is not read. Raises SourceError, in plain words.
        """
        own = headers | {"Content-Length": str(len(body))}
        try:
            with self._exchange(
                "POST", web_address(url), own, body, seconds
            ) as response:
                return int(response.status)
        except _TROUBLES as problem:
            why = _why_not_taken(problem)
            raise SourceError(f"{one_line(url)} did not take it: {why}") from problem

    def get(self, url: str, seconds: float, most: int) -> bytes:
        """Return what is at an address that may be asked, if it is no more than that.

        A redirect is not followed. Raises SourceError, in plain words, for any answer
        but 200.
        """
        try:
            with self._exchange("GET", web_address(url), {}, b"", seconds) as response:
                status = int(response.status)
                content = document_bytes(response.iter_stream(), "", most)
        except _TROUBLES as problem:
            why = _why_not_taken(problem)
            raise SourceError(f"{one_line(url)} cannot be read: {why}") from problem
        if status != _OK:
            raise SourceError(f"{one_line(url)} cannot be read: it answered {status}")
        return content

    @contextmanager
    def _exchange(
        self,
        method: str,
        url: httpx.URL,
        headers: dict[str, str],
        body: bytes,
        seconds: float,
    ) -> Iterator[httpcore.Response]:
        waits = dict.fromkeys(("connect", "read", "write"), seconds)
        own = {"Host": url.netloc.decode("ascii"), "Connection": "close"}
        with (
            Deadline(seconds) as deadline,
            httpcore.ConnectionPool(
                ssl_context=self.tls,
                network_backend=GuardedBackend(self.access, self.resolve),
            ) as pool,
        ):
            try:
                with pool.stream(
                    method,
                    _wire_address(url),
                    headers=list((own | headers).items()),
                    content=body,
                    extensions={"timeout": waits, "trace": deadline.trace},
                ) as response:
                    yield response
            except Exception as problem:
                if deadline.has_passed:
                    raise httpcore.ReadTimeout from problem
                raise


@dataclass(slots=True)
class _Errand:
    """One document on its way, from redirect to redirect."""

    fetcher: Fetcher
    request: DocumentRequest
    limits: FetchLimits
    url: str = ""
    seconds: float = 0

    def run(self) -> Document:
        moved_to = self.request.memory.moved_to
        self.url = moved_to or self.request.url
        self.seconds = self.limits.total_seconds
        is_for_good = True
        for _ in range(self.limits.redirects + 1):
            answer = self._answered()
            if isinstance(answer, Document):
                # What has moved back is where it always was.
                moved_to = "" if moved_to == self.request.url else moved_to
                return replace(answer, memory=replace(answer.memory, moved_to=moved_to))
            self.url = answer.url
            is_for_good = is_for_good and answer.is_for_good
            moved_to = answer.url if is_for_good else moved_to
        raise self._error("it sends us round in circles: give its final address")

    def _answered(self) -> Document | Redirect:
        try:
            url = web_address(self.url)
            with self.fetcher.host_queue.of(url.host):
                return self._in_time(url)
        except _TROUBLES as problem:
            why = _in_words(problem, self.request.kind, self.limits)
            error = self._error(why)
            if _is_unreachable(problem):
                error = UnreachableError(str(error), httpx.URL(self.url).host)
            raise error from problem

    def _in_time(self, url: httpx.URL) -> Document | Redirect:
        began = time.monotonic()
        with Deadline(self.seconds) as deadline:
            try:
                answer = self._answer(url, deadline)
            except Exception as problem:
                if deadline.has_passed:
                    raise httpcore.ReadTimeout from problem
                raise
        if deadline.has_passed:  # what it cut off may look like an ordinary end
            raise httpcore.ReadTimeout
        self.seconds = max(self.seconds - (time.monotonic() - began), 0.001)
        return answer

    def _answer(self, url: httpx.URL, deadline: Deadline) -> Document | Redirect:
        fetcher, connect = self.fetcher, min(self.limits.connect_seconds, self.seconds)
        waits = {"connect": connect, "read": self.seconds, "write": self.seconds}
        with (
            httpcore.ConnectionPool(
                ssl_context=fetcher.tls,
                network_backend=GuardedBackend(fetcher.access, fetcher.resolve),
            ) as pool,
            pool.stream(
                "GET",
                _wire_address(url),
                headers=_headers(url, self.request),
                extensions={"timeout": waits, "trace": deadline.trace},
            ) as response,
        ):
            answer = WebAnswer.of(url, response)
            return answer.understood(self.request.memory, self.limits.size)

    def _error(self, why: str) -> SourceError:
        return SourceError(f"{one_line(self.url)} cannot be read: {why}")


def web_address(address: str) -> httpx.URL:
    """Return the address taken apart; called before each redirect too.

    Raises ValueError in words for one that is no web address, or has a password in it.
    """
    url = httpx.URL(address)
    is_web = url.scheme in {"http", "https"}
    if not is_web or not url.host or url.userinfo or url.port == 0:
        raise ValueError(_WRITE_IT_SO)
    return url


def _wire_address(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _why_not_taken(problem: Exception) -> str:
    if isinstance(problem, httpcore.TimeoutException):
        return "it took too long"
    return _in_words(problem, FEED, LIMITS)


def _headers(url: httpx.URL, request: DocumentRequest) -> list[tuple[str, str]]:
    is_plain = request.contact.isascii() and request.contact.isprintable()
    contact = f" (+mailto:{request.contact})" if request.contact and is_plain else ""
    headers = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": f"Digest/{__version__}{contact}",
        "Accept": request.kind.accept,
        # The one packing that is undone here within limits.
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if request.memory.etag:
        headers["If-None-Match"] = request.memory.etag
    if request.memory.last_modified:
        headers["If-Modified-Since"] = request.memory.last_modified
    return list(headers.items())


def _in_words(problem: Exception, kind: DocumentKind, limits: FetchLimits) -> str:
    """Return why a document could not be had, and what would help."""
    match problem:
        case httpcore.TimeoutException():
            return "it took too long; it is tried again later"
        case TooBigError():
            return f"it is over {limits.size / 1_000_000:g} MB: {kind.if_too_big}"
        case httpcore.ConnectError():
            return _why_unconnected(problem)
        case httpx.InvalidURL() | UnicodeError():
            return _WRITE_IT_SO
        case zlib.error():
            return "it was cut short on its way, or packed wrongly"
        case _:
            return one_line(str(problem)) or type(problem).__name__


def _is_unreachable(problem: Exception) -> bool:
    """Whether the host gives no answer, or none in time."""
    if isinstance(problem, httpcore.ConnectError):
        return not isinstance(_cause(problem), ssl.SSLError)
    return isinstance(problem, httpcore.TimeoutException)


def _cause(problem: httpcore.ConnectError) -> object:
    return problem.args[0] if problem.args else None  # the pool drops __cause__


def _why_unconnected(problem: httpcore.ConnectError) -> str:
    cause = _cause(problem)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            "its certificate is not valid "
            f"({one_line(cause.verify_message)}): tell whoever keeps the site"
        )
    if isinstance(cause, ssl.SSLError):
        return "no encrypted connection can be made: tell whoever keeps the site"
    return "nothing answers there; look at the address and the connection"
