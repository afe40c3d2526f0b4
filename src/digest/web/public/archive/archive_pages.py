"""Past editions: a campaign's list, an edition's page, and a feed."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import NotFound
from digest.web.parts.pages import HTML, Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.archive.archive_words import ArchiveWords
from digest.web.public.archive.cacheable import PageCache, cacheable

_READ = ["GET", "HEAD"]
_FEED = "application/atom+xml; charset=utf-8"


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes: the same for everybody, without a cookie."""
    router, archive, cache = PageRouter(prefix="/archive"), digest.archive, PageCache()

    @router.api_route("", methods=_READ)
    def every() -> Response:
        return every_archive(digest, pages, "archive")

    @router.api_route("/{campaign}.atom", methods=_READ)
    def feed(request: Request, campaign: str) -> Response:
        stored = archive.campaign(campaign)
        content = cache.page(
            f"{campaign}.atom", archive.mark(stored), lambda: archive.feed(stored)
        )
        return cacheable(request, content, _FEED)

    @router.api_route("/{campaign}", methods=_READ)
    def editions(request: Request, campaign: str, before: str = "") -> Response:
        stored = archive.campaign(campaign)

        def rendered() -> bytes:
            words = ArchiveWords(stored.campaign)
            page = archive.page(stored, before)
            return pages.content(
                "public/archive/editions.html",
                campaign=stored.campaign,
                months=words.months(page.editions),
                before=page.before,
                is_first=not before,
                ended=words.ended(digest.now()),
            )

        content = cache.page(
            f"{campaign}?{before[:12]}", archive.mark(stored), rendered
        )
        return cacheable(request, content, HTML)

    @router.api_route("/{campaign}/{code}", methods=_READ)
    def edition(request: Request, campaign: str, code: str) -> Response:
        stored = archive.campaign(campaign)

        def rendered() -> bytes:
            return pages.content(
                "public/archive/edition.html",
                campaign=stored.campaign,
                article=archive.edition(stored, code).article,
            )

        content = cache.page(f"{campaign}/{code}", archive.mark(stored), rendered)
        return cacheable(request, content, HTML)

    return router


def every_archive(digest: App, pages: Pages, folder: str) -> Response:
    """Return the page of all campaigns that can be read; of a single one its own.

    `folder` is where they lead: to past editions, or to what is on. Raises NotFound
    where there is none.
    """
    offered = digest.archive.campaigns()
    if len(offered) == 1:
        return RedirectResponse(f"/{folder}/{offered[0].name}", 303)
    if not offered:
        raise NotFound(
            "Nothing can be read here on the web. Ring or write to whoever told you "
            "of it."
        )
    return pages.page("public/archive/campaigns.html", offered=offered, folder=folder)
