"""The today page."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.compose.lifecycle import approve_by
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.slots import closing_in_words
from digest.model.editions.edition import EditionState
from digest.model.roles import Right, may
from digest.model.staff_words import day_in_words, moment_in_words, soon_in_words
from digest.schedule.editions import due
from digest.schedule.guard import guarded
from digest.schedule.reports import alarms
from digest.schedule.reports.alarm_questions import alarm_questions
from digest.schedule.reports.slot_weeks import CalendarSlot, slots_to_come
from digest.schedule.reports.troubles import of_campaigns, of_editions
from digest.schedule.reports.troubles.trouble import TroublePlace
from digest.store.base.asked_together import ask_together
from digest.store.base.modes import mode_of
from digest.store.base.read_once import look_ahead, those_ahead
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.editions import editions
from digest.store.reports.editions import edition_copies, unserved
from digest.store.staff import accounts
from digest.web import limits
from digest.web.desk.cures import with_button
from digest.web.desk.expected_readers import ExpectedReaders, ScheduleReaders
from digest.web.doors.rights import needs
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

_GOING = (EditionState.APPROVED, EditionState.PLANNED, EditionState.SENDING)
_WAITING = (EditionState.OPEN, EditionState.FROZEN)


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the desk's routes."""
    router, readers = PageRouter(prefix="/desk"), ScheduleReaders()

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.LOOK)
    def today() -> Response:
        with digest.reading() as connection:
            content = _today(digest, connection, readers)
        return pages.page("desk/today.html", here="today", **content)

    return router


def _today(
    digest: App, connection: Connection, readers: ScheduleReaders
) -> dict[str, Any]:
    now = digest.now()
    ask_together(connection, (*alarm_questions(now), *of_campaigns.QUESTIONS))
    stored = {row.campaign.name: row for row in campaigns.listed(connection)}
    recent = [
        (edition, row.campaign)
        for row in stored.values()
        for edition in editions.latest(connection, row.id, limits.TODAY_EDITIONS)
    ]
    look_ahead(connection, (edition.id for edition, _ in recent))
    look_ahead(connection, (each.id for each in editions.unfinished(connection)))
    ask_together(
        connection,
        (
            *of_editions.questions(connection, now),
            *unserved.count_questions(those_ahead(connection)),
        ),
    )
    reckoning = alarms.reckon(connection, now, digest.settings.limits)
    all_troubles = of_campaigns.troubles_in(connection, list(stored.values()), now)
    slots = due.next_slots(connection, now)
    expected = readers.of(
        connection,
        [stored[name] for name in sorted({slot.campaign for slot in slots})],
        [slot.schedule_id for slot in slots],
        now,
    )
    waits = any(edition.state in _WAITING for edition, _ in recent)
    return {
        "is_empty": not stored and not campaigns.unreadable(connection),
        "now": moment_in_words(now, digest.settings.timezone),
        "broken": [with_button(alarm.trouble) for alarm in reckoning.alarms],
        "timetable": reckoning.timetable_in_words(now),
        "troubles": [
            with_button(each)
            for each in reckoning.without_alarms(all_troubles)
            # What waits for approval has a part of its own, which says for whom.
            if not (each.cure and each.cure.place is TroublePlace.APPROVAL)
        ],
        "upcoming": [
            {
                "campaign": slot.campaign,
                "title": stored[slot.campaign].campaign.title,
                "schedule": slot.schedule,
                "when": soon_in_words(slot.at, now, slot.timezone)
                + closing_in_words(slot.closes, slot.at, now, slot.timezone),
                "readers": expected.get(slot.schedule_id, ExpectedReaders()),
            }
            for slot in slots
        ],
        "week": _week(connection, list(stored.values()), now),
        "paused": [row.campaign.title for row in stored.values() if row.paused_at],
        **_recent(connection, recent, now),
        "approvers": _approvers(connection) if waits else [],
    }


def _recent(
    connection: Connection,
    recent: list[tuple[editions.Edition, Campaign]],
    now: datetime,
) -> dict[str, Any]:
    """Return the editions that wait, those that go and those that are out."""
    by_slot = sorted(recent, key=lambda pair: pair[0].slot, reverse=True)
    # What is left of a rehearsal once all is live goes out to nobody.
    counted = mode_of(connection).counted
    return {
        "waiting": [
            _edition(connection, edition, campaign, now)
            | {
                "until": moment_in_words(
                    approve_by(edition, campaign), campaign.timezone
                )
            }
            for edition, campaign in reversed(by_slot)
            if edition.state in _WAITING
        ],
        "going": [
            _edition(connection, edition, campaign, now)
            for edition, campaign in reversed(by_slot)
            if edition.state in _GOING and edition.mode in counted
        ],
        "out": [
            _edition(connection, edition, campaign, now)
            for edition, campaign in by_slot
            if edition.state not in (*_WAITING, *_GOING)
        ][: limits.TODAY_WENT_OUT],
    }


def _approvers(connection: Connection) -> list[str]:
    return [
        each.name
        for each in accounts.listed(connection)
        if each.ended_at is None and may(each.role, Right.APPROVE)
    ]


def _week(
    connection: Connection, stored: list[StoredCampaign], now: datetime
) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the slots of the next days, day by day."""
    slots = list[CalendarSlot]()
    for row in stored:
        with guarded("showing the week", f"campaign={row.campaign.name}"):
            first = now.astimezone(ZoneInfo(row.campaign.timezone)).date()
            days = first, first + limits.TODAY_DAYS
            slots += slots_to_come(connection, row, days, now, limits.TODAY_SLOTS)
    slots.sort(key=attrgetter("order"))
    return [
        (
            day_in_words(day),
            [
                {
                    "time": slot.time_of_day,
                    "title": slot.campaign.title,
                    "schedule": slot.schedule,
                    "address": ""
                    if slot.at is None
                    else f"/desk/campaigns/{slot.campaign.name}/{slot.schedule}",
                    "note": slot.note,
                    "is_paper": "by post" if slot.is_paper else "",
                }
                for slot in of_day
            ],
        )
        for day, of_day in groupby(slots, lambda slot: slot.day)
    ]


def _edition(
    connection: Connection,
    edition: editions.Edition,
    campaign: Campaign,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": edition.id,
        "name": edition.title,
        "is_rehearsal": edition.is_rehearsal,
        "title": campaign.title,
        "schedule": edition.schedule,
        "slot": moment_in_words(edition.slot, campaign.timezone),
        "state": edition.standing_as_told,
        "leaves": moment_in_words(edition.leaves_at, campaign.timezone)
        if edition.leaves_at and edition.is_held_back(now)
        else "",
        "may_be_recalled": edition.may_be_recalled,
        "reason": edition.reason,
        "copies": edition_copies.copies_in_words(connection, edition),
        "not_served": unserved.count_not_served(connection, edition.id),
        "is_planned": edition.planned_at is not None,
        "is_recalled": edition.is_recalled,
    }
