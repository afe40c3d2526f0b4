"""What a web server's answer means: a document, another address, or a refusal."""

from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.fetching.document import BusyError, Document, GoneError, SourceMemory
from digest.gather.fetching.unpacking import TooBigError, document_bytes
from digest.gather.markup.words import one_line

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})


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
        status, url = self.response.status, str(self.url)
        if status == 304 and (memory.etag or memory.last_modified):
            return Document(None, url, memory=memory)
        if status in _REDIRECTS and "Location" in self.heads:
            return self._elsewhere(self.heads["Location"])
        if status != 200:
            raise self._refusal()
        heads = self.heads
        memory = replace(
            memory,
            etag=_repeatable(heads.get("ETag", "")),
            last_modified=_repeatable(heads.get("Last-Modified", "")),
        )
        media_type = heads.get("Content-Type", "")
        return Document(self._content(size), url, media_type, memory)

    def _elsewhere(self, location: str) -> Redirect:
        there = self.url.join(location).copy_with(fragment=None)
        # To give up encryption for good is not for somebody in between to say.
        is_weaker = self.url.scheme == "https" and there.scheme == "http"
        is_for_good = self.response.status in _FOR_GOOD and not is_weaker
        return Redirect(str(there), is_for_good)

    def _content(self, size: int) -> bytes:
        said = self.heads.get("Content-Length", "")
        if said.isascii() and said.isdigit() and int(said) > size:
            raise TooBigError
        packing = one_line(self.heads.get("Content-Encoding", "")).lower()
        return document_bytes(self.response.iter_stream(), packing, size)

    def _refusal(self) -> SourceError:
        status = self.response.status
        phrase = self.response.extensions.get("reason_phrase", b"")
        said = f"{status} {one_line(phrase.decode('ascii', 'ignore'))}".strip()
        answered = f"{one_line(str(self.url))} answered {said}"
        if status == 410:
            return GoneError(f"{answered}: it is gone for good")
        if status in {429, 503}:
            return BusyError(f"{answered}: it asks us to wait", self._retry_after())
        if status >= 500:
            return SourceError(f"{answered}: its server is in trouble")
        return SourceError(f"{answered}: open it in a browser and mend the address")

    def _retry_after(self) -> int | None:
        """Return for how many seconds we are asked to wait (RFC 9110 §10.2.3)."""
        said = self.heads.get("Retry-After", "").strip()
        if said.isascii() and said.isdigit():
            return int(said[: limits.RETRY_AFTER_DIGITS])
        try:
            # By the server's own clock, which may be wrong.
            wait = _instant(said) - _instant(self.heads.get("Date", ""))
        except (ValueError, OverflowError):
            return None
        return max(wait, 0)


def _repeatable(said: str) -> str:
    """Return a server's words if they may be sent back to it, or nothing."""
    return (
        said
        if said.isascii() and said.isprintable() and len(said) < limits.VALIDATOR_LENGTH
        else ""
    )


def _instant(said: str) -> int:
    found = parsedate_to_datetime(said)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
