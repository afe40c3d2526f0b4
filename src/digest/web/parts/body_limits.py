"""How much a request may bring: little, but for a file where one is handed in."""

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.web import limits

# Whoever sends something there is asked for their right before any of it is read.
_WITH_FILES = frozenset({"/desk/imports/new"})


class BodyLimits:
    """Refuses a body that is too large for its address, while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._usual = RequestBodyLimitMiddleware(app, limits.REQUEST_BYTES)
        self._with_file = RequestBodyLimitMiddleware(app, limits.UPLOAD_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within its limit."""
        has_file = scope.get("path") in _WITH_FILES
        await (self._with_file if has_file else self._usual)(scope, receive, send)
