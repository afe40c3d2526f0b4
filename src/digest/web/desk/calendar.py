"""The calendar: every slot of every campaign by week, as a table or as a list."""

from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.model.roles import Right
from digest.model.staff_words import day_in_words
from digest.schedule.guard import guarded
from digest.schedule.reports.slot_weeks import CalendarSlot, slots_between
from digest.store.campaigns import campaigns
from digest.web import limits
from digest.web.doors.rights import needs
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_SPAN = limits.CALENDAR_WEEKS * _WEEK


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter()

    @router.api_route("/desk/calendar", methods=["GET", "HEAD"])
    @needs(Right.LOOK)
    def calendar(week: str = "", campaign: str = "", view: str = "") -> Response:
        now = digest.now()
        today = now.astimezone(ZoneInfo(digest.settings.timezone)).date()
        first = _monday(week, today)
        slots, faults = list[CalendarSlot](), list[str]()
        with digest.reading() as connection:
            every = campaigns.listed(connection)
            chosen = [row for row in every if campaign in ("", row.campaign.name)]
            for stored in chosen:
                name = stored.campaign.name
                with guarded("showing a calendar", f"campaign={name}") as fault:
                    days = (first, first + _SPAN)
                    most = limits.CALENDAR_SLOTS
                    slots += slots_between(connection, stored, days, now, most)
                if fault:
                    faults.append(f"{name} cannot be shown: {fault.words}")
        slots.sort(key=attrgetter("order"))
        fields = {"campaign": campaign, "view": view}
        return pages.page(
            "desk/calendar.html",
            here="campaigns",
            choices=[(row.campaign.name, row.campaign.title) for row in every],
            chosen=campaign,
            is_list=view == "list",
            paused=[row.campaign.title for row in chosen if row.paused_at],
            faults=faults,
            weeks=_weeks(first, today, slots),
            days=_by_day(slots),
            span=f"{day_in_words(first)} to {day_in_words(first + _SPAN - _DAY)}",
            has_paper=any(slot.is_paper for slot in slots),
            week=first.isoformat(),
            earlier=_address(fields, first - _SPAN),
            later=_address(fields, first + _SPAN),
            as_table=_address(fields | {"view": ""}, first),
            as_list=_address(fields | {"view": "list"}, first),
        )

    return router


def _monday(words: str, today: date) -> date:
    """Return the Monday of the week that is asked for; of this one, unless near it."""
    day = today
    try:
        chosen = date.fromisoformat(words)
    except ValueError:
        chosen = today
    if abs(chosen - today) <= limits.CALENDAR_REACH:
        day = chosen
    return day - timedelta(days=day.weekday())


def _address(fields: dict[str, str], first: date) -> str:
    return f"/desk/calendar?{urlencode(fields | {'week': first.isoformat()})}"


def _weeks(
    first: date, today: date, slots: list[CalendarSlot]
) -> list[list[dict[str, Any]]]:
    by_day: dict[date, list[dict[str, Any]]] = {}
    for slot in slots:
        by_day.setdefault(slot.day, []).append(_entry(slot))
    weeks = []
    for week in range(limits.CALENDAR_WEEKS):
        days = [first + week * _WEEK + timedelta(days=n) for n in range(7)]
        weeks.append(
            [
                {
                    "number": f"{day.day} {day:%b}" if day.day == 1 else str(day.day),
                    "name": f"{day:%A}",
                    "is_today": day == today,
                    "is_past": day < today,
                    "slots": by_day.get(day, []),
                }
                for day in days
            ]
        )
    return weeks


def _by_day(slots: list[CalendarSlot]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (day_in_words(day), [_entry(slot) for slot in of_day])
        for day, of_day in groupby(slots, lambda slot: slot.day)
    ]


def _entry(slot: CalendarSlot) -> dict[str, Any]:
    edition = slot.edition
    return {
        "time": slot.time_of_day,
        "name": slot.campaign.name,
        "title": slot.campaign.title,
        "schedule": slot.schedule,
        "note": slot.note,
        "is_paper": slot.is_paper,
        "edition": edition and edition.title,
        "run": edition.id if edition and edition.planned_at else 0,
        "state": edition and edition.state.value,
    }
