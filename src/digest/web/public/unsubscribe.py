"""Pages for subscribers: no cookie, no script; a GET changes nothing."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, RedirectResponse

from digest.bootstrap import App
from digest.store.editions import short_links
from digest.web.parts.pages import Pages

_READ = ["GET", "HEAD"]


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes that anyone may open."""
    router = APIRouter()

    @router.api_route("/", methods=_READ)
    def home() -> Response:
        return RedirectResponse("/desk", 303)

    @router.api_route("/healthz", methods=_READ)
    def healthz() -> Response:
        trouble = digest.trouble()
        content: dict[str, Any] = {"status": trouble or "ok"}
        return JSONResponse(content, 503 if trouble else 200)

    @router.api_route("/style.css", methods=_READ)
    def style() -> Response:
        return pages.style()

    @router.api_route("/s/{code}", methods=_READ)
    def short_link(code: str) -> Response:
        with digest.reading() as connection:
            return RedirectResponse(short_links.target(connection, code), 302)

    # RFC 8058: opening the link only shows a button, because mail scanners
    # open links; the POST needs no cookie, never redirects and may be repeated.
    @router.api_route("/u/{token}", methods=_READ)
    def ask(token: str) -> Response:
        return pages.page(
            "leave.html", title=digest.unsubscribe_links.campaign(token).title
        )

    @router.post("/u/{token}")
    def leave(token: str) -> Response:
        left = digest.unsubscribe_links.unsubscribe(token)
        return pages.page("left.html", title=left.title, undo=f"/u/{token}/undo")

    @router.post("/u/{token}/undo")
    def undo(token: str) -> Response:
        title = digest.unsubscribe_links.resubscribe(token).title
        return pages.notice(200, "You are back", f"You will get {title} again.")

    return router
