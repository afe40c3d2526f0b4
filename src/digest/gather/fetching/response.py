"""What a web server's answer means: a document, another address, or a refusal.

Of a document's bytes no more are unpacked than was agreed.
"""

import codecs
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from itertools import chain

import httpcore
import httpx

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.fetching.document import BusyError, Document, GoneError, SourceMemory
from digest.gather.markup.clean_text import one_line

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_PACKINGS = frozenset({"gzip", "x-gzip"})
_GZIP = b"\x1f\x8b\x08"  # RFC 1952 section 2.3.1
# What the walls before many sites put into an answer that no program is to pass.
_WALLS = ("cf-mitigated", "x-amzn-waf-action", "x-datadome", "x-sucuri-block")
_LET_US_IN = (
    "its server lets no programs in: ask whoever keeps the site to let through what "
    'calls itself "Digest", or give the address of its feed'
)


class TooBigError(Exception):
    """A document is larger than was agreed, packed or unpacked."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where an answer sends us, and whether the document stays there for good."""

    url: str
    is_for_good: bool


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """An answer from `url`, its body not read yet."""

    url: httpx.URL
    response: httpcore.Response
    heads: httpx.Headers

    @classmethod
    def of(cls, url: httpx.URL, response: httpcore.Response) -> "WebAnswer":
        """Return what was answered at that address."""
        return cls(url, response, httpx.Headers(response.headers))

    def understood(self, memory: SourceMemory, size: int) -> Document | Redirect:
        """Return the document, at most `size` bytes of it, or where to look.

        `memory` is what was known of it before. Raises SourceError where the
        server gives neither; GoneError and BusyError where it says so; and what
        `document_bytes` raises.
        """
        status, url, heads = self.response.status, str(self.url), self.heads
        if status == 304 and (memory.etag or memory.last_modified):
            return Document(None, url, memory=memory)
        if status in _REDIRECTS and "Location" in heads:
            return self._redirect(heads["Location"])
        if status != 200:
            raise self._refusal()
        length = heads.get("Content-Length", "")
        if length.isascii() and length.isdigit() and int(length) > size:
            raise TooBigError
        packing = one_line(heads.get("Content-Encoding", "")).lower()
        content = document_bytes(self.response.iter_stream(), packing, size)
        memory = replace(
            memory,
            etag=_repeatable(heads.get("ETag", "")),
            last_modified=_repeatable(heads.get("Last-Modified", "")),
        )
        return Document(content, url, heads.get("Content-Type", ""), memory)

    def _redirect(self, location: str) -> Redirect:
        there = self.url.join(location).copy_with(fragment=None)
        # To give up encryption for good is not for somebody in between to say.
        is_weaker = self.url.scheme == "https" and there.scheme == "http"
        is_for_good = self.response.status in _FOR_GOOD and not is_weaker
        return Redirect(str(there), is_for_good)

    def _refusal(self) -> SourceError:
        status = self.response.status
        phrase = self.response.extensions.get("reason_phrase", b"")
        reply = f"{status} {one_line(phrase.decode('ascii', 'ignore'))}".strip()
        answered = f"{one_line(str(self.url))} answered {reply}"
        if status == 410:
            return GoneError(f"{answered}: it is gone for good")
        if status == 403 or any(name in self.heads for name in _WALLS):
            return SourceError(f"{answered}: {_LET_US_IN}")
        if status == 401:
            return SourceError(f"{answered}: give an address that anybody may read")
        if status in {429, 503}:
            return BusyError(f"{answered}: it asks us to wait", self._retry_after())
        if status >= 500:
            return SourceError(f"{answered}: its server is in trouble")
        return SourceError(f"{answered}: open it in a browser and mend the address")

    def _retry_after(self) -> int | None:
        """Return for how many seconds we are asked to wait (RFC 9110 §10.2.3)."""
        wait = self.heads.get("Retry-After", "").strip()
        if wait.isascii() and wait.isdigit():
            return int(wait[: limits.RETRY_AFTER_DIGITS])
        try:
            # By the server's own clock, which may be wrong.
            seconds = _instant(wait) - _instant(self.heads.get("Date", ""))
        except (ValueError, OverflowError):
            return None
        return max(seconds, 0)


def _repeatable(validator: str) -> str:
    """Return a server's validator if it may be sent back to it, or nothing."""
    is_plain = validator.isascii() and validator.isprintable()
    is_short = len(validator) < limits.VALIDATOR_LENGTH
    return validator if is_plain and is_short else ""


def _instant(date: str) -> int:
    at = parsedate_to_datetime(date)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def document_bytes(chunks: Iterable[bytes], packing: str, size: int) -> bytes:
    """Return what the chunks hold, unpacked, at most `size` bytes.

    What is packed and does not say so is unpacked as well; the name of a charset,
    which some servers send, is no packing. Raises TooBigError; ValueError, in
    words, for a packing that nobody asked for; and zlib.error for a packet that is
    cut short or broken.
    """
    names = [name.strip() for name in packing.split(",")]
    packings = [name for name in names if name and not _is_charset(name)]
    first = next(iter_chunks := filter(None, chunks), b"")
    rest: Iterable[bytes] = chain([first], iter_chunks)
    is_gzip = len(packings) == 1 and packings[0] in _PACKINGS
    if is_gzip or (not packings and first.startswith(_GZIP)):
        rest = _unpacked(_at_most(rest, size), size)
    elif packings:
        raise ValueError(f"it is packed as {packing}, unasked")
    return b"".join(_at_most(rest, size))


def _is_charset(name: str) -> bool:
    """Whether the name of a packing is none: "identity", or that of an encoding."""
    if name in {"identity", "none"}:
        return True
    try:
        return name not in _PACKINGS and codecs.lookup(name)._is_text_encoding  # noqa: SLF001
    except (LookupError, ValueError):
        return False


def _at_most(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > size:
            raise TooBigError
        yield chunk


def _unpacked(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    # A small packet may unpack to a thousand times its size, so no more than
    # one byte over the limit is ever unpacked at once.
    unpacker, packed, plain = _gzip_unpacker(), 0, 0
    for chunk in chunks:
        packed += len(chunk)
        while chunk:
            if unpacker.eof:  # a packet may have several members: RFC 1952 section 2.2
                unpacker = _gzip_unpacker()
            part = unpacker.decompress(chunk, size + 1)
            plain += len(part)
            most = packed * limits.UNPACKING_RATIO
            if plain > max(limits.UNPACKING_RATIO_FROM, most):
                raise TooBigError
            yield part
            chunk = unpacker.unconsumed_tail or unpacker.unused_data  # noqa: PLW2901
    if not unpacker.eof:
        raise zlib.error("cut short")


def _gzip_unpacker() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=31)
