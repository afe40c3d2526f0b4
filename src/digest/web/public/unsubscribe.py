"""The page that unsubscribes by the link in an edition, and undoes it."""

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.web.parts.pages import Pages


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and may be repeated."""
    router = APIRouter(prefix="/u")

    # RFC 8058: opening the link only shows a button, because mail scanners
    # open links; the POST needs no cookie, never redirects and may be repeated.
    @router.api_route("/{token}", methods=["GET", "HEAD"])
    def ask(token: str) -> Response:
        title = digest.unsubscribe_links.campaign(token).title
        return pages.page("leave.html", title=title)

    @router.post("/{token}")
    def unsubscribe(token: str) -> Response:
        title = digest.unsubscribe_links.unsubscribe(token).title
        return pages.page("left.html", title=title, undo=f"/u/{token}/undo")

    @router.post("/{token}/undo")
    def undo(token: str) -> Response:
        title = digest.unsubscribe_links.resubscribe(token).title
        return pages.notice(200, "You are back", f"You will get {title} again.")

    return router
