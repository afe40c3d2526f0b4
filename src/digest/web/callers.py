"""Where a request comes from."""

from fastapi import Request


def is_local(request: Request) -> bool:
    """Whether it comes from this machine itself."""
    return request.client is not None and request.client.host in {"127.0.0.1", "::1"}
