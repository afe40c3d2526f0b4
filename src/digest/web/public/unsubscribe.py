"""The page that unsubscribes by the link in an edition, and undoes it."""

from fastapi import APIRouter, Response

from digest.audience.signed_links import REHEARSAL
from digest.audience.unsubscribing import LeavingState, LinkState
from digest.bootstrap import App
from digest.web.parts.pages import Pages


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and may be repeated."""
    router = APIRouter(prefix="/u")

    # In the copies of rehearsals and tests; before the tokens, none of which it can be.
    @router.api_route(f"/{REHEARSAL}", methods=["GET", "HEAD", "POST"])
    def rehearsal() -> Response:
        return pages.notice(
            200,
            "This was a test or a rehearsal",
            "The email that led here was for trying things out. Its link does nothing: "
            "nobody has left, and whoever was subscribed is so still.",
        )

    # RFC 8058: opening the link only shows a button, because mail scanners
    # open links; the POST needs no cookie, never redirects and may be repeated.
    @router.api_route("/{token}", methods=["GET", "HEAD"])
    def ask(token: str) -> Response:
        link = digest.unsubscribe_links.look(token)
        if link.state is LeavingState.SUBSCRIBED:
            return pages.page("public/leave.html", campaign=link.campaign)
        return departure_page(link, token)

    @router.post("/{token}")
    def unsubscribe(token: str) -> Response:
        return departure_page(digest.unsubscribe_links.unsubscribe(token), token)

    @router.post("/{token}/undo")
    def undo(token: str) -> Response:
        link = digest.unsubscribe_links.resubscribe(token)
        if link.state is not LeavingState.SUBSCRIBED:
            return departure_page(link, token)
        heading = "You are back" if link.has_changed else "You have not left"
        return pages.notice(200, heading, f"You get {link.campaign.title}.")

    def departure_page(link: LinkState, token: str) -> Response:
        """Return the page of who gets no more; the way back where there is one."""
        may_return = link.state is LeavingState.LEFT
        return pages.page(
            "public/left.html",
            campaign=link.campaign,
            has_just=link.has_changed,
            undo=f"/u/{token}/undo" if may_return else "",
        )

    return router
