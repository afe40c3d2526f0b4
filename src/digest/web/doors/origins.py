"""Where a request comes from: which machine, and whether a page of our own sent it."""

from fastapi import Request

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_local(request: Request) -> bool:
    """Whether it comes from this machine itself."""
    return request.client is not None and request.client.host in {"127.0.0.1", "::1"}


def host_of(request: Request) -> str:
    """Return the address it comes from, which may be that of a proxy of ours."""
    return request.client.host if request.client else ""


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
