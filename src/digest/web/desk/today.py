"""The today page."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.slots import closing_in_words
from digest.model.editions.edition import EditionState
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.schedule.editions import due
from digest.schedule.reports.alarms import reckon
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.store.base.read_once import look_ahead
from digest.store.campaigns import campaigns
from digest.store.editions import editions
from digest.store.reports import overview
from digest.web import limits
from digest.web.doors.rights import needs
from digest.web.parts.pages import Pages

_SECTIONS = (
    ("waiting", "What waits for approval", {EditionState.OPEN, EditionState.FROZEN}),
    (
        "going",
        "What is going out",
        {EditionState.APPROVED, EditionState.PLANNED, EditionState.SENDING},
    ),
    ("out", "What has gone out", {EditionState.SENT}),
    ("rehearsed", "What was rehearsed", {EditionState.REHEARSED}),
    (
        "not-out",
        "What did not go out",
        {
            EditionState.SKIPPED,
            EditionState.MISSED,
            EditionState.CANCELLED,
            EditionState.STOPPED,
        },
    ),
)


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the desk's routes."""
    router = APIRouter(prefix="/desk")

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.LOOK)
    def today() -> Response:
        with digest.reading() as connection:
            content = _today(digest, connection)
        return pages.page("desk/today.html", here="today", **content)

    return router


def _today(digest: App, connection: Connection) -> dict[str, Any]:
    now = digest.now()
    stored = {row.campaign.name: row for row in campaigns.listed(connection)}
    recent = [
        (edition, row.campaign)
        for row in stored.values()
        for edition in editions.latest(connection, row.id, limits.TODAY_EDITIONS)
    ]
    look_ahead(connection, (edition.id for edition, _ in recent))
    reckoning = reckon(connection, now, digest.settings.limits)
    all_troubles = troubles_in(connection, list(stored.values()), now)
    return {
        "is_empty": not stored and not campaigns.unreadable(connection),
        "now": moment_in_words(now, digest.settings.timezone),
        "broken": [alarm.trouble for alarm in reckoning.alarms],
        "timetable": reckoning.timetable_in_words(now),
        "troubles": reckoning.without_alarms(all_troubles),
        "upcoming": [
            {
                "campaign": slot.campaign,
                "title": stored[slot.campaign].campaign.title,
                "schedule": slot.schedule,
                "when": moment_in_words(slot.at, slot.timezone)
                + closing_in_words(slot.closes, slot.at, now, slot.timezone),
            }
            for slot in due.next_slots(connection, now)
        ],
        "paused": [row.campaign.title for row in stored.values() if row.paused_at],
        "sections": [
            (
                anchor,
                heading,
                [
                    _edition(connection, edition, campaign)
                    for edition, campaign in recent
                    if edition.state in states
                ],
            )
            for anchor, heading, states in _SECTIONS
        ],
    }


def _edition(
    connection: Connection, edition: editions.Edition, campaign: Campaign
) -> dict[str, Any]:
    return {
        "id": edition.id,
        "name": edition.title,
        "is_rehearsal": edition.is_rehearsal,
        "title": campaign.title,
        "schedule": edition.schedule,
        "slot": moment_in_words(edition.slot, campaign.timezone),
        "state": edition.standing,
        "reason": edition.reason,
        "copies": overview.copies_in_words(connection, edition),
        "not_served": overview.count_not_served(connection, edition.id),
        "is_planned": edition.planned_at is not None,
    }
