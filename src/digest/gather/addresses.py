"""Addresses from outside: absolute and of a kind that a reader may be sent to."""

import re
from urllib.parse import urljoin, urlsplit

_SPACES_AND_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_WEB = {"http", "https"}
_OTHER = {"mailto", "tel"}


def link(address: str | None, base: str) -> str | None:
    """Return `address` made absolute, or None if nobody should follow it.

    http, https, mailto and tel alone; what is relative is taken from `base`.
    """
    return _allowed(address, base, _WEB | _OTHER)


def web(address: str | None, base: str) -> str | None:
    """Return `address` as an absolute http or https address, or None."""
    return _allowed(address, base, _WEB)


def _allowed(address: str | None, base: str, schemes: set[str]) -> str | None:
    if not address:
        return None
    bare = _SPACES_AND_CONTROLS.sub("", address)
    try:
        full = urljoin(base, bare)
        parts = urlsplit(full)
    except ValueError:
        return None
    if parts.scheme not in schemes:
        return None
    if parts.scheme in _WEB and (not parts.hostname or "@" in parts.netloc):
        return None
    return full.replace('"', "%22").replace("<", "%3C").replace(">", "%3E")
