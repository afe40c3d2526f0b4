"""Where a request comes from."""

from fastapi import Request


def is_local(request: Request) -> bool:
    """Whether it comes from this machine itself."""
    return request.client is not None and request.client.host in {"127.0.0.1", "::1"}


def host_of(request: Request) -> str:
    """Return the address it comes from, which may be that of a proxy of ours."""
    return request.client.host if request.client else ""
