"""Who did what: the audit trail, newest first, with what it was before and after."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.model.roles import Right
from digest.model.staff_words import day_in_words
from digest.store.campaigns import campaigns
from digest.store.staff import audit
from digest.store.staff.audit import ActFilter
from digest.web import limits
from digest.web.desk.settings.audit_words import act_in_words
from digest.web.doors.rights import needs
from digest.web.parts.inputs import RowId
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter()

    @router.api_route("/desk/settings/audit", methods=["GET", "HEAD"])
    @needs(Right.ADMINISTER)
    def trail(
        who: str = "", act: str = "", day: str = "", before: RowId | None = None
    ) -> Response:
        most, zone = limits.AUDIT_ACTS, ZoneInfo(digest.settings.timezone)
        which, fault = ActFilter(who, act), ""
        try:
            since, until = _bounds(day, zone) if day else (None, None)
            which = replace(which, since=since, until=until)
        except ValueError:
            fault = f"“{day}” is no day: write it as 2026-07-06"
        with digest.reading() as connection:
            acts = audit.page(connection, most + 1, which, before)
            actors, verbs = audit.actors_and_verbs(connection)
            titles = {
                each.campaign.name: each.campaign.title
                for each in campaigns.listed(connection)
            }
        days = groupby(acts[:most], lambda act: act.at.astimezone(zone).date())
        return pages.page(
            "desk/settings/audit.html",
            here="settings",
            days=[
                (
                    day_in_words(day),
                    [act_in_words(act, zone.key, titles) for act in of_day],
                )
                for day, of_day in days
            ],
            status=422 if fault else 200,
            typed={"who": who, "act": act, "day": day},
            faults={"day": fault} if fault else {},
            actors=actors,
            verbs=verbs,
            query=urlencode({"who": who, "act": act, "day": day}),
            before=before,
            following=acts[most - 1].id if acts[most:] else 0,
        )

    return router


def _bounds(day: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a day begins and ends. Raises ValueError for what is none."""
    first = date.fromisoformat(day)
    begins = datetime.combine(first, time(), zone)
    return begins, datetime.combine(first + timedelta(days=1), time(), zone)
