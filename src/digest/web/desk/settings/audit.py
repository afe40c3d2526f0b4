"""Who did what: the audit trail, newest first, with what it was before and after."""

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.model.roles import Right
from digest.model.staff_words import day_in_words
from digest.store.staff import audit
from digest.store.staff.audit import RecordedAct
from digest.web import limits
from digest.web.doors.rights import needs
from digest.web.parts.inputs import RowId
from digest.web.parts.pages import Pages


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.api_route("/desk/settings/audit", methods=["GET", "HEAD"])
    @needs(Right.ADMINISTER)
    def trail(who: str = "", before: RowId | None = None) -> Response:
        most = limits.AUDIT_ACTS
        with digest.reading() as connection:
            acts = audit.page(connection, most + 1, actor=who, before=before)
            actors = audit.actors(connection)
        zone = ZoneInfo(digest.settings.timezone)
        days = groupby(acts[:most], lambda act: act.at.astimezone(zone).date())
        return pages.page(
            "desk/settings/audit.html",
            here="settings",
            days=[
                (day_in_words(day), [_row(act, zone) for act in of_day])
                for day, of_day in days
            ],
            who=who,
            actors=actors,
            before=before,
            following=acts[most - 1].id if acts[most:] else 0,
        )

    return router


def _row(act: RecordedAct, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": act.id,
        "time": f"{act.at.astimezone(zone):%H:%M}",
        "who": act.actor,
        "what": f"{act.act} {act.target()}".rstrip(),
        "edition_id": act.edition_id,
        "changes": act.changes(),
    }
