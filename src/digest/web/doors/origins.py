"""Where a request comes from: which machine, and whether a page of our own sent it."""

from urllib.parse import urlsplit

from fastapi import Request

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_local(request: Request) -> bool:
    """Whether it comes from this machine itself."""
    return request.client is not None and request.client.host in {"127.0.0.1", "::1"}


def host_of(request: Request) -> str:
    """Return the address it comes from, which may be that of a proxy of ours."""
    return request.client.host if request.client else ""


def names_our_host(request: Request, base_url: str) -> bool:
    """Whether the request names a host of ours: the base address's, or this machine.

    A page elsewhere whose own name was made to lead here (DNS rebinding) still
    sends that name.
    """
    own = {urlsplit(base_url).hostname, "localhost", "127.0.0.1", "::1"}
    try:
        named = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        return False
    return named is not None and named.removesuffix(".") in own


def is_forged(request: Request, base_url: str) -> bool:
    """Whether the request may have been sent by a page that is not ours.

    Told by Sec-Fetch-Site, which no page can set, else by Origin; a browser
    sends one of the two with every form, so what has neither is not taken.
    """
    if request.method in _HARMLESS:
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site != "same-origin"
    own = f"{request.url.scheme}://{request.headers.get('Host', '')}"
    return request.headers.get("Origin") not in {own, base_url}
