"""What is on: a campaign's list, its calendar, and an event's page."""

from fastapi import APIRouter, Request, Response

from digest.bootstrap import App
from digest.errors import NotFound
from digest.store.campaigns.campaigns import StoredCampaign
from digest.web.parts.pages import HTML, Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.archive.archive_pages import every_archive
from digest.web.public.archive.archive_words import ArchiveWords
from digest.web.public.archive.cacheable import PageCache, cacheable

_READ = ["GET", "HEAD"]
_CALENDAR = "text/calendar; charset=utf-8"


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they go behind that of an event's file."""
    router, archive, events = PageRouter(), digest.archive, digest.public_events
    whats_on = _WhatsOn(digest, pages)

    @router.api_route("/events", methods=_READ)
    def every() -> Response:
        return every_archive(digest, pages, "events")

    @router.api_route("/events/{campaign}.ics", methods=_READ)
    def calendar(request: Request, campaign: str) -> Response:
        content = whats_on.calendar(archive.campaign(campaign))
        return cacheable(request, content, _CALENDAR)

    @router.api_route("/events/{campaign}", methods=_READ)
    def coming(request: Request, campaign: str) -> Response:
        content = whats_on.page(archive.campaign(campaign))
        return cacheable(request, content, HTML)

    @router.api_route("/event/{token}", methods=_READ)
    def event(request: Request, token: str) -> Response:
        entry_ids = digest.links.read_events_token(token)
        if not entry_ids:
            raise NotFound("This address leads to no event. Check it, or go back.")
        page = events.event(entry_ids)
        content = pages.content(
            "public/archive/event.html", campaign=page.campaign, article=page.article
        )
        return cacheable(request, content, HTML)

    return router


class _WhatsOn:
    """What is on of each campaign, made once a minute, or when something of it changes.

    So what is over is gone within a minute, and what was taken back at once.
    """

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages
        self._cache = PageCache()

    def page(self, stored: StoredCampaign) -> bytes:
        """Return the page of what is on."""
        digest, campaign = self._digest, stored.campaign

        def rendered() -> bytes:
            return self._pages.content(
                "public/archive/events.html",
                campaign=campaign,
                coming=digest.public_events.coming(stored),
                event_href=self._href,
                calendar=f"{digest.settings.base_url}/events/{campaign.name}.ics",
                ended=ArchiveWords(campaign).ended(digest.now()),
            )

        return self._cache.page(campaign.name, self._mark(stored), rendered)

    def calendar(self, stored: StoredCampaign) -> bytes:
        """Return the same as a calendar."""
        return self._cache.page(
            f"{stored.campaign.name}.ics",
            self._mark(stored),
            lambda: self._digest.public_events.calendar(stored),
        )

    def _mark(self, stored: StoredCampaign) -> str:
        now = self._digest.now()
        return f"{self._digest.archive.mark(stored)} {now:%H%M}"

    def _href(self, entry_id: int) -> str:
        return f"/event/{self._digest.links.events_token((entry_id,))}"
