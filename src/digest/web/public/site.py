"""What browsers and mail programs fetch of everybody: pictures, short links."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.roles import Right
from digest.store.editions import short_links
from digest.web.parts import visitor
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

_READ = ["GET", "HEAD"]
_PICTURE_HEADERS = {
    # A name means the same bytes for ever, and is opened from within other
    # people's mail programs.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; nothing is noted of who opens them."""
    router = PageRouter()

    @router.api_route("/", methods=_READ)
    def home() -> Response:
        only_post = visitor.may_do(Right.POST_ROOM) and not visitor.may_do(Right.LOOK)
        return RedirectResponse("/post" if only_post else "/desk", 303)

    @router.api_route("/static/{edition}/{name:path}", methods=_READ)
    def static(request: Request, edition: str, name: str) -> Response:
        encodings = request.headers.get("Accept-Encoding", "")
        return pages.static.answer(edition, name, encodings)

    @router.api_route("/s/{code}", methods=_READ)
    def short_link(code: str) -> Response:
        try:
            with digest.reading() as connection:
                return RedirectResponse(short_links.target(connection, code), 302)
        except NotFound as problem:
            return pages.notice(404, "Page not found", str(problem), way_on(digest))

    @router.api_route("/media/{name}", methods=_READ)
    def picture(name: str) -> Response:
        file = digest.hosted_picture(name)
        return Response(
            file.content, media_type=file.media_type, headers=_PICTURE_HEADERS
        )

    return router


def way_on(digest: App) -> tuple[str, str]:
    """Return where whoever is lost may go on, and its name: readers come first."""
    if digest.archive.campaigns():
        return "/archive", "See what you can read here"
    return "/sign-in", "Sign in, if you work here"
