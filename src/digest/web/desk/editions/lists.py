"""Every edition there is, the open ones first."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from digest.model.editions.mode import Mode
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.schedule.editions import due
from digest.store.campaigns import campaigns
from digest.store.editions import listed_editions
from digest.store.editions.editions import Edition
from digest.web import limits
from digest.web.desk.editions.edition_pages import EditionPages
from digest.web.doors.rights import needs
from digest.web.parts.edition_places import EditionPlace
from digest.web.parts.inputs import Number
from digest.web.parts.routing import PageRouter


def routes(pages: EditionPages) -> APIRouter:
    """Return the route of the list."""
    router = PageRouter(prefix="/desk/editions")

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.LOOK)
    def every(page: Number = 1) -> Response:
        most, now = limits.EDITIONS, pages.digest.now()
        with pages.digest.reading() as connection:
            titles = {
                row.campaign.name: row.campaign for row in campaigns.listed(connection)
            }
            coming = due.next_slots(connection, now) if page == 1 else []
            listed = listed_editions.newest(connection, most + 1, (page - 1) * most)
            rows = [_row(connection, each) for each in listed[:most]]
        return pages.page(
            "desk/editions/list.html",
            coming=[
                {
                    "address": EditionPlace.of_schedule(
                        each.campaign, each.schedule
                    ).address,
                    "title": titles[each.campaign].title,
                    "schedule": each.schedule,
                    "when": moment_in_words(each.at, each.timezone),
                }
                for each in coming
            ],
            editions=rows,
            page=page,
            is_last=len(listed) <= most,
        )

    return router


def _row(connection: Connection, edition: Edition) -> dict[str, Any]:
    campaign = campaigns.load(connection, edition.campaign_id)
    return {
        "id": edition.id,
        "title": campaign.title,
        "schedule": edition.schedule,
        "slot": moment_in_words(edition.slot, campaign.timezone),
        "state": edition.standing_as_told,
        "is_rehearsal": edition.mode is Mode.PRACTICE,
        "reason": edition.reason or "",
    }
