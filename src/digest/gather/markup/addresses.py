"""Addresses from outside: absolute and of a kind that a reader may be sent to."""

import re
from urllib.parse import urljoin, urlsplit

# What a browser takes out of an address before it looks at it (WHATWG URL 4.4).
_DROPPED = re.compile(r"[\t\n\r]")
_EDGES = "".join(map(chr, range(33)))
# What may stand in no address (RFC 3986 section 2), and ends one in markup or mail.
_ESCAPED = re.compile('[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff"<>\\\\^`{|}]')
# What is as it should be, as most are: nothing in it is to be resolved or mended.
_PLAIN = re.compile(
    r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[\w~%+=-]+(\.[\w~%+=-]+)*)+/?", re.ASCII
)
_WEB = frozenset({"http", "https"})
_OTHER = frozenset({"mailto", "tel"})


def link(address: str | None, base: str) -> str | None:
    """Return `address` made absolute, or None if nobody should follow it.

    http, https, mailto and tel alone; what is relative is taken from `base`.
    """
    return _allowed(address, base, _WEB | _OTHER)


def web(address: str | None, base: str) -> str | None:
    """Return `address` as an absolute http or https address, or None."""
    return _allowed(address, base, _WEB)


def _allowed(address: str | None, base: str, schemes: frozenset[str]) -> str | None:
    bare = _DROPPED.sub("", (address or "").strip(_EDGES))
    if not bare or _PLAIN.fullmatch(bare):
        return bare or None
    try:
        written = urlsplit(bare)
        parts = urlsplit(urljoin(base, _ESCAPED.sub(percent_encoded, bare)))
        full = parts.geturl()  # without an empty query or fragment at its end
    except ValueError:
        return None
    # "https:/x" is one thing to a browser and another to a mail program.
    if parts.scheme not in schemes or (written.scheme in _WEB and not written.netloc):
        return None
    if parts.scheme in _WEB:
        # A name before the host makes one site look like another.
        is_plain = bool(parts.hostname) and "@" not in parts.netloc
        return full if is_plain and "%" not in parts.netloc else None
    return full if parts.path else None


def percent_encoded(part: re.Match[str]) -> str:
    """Return the part as an address may hold it (RFC 3986 section 2.1)."""
    return "".join(f"%{byte:02X}" for byte in part[0].encode("utf-8", "replace"))
