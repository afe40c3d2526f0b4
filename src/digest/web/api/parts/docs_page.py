"""The page of the API: made from its own description, for whoever writes programs."""

from fastapi import APIRouter, FastAPI, Response

from digest.bootstrap import App
from digest.web.api.parts.description import described, scopes
from digest.web.api.parts.problems import TITLES
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter


def routes(digest: App, pages: Pages, api: FastAPI) -> APIRouter:
    """Return the route; the page is for everybody, as it says nothing of anybody."""
    router = PageRouter()

    @router.api_route("/api/v1/docs", methods=["GET", "HEAD"])
    def docs() -> Response:
        return pages.page(
            "api/docs.html",
            parts=described(api.openapi(), digest.settings.base_url),
            scopes=scopes(),
            statuses=sorted(TITLES.items()),
        )

    return router
