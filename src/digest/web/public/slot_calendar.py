"""The calendar of when editions go, at an address that cannot be guessed."""

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.errors import NotFound
from digest.schedule.reports.slot_calendar import slot_calendar
from digest.web.parts.routing import PageRouter

_TYPE = "text/calendar; charset=utf-8"


def routes(digest: App) -> APIRouter:
    """Return the route; calendars ask it without a cookie, again and again."""
    router = PageRouter()

    @router.api_route("/calendar/{token}.ics", methods=["GET", "HEAD"])
    def calendar(token: str) -> Response:
        campaign_id = digest.links.read_calendar_token(token)
        if campaign_id is None:
            raise NotFound(
                "This is the address of no calendar. Ask for it with: "
                "digest schedule calendar CAMPAIGN"
            )
        with digest.reading() as connection:
            content = slot_calendar(
                connection, campaign_id, digest.now(), digest.links.host
            )
        return Response(content, media_type=_TYPE)

    return router
