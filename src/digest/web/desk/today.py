"""The today page, and previews in every format."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.campaigns.campaign import Campaign
from digest.model.editions.formats import PreviewKind
from digest.schedule.editions import due
from digest.schedule.reports.status import troubles
from digest.store.campaigns import campaigns
from digest.store.editions import editions
from digest.store.reports import overview
from digest.web.parts.numbers import RowId
from digest.web.parts.pages import Pages

FORMATS = (
    (PreviewKind.HTML, "email"),
    (PreviewKind.TEXT, "plain text"),
    (PreviewKind.LETTER, "letter"),
    (PreviewKind.LARGE_PRINT, "large print"),
)
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

    @router.api_route("/campaigns/{name}/{schedule}/{form}", methods=["GET", "HEAD"])
    def draft(name: str, schedule: str, form: PreviewKind) -> Response:
        return shown(form, digest.previews.draft(name, schedule, form))

    @router.api_route("/editions/{edition_id}/{form}", methods=["GET", "HEAD"])
    def edition(edition_id: RowId, form: PreviewKind) -> Response:
        return shown(form, digest.previews.edition(edition_id, form))

    return router


def shown(form: PreviewKind, content: bytes, pictures_at: str = "") -> Response:
    """Return a rendition as a browser shows it, unable to run or fetch anything.

    But for pictures that are hosted at `pictures_at`.
    """
    headers = {}
    if form is PreviewKind.HTML:
        pictures = f"{pictures_at}/" if pictures_at else ""
        headers = {"Content-Security-Policy": _EMAIL_POLICY.format(pictures)}
    return Response(content, media_type=form.media_type, headers=headers)


def _today(digest: App, pages: Pages, connection: Connection) -> dict[str, Any]:
    now = digest.now()
    stored = {one.campaign.name: one for one in campaigns.listed(connection)}
    zone = digest.settings.timezone
    return {
        "now": pages.in_words(now, zone),
        "formats": [(form.value, words) for form, words in FORMATS],
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
