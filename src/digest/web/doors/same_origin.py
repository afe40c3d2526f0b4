"""Whether what changes something was sent by one of our own pages."""

from fastapi import Request

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


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
