"""What is on: a campaign's list, its calendar, and an event's page."""

from fastapi import APIRouter, Request, Response

from digest.bootstrap import App
from digest.errors import NotFound
from digest.web.parts.pages import HTML, Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.archive.archive_pages import every_archive
from digest.web.public.archive.archive_words import ArchiveWords
from digest.web.public.archive.cacheable import cacheable

_READ = ["GET", "HEAD"]
_CALENDAR = "text/calendar; charset=utf-8"


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they go behind that of an event's file."""
    router, archive, events = PageRouter(), digest.archive, digest.public_events

    def event_href(entry_id: int) -> str:
        return f"/event/{digest.links.events_token((entry_id,))}"

    @router.api_route("/events", methods=_READ)
    def every() -> Response:
        return every_archive(digest, pages, "events")

    @router.api_route("/events/{campaign}.ics", methods=_READ)
    def calendar(request: Request, campaign: str) -> Response:
        content = events.calendar(archive.campaign(campaign))
        return cacheable(request, content, _CALENDAR)

    @router.api_route("/events/{campaign}", methods=_READ)
    def coming(request: Request, campaign: str) -> Response:
        stored = archive.campaign(campaign)
        content = pages.content(
            "public/archive/events.html",
            campaign=stored.campaign,
            coming=events.coming(stored),
            event_href=event_href,
            calendar=f"{digest.settings.base_url}/events/{campaign}.ics",
            ended=ArchiveWords(stored.campaign).ended(digest.now()),
        )
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
