"""How much a request may bring: little, but for a file where one is handed in."""

import re

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.audience import limits as audience_limits
from digest.gather.limits import PICTURE_BYTES
from digest.web import limits

# Whoever sends something there is asked for their right before any of it is read.
_OF_PEOPLE = "/desk/imports/new"
_OF_A_PICTURE = re.compile(r"/desk/campaigns/[^/]+/look")


def too_large(path: str) -> str:
    """Return what to say of a body that was too large for that address."""
    if path == _OF_PEOPLE:
        most = audience_limits.UPLOAD_BYTES >> 20
        return (
            f"The file is over {most} MB, and nothing of it was taken in. Cut it into "
            "several, or have whoever runs this bring it in with digest subscribers "
            "import."
        )
    if _OF_A_PICTURE.fullmatch(path):
        most = PICTURE_BYTES // 1_000_000
        return f"The picture is over {most} MB. Go back, and save it smaller first."
    return "Nothing was changed. Go back, and send less at once."


class BodyLimits:
    """Refuses a body that is too large for its address, while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._usual = RequestBodyLimitMiddleware(app, limits.REQUEST_BYTES)
        self._of_people = RequestBodyLimitMiddleware(app, limits.UPLOAD_BYTES)
        self._of_a_picture = RequestBodyLimitMiddleware(
            app, limits.PICTURE_UPLOAD_BYTES
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within its limit."""
        path = scope.get("path", "")
        within = self._usual
        if path == _OF_PEOPLE:
            within = self._of_people
        elif _OF_A_PICTURE.fullmatch(path):
            within = self._of_a_picture
        await within(scope, receive, send)
