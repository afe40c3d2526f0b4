"""A copy in the browser, by the link in it: for whoever has that link."""

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.errors import NotFound
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

_UNSEEN = {
    "X-Robots-Tag": "noindex, nofollow",
    # No site that it leads to learns the address.
    "Referrer-Policy": "no-referrer",
}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the route: it needs no cookie, and nothing is noted of who opens it."""
    router = PageRouter()

    @router.api_route("/view/{token}", methods=["GET", "HEAD"])
    def view(token: str) -> Response:
        named = digest.links.read_view_token(token)
        if named is None:
            raise NotFound("This link is not whole. Open it from the email again.")
        campaign, article = digest.archive.variant(*named)
        page = pages.page("public/view.html", campaign=campaign, article=article)
        page.headers.update(_UNSEEN)
        return page

    return router
