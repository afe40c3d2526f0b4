"""The one door to the web: a document, from an address that may be asked."""

import ssl
import time
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from digest import __version__
from digest.errors import SourceError
from digest.gather.deadline import Deadline
from digest.gather.dialling import DeniedError, Dialler, Resolve, resolved
from digest.gather.document import (
    LIMITS,
    BusyError,
    Document,
    GoneError,
    Limits,
    Memory,
    Request,
)
from digest.gather.turns import Slots, Turns
from digest.gather.unpacking import TooBigError, document_bytes
from digest.gather.words import one_line
from digest.model.web_access import WebAccess

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
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


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches documents for every thread of a process, politely and within limits.

    Only http and https, only addresses that `access` allows, whatever a name
    resolves to and wherever an answer sends us.
    """

    access: WebAccess = field(default_factory=WebAccess)
    turns: Turns = field(default_factory=Turns)
    slots: Slots = field(default_factory=Slots)
    resolve: Resolve = resolved
    tls: ssl.SSLContext = field(default_factory=httpx.create_ssl_context)

    def fetch(self, request: Request, limits: Limits = LIMITS) -> Document:
        """Return the document, within the limits.

        What is remembered of it is sent along, so that its server may say that
        nothing has changed. Raises SourceError, in plain words, for everything
        else; GoneError and BusyError where its server says so.
        """
        with self.slots.lent():
            return _Errand(self, request, limits).run()


@dataclass(slots=True)
class _Errand:
    """One document on its way, from redirect to redirect."""

    fetcher: Fetcher
    request: Request
    limits: Limits
    url: str = ""
    moved_to: str = ""
    seconds: float = 0

    def run(self) -> Document:
        memory = self.request.memory
        self.url = memory.moved_to or self.request.url
        self.moved_to = memory.moved_to
        self.seconds = self.limits.total_seconds
        is_for_good = True
        for _ in range(self.limits.redirects + 1):
            answer = self._asked()
            if isinstance(answer, Document):
                return answer
            is_for_good = is_for_good and answer.is_for_good
            self.url = answer.url
            if is_for_good:
                self.moved_to = answer.url
        raise self._error(
            SourceError, "it sends us round in circles: give its final address"
        )

    def _asked(self) -> "Document | _Elsewhere":
        try:
            url = _checked(self.url)
            with self.fetcher.turns.of(url.host):
                return self._in_time(url)
        except _TROUBLES as problem:
            raise self._error(SourceError, self._words(problem)) from problem

    def _in_time(self, url: httpx.URL) -> "Document | _Elsewhere":
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

    def _answer(self, url: httpx.URL, deadline: Deadline) -> "Document | _Elsewhere":
        fetcher, connect = self.fetcher, min(self.limits.connect_seconds, self.seconds)
        waits = {"connect": connect, "read": self.seconds, "write": self.seconds}
        address = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        with (
            httpcore.ConnectionPool(
                ssl_context=fetcher.tls,
                network_backend=Dialler(fetcher.access, fetcher.resolve),
            ) as pool,
            pool.stream(
                "GET",
                address,
                headers=_headers(url, self.request),
                extensions={"timeout": waits, "trace": deadline.trace},
            ) as response,
        ):
            return self._understood(url, response)

    def _understood(
        self, url: httpx.URL, response: httpcore.Response
    ) -> "Document | _Elsewhere":
        heads = httpx.Headers(response.headers)
        status, memory = response.status, self.request.memory
        moved_to = "" if self.moved_to == self.request.url else self.moved_to
        if status == 304:
            memory = replace(memory, moved_to=moved_to)
            return Document(None, self.url, memory=memory)
        if status in _REDIRECTS and "Location" in heads:
            return _Elsewhere.after(url, status, heads["Location"])
        if status != 200:
            raise self._refusal(response, heads)
        memory = Memory(heads.get("ETag", ""), heads.get("Last-Modified", ""), moved_to)
        return Document(
            self._content(response, heads),
            self.url,
            heads.get("Content-Type", ""),
            memory,
        )

    def _content(self, response: httpcore.Response, heads: httpx.Headers) -> bytes:
        size = self.limits.size
        said = heads.get("Content-Length", "")
        if said.isascii() and said.isdigit() and int(said) > size:
            raise TooBigError
        packing = one_line(heads.get("Content-Encoding", "")).lower()
        return document_bytes(response.iter_stream(), packing, size)

    def _refusal(
        self, response: httpcore.Response, heads: httpx.Headers
    ) -> SourceError:
        phrase = response.extensions.get("reason_phrase", b"").decode("ascii", "ignore")
        said = f"{response.status} {one_line(phrase)}".strip()
        where = one_line(self.url)
        match response.status:
            case 410:
                return GoneError(f"{where} answered {said}: it is gone for good")
            case 429 | 503:
                seconds = _retry_after(heads)
                return BusyError(
                    f"{where} answered {said}: it asks us to wait", seconds
                )
            case status if status >= 500:
                return SourceError(f"{where} answered {said}: its server is in trouble")
        return SourceError(
            f"{where} answered {said}: open it in a browser and mend the address"
        )

    def _error(self, kind: type[SourceError], why: str) -> SourceError:
        return kind(f"{one_line(self.url)} cannot be read: {why}")

    def _words(self, problem: Exception) -> str:
        match problem:
            case httpcore.TimeoutException():
                return "it took too long; it is tried again later"
            case TooBigError():
                megabytes = f"{self.limits.size / 1_000_000:g} MB"
                return f"it is over {megabytes}: {self.request.wanted.if_too_big}"
            case httpcore.ConnectError():
                return _why_unconnected(problem)
            case httpx.InvalidURL() | UnicodeError():
                return _WRITE_IT_SO
            case zlib.error():
                return "it was cut short on its way, or packed wrongly"
            case _:
                return one_line(str(problem)) or type(problem).__name__


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Where an answer sends us, and whether the document stays there for good."""

    url: str
    is_for_good: bool

    @classmethod
    def after(cls, url: httpx.URL, status: int, location: str) -> "_Elsewhere":
        there = url.join(location).copy_with(fragment=None)
        # To give up encryption for good is not for somebody in between to say.
        is_weaker = url.scheme == "https" and there.scheme == "http"
        return cls(str(there), status in _FOR_GOOD and not is_weaker)


_WRITE_IT_SO = "give an http or https address without a name or password in it"


def _checked(address: str) -> httpx.URL:
    """Return the address taken apart; called before each redirect too."""
    url = httpx.URL(address)
    is_web = url.scheme in {"http", "https"}
    if not is_web or not url.host or url.userinfo or url.port == 0:
        raise ValueError(_WRITE_IT_SO)
    return url


def _headers(url: httpx.URL, request: Request) -> list[tuple[str, str]]:
    is_plain = request.contact.isascii() and request.contact.isprintable()
    contact = f" (+mailto:{request.contact})" if request.contact and is_plain else ""
    headers = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": f"Digest/{__version__}{contact}",
        "Accept": request.wanted.accept,
        # The one packing that is undone here within limits.
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if request.memory.etag:
        headers["If-None-Match"] = request.memory.etag
    if request.memory.last_modified:
        headers["If-Modified-Since"] = request.memory.last_modified
    return list(headers.items())


def _retry_after(heads: httpx.Headers) -> int | None:
    """Return for how many seconds we are asked to wait (RFC 9110 section 10.2.3)."""
    said = heads.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return int(said[:9])
    try:
        # By the server's own clock, which may be wrong.
        wait = _instant(said) - _instant(heads.get("Date", ""))
    except (ValueError, OverflowError):
        return None
    return max(wait, 0)


def _instant(said: str) -> int:
    found = parsedate_to_datetime(said)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def _why_unconnected(problem: httpcore.ConnectError) -> str:
    cause = problem.args[0] if problem.args else None  # the pool drops __cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            "its certificate is not valid "
            f"({one_line(cause.verify_message)}): tell whoever keeps the site"
        )
    if isinstance(cause, ssl.SSLError):
        return "no encrypted connection can be made: tell whoever keeps the site"
    return "nothing answers there; look at the address and the connection"
