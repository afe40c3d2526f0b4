"""Events of an email for the reader's own calendar, at addresses that it leads to."""

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.errors import NotFound
from digest.render.event_file import event_file
from digest.store.campaigns import campaigns
from digest.store.posts import announced_events
from digest.web.parts.routing import PageRouter

_TYPE = "text/calendar; charset=utf-8"


def routes(digest: App) -> APIRouter:
    """Return the route: it needs no cookie, and asking changes nothing."""
    router = PageRouter()

    @router.api_route("/event/{token}.ics", methods=["GET", "HEAD"])
    def file(token: str) -> Response:
        entry_ids = digest.links.read_events_token(token)
        content = _content(digest, entry_ids) if entry_ids else None
        if content is None:
            raise NotFound(
                "This address leads to no event. Use the link in your email whole, "
                "or take the date from there."
            )
        # Inline: telephones offer to put it in the calendar, where they would
        # otherwise keep a file.
        name = "event.ics" if len(entry_ids) == 1 else "events.ics"
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return Response(content, media_type=_TYPE, headers=headers)

    return router


def _content(digest: App, entry_ids: tuple[int, ...]) -> bytes | None:
    """Return the events as they are known by now; None where there are none."""
    with digest.reading() as connection:
        campaign_id = announced_events.campaign_of(connection, entry_ids[0])
        if campaign_id is None:
            return None
        campaign = campaigns.load(connection, campaign_id)
        events = announced_events.announced(connection, campaign_id, entry_ids)
    if not events:
        return None
    return event_file(campaign, events, digest.now(), digest.links.host)
