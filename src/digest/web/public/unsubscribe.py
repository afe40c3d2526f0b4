"""The page that unsubscribes by the link in an edition, and undoes it."""

from fastapi import APIRouter, Response

from digest.audience.signed_links import REHEARSAL
from digest.bootstrap import App
from digest.web.parts.pages import Pages


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and may be repeated."""
    router = APIRouter(prefix="/u")

    # In the copies of rehearsals; before the tokens, none of which it can be.
    @router.api_route(f"/{REHEARSAL}", methods=["GET", "HEAD", "POST"])
    def rehearsal() -> Response:
        return pages.notice(
            200,
            "This was a rehearsal",
            "The email that led here was for trying things out. Its link does nothing: "
            "nobody has left, and whoever was subscribed is so still.",
        )

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
