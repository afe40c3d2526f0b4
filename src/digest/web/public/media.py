"""Pictures for readers' mail programs: no cookie, and nothing noted of who looks."""

from fastapi import APIRouter, Response

from digest.bootstrap import App

_HEADERS = {
    # A name means the same bytes for ever, and is opened from within other
    # people's mail programs.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def routes(digest: App) -> APIRouter:
    """Return the route that serves pictures."""
    router = APIRouter()

    @router.api_route("/media/{name}", methods=["GET", "HEAD"])
    def picture(name: str) -> Response:
        file = digest.hosted_picture(name)
        return Response(file.content, media_type=file.media_type, headers=_HEADERS)

    return router
