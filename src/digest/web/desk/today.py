"""The today page, and previews in every format."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.campaigns.campaign import Campaign
from digest.model.formats import preview_named, previews
from digest.schedule.editions import due
from digest.schedule.reports.status import troubles
from digest.store.campaigns import campaigns
from digest.store.editions import editions
from digest.store.reports import overview
from digest.web.parts.numbers import RowId
from digest.web.parts.pages import Pages

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
_SHOWN = 20
# Styles an email carries in itself; nothing else of it may run or be fetched.
_EMAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: {}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the desk's routes."""
    router = APIRouter(prefix="/desk")

    @router.api_route("", methods=["GET", "HEAD"])
    def today() -> Response:
        with digest.reading() as connection:
            content = _today(digest, pages, connection)
        return pages.page("today.html", here="today", **content)

    @router.api_route("/campaigns/{name}/{schedule}/{preview}", methods=["GET", "HEAD"])
    def draft(name: str, schedule: str, preview: str) -> Response:
        content = digest.previews.draft(name, schedule, preview)
        return document(preview_named(preview)[1].media_type, content)

    @router.api_route("/editions/{edition_id}/{preview}", methods=["GET", "HEAD"])
    def edition(edition_id: RowId, preview: str) -> Response:
        content = digest.previews.edition(edition_id, preview)
        return document(preview_named(preview)[1].media_type, content)

    return router


def document(media_type: str, content: bytes, pictures_at: str = "") -> Response:
    """Return a rendition as a browser shows it, unable to run or fetch anything.

    But for pictures that are hosted at `pictures_at`.
    """
    headers = {}
    if media_type == HTML:
        pictures = f"{pictures_at}/" if pictures_at else ""
        headers = {"Content-Security-Policy": _EMAIL_POLICY.format(pictures)}
    return Response(content, media_type=media_type, headers=headers)


def _today(digest: App, pages: Pages, connection: Connection) -> dict[str, Any]:
    now = digest.now()
    stored = {one.campaign.name: one for one in campaigns.listed(connection)}
    zone = digest.settings.timezone
    return {
        "now": pages.in_words(now, zone),
        "formats": [
            (preview.name, preview.words) for _, preview in previews() if preview.words
        ],
        "troubles": troubles(connection, list(stored.values()), now),
        "upcoming": [
            {
                "campaign": one.campaign,
                "title": stored[one.campaign].campaign.title,
                "schedule": one.schedule,
                "when": pages.in_words(one.at, stored[one.campaign].campaign.timezone),
            }
            for one in due.next_slots(connection, now)
        ],
        "editions": [
            _edition(connection, pages, one, campaign.campaign)
            for campaign in stored.values()
            for one in editions.of_campaign(connection, campaign.id)[:_SHOWN]
        ],
    }


def _edition(
    connection: Connection, pages: Pages, edition: editions.Edition, campaign: Campaign
) -> dict[str, Any]:
    return {
        "id": edition.id,
        "title": campaign.title,
        "schedule": edition.schedule,
        "slot": pages.in_words(edition.slot, campaign.timezone),
        "state": edition.state.value,
        "reason": edition.reason,
        "has_content": edition.upto is not None,
        "copies": [
            (channel, state, count)
            for (channel, state), count in overview.copies(
                connection, edition.id
            ).items()
        ],
        "not_served": overview.not_served(connection, edition.id),
        "more_not_served": max(
            overview.count_not_served(connection, edition.id) - overview.NAMED, 0
        ),
        "is_planned": edition.planned_at is not None,
    }
