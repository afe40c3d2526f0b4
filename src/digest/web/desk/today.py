"""The today page, and previews in every format."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.campaigns.campaign import Campaign
from digest.model.formats import preview_named, previews
from digest.schedule.editions import due
from digest.schedule.reports.troubles import troubles_in
from digest.store.campaigns import campaigns
from digest.store.editions import editions
from digest.store.limits import UNSERVED_NAMED
from digest.store.reports import overview
from digest.web import limits
from digest.web.parts.inputs import RowId
from digest.web.parts.pages import Pages, document


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


def _today(digest: App, pages: Pages, connection: Connection) -> dict[str, Any]:
    now = digest.now()
    stored = {row.campaign.name: row for row in campaigns.listed(connection)}
    zone = digest.settings.timezone
    return {
        "now": pages.in_words(now, zone),
        "formats": [
            (preview.name, preview.words) for _, preview in previews() if preview.words
        ],
        "troubles": troubles_in(connection, list(stored.values()), now),
        "upcoming": [
            {
                "campaign": slot.campaign,
                "title": stored[slot.campaign].campaign.title,
                "schedule": slot.schedule,
                "when": pages.in_words(
                    slot.at, stored[slot.campaign].campaign.timezone
                ),
            }
            for slot in due.next_slots(connection, now)
        ],
        "editions": [
            _edition(connection, pages, edition, row.campaign)
            for row in stored.values()
            for edition in editions.of_campaign(connection, row.id)[
                : limits.TODAY_EDITIONS
            ]
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
            overview.count_not_served(connection, edition.id) - UNSERVED_NAMED, 0
        ),
        "is_planned": edition.planned_at is not None,
    }
