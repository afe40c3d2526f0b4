"""From practice to live on pages: what it takes, what would go to whom, and the act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.deliver.sender_dns import look_up
from digest.errors import DigestError, NotFound
from digest.model.campaigns.live_needs import campaign_needs
from digest.model.roles import Right
from digest.model.sender_records import judged
from digest.model.staff_words import moment_in_words
from digest.schedule.editions.foresight import ForeseenEdition
from digest.schedule.editions.going_live import (
    STILL_PRACTICE,
    LivePlan,
    LiveStart,
    foresee,
    foresee_each,
    go_live,
)
from digest.store.campaigns import campaigns
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
From = Annotated[str, Query(alias="from")]
_HERE = "/desk/golive"
_READ = ["GET", "HEAD"]
_NEWEST = "newest"


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    live = _GoLive(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.LOOK)
    def plan(start: From = "start", newest: str = "", done: str = "") -> Response:
        return live.plan(_Choice(start, newest), done=done == "live")

    # Each may wait for a slow name server, and the pages have only so many threads.
    places = BoundedSemaphore(limits.TRIALS_AT_ONCE)

    @router.api_route("/domains", methods=_READ)
    @needs(Right.EDIT)
    def domains() -> Response:
        return live.domains(places)

    @router.api_route("/confirm", methods=_READ)
    @needs(Right.ADMINISTER)
    def ask(start: From = "start", newest: str = "", campaign: str = "") -> Response:
        return live.ask(_Choice(start, newest), campaign)

    @router.post("/confirm")
    @needs(Right.ADMINISTER)
    def confirm(staff: Staff, form: Form) -> Response:
        choice = _Choice(form.get("from", ""), form.get("newest", ""))
        return live.confirm(staff, choice, form.get("campaign", ""))

    return router


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the first live edition is to take, as it was typed."""

    start: str
    newest: str

    def parsed(self) -> LiveStart:
        """Return it. Raises ValueError in words."""
        if self.start != _NEWEST:
            return LiveStart.parse(self.start)
        if not self.newest.strip().isdigit():
            raise ValueError("Write how many of the newest posts, as a number")
        return LiveStart.parse(self.newest)

    def fields(self) -> dict[str, str]:
        """Return it as the fields of a form."""
        return {"from": self.start, "newest": self.newest}


class _GoLive:
    """What the pages of going live do."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def plan(
        self, choice: _Choice, *, done: bool = False, problem: str = ""
    ) -> Response:
        """Return what live needs, and what it would mean for each campaign."""
        start, faults = LiveStart(), dict[str, str]()
        try:
            start = choice.parsed()
        except ValueError as fault:
            faults = {"newest" if choice.start == _NEWEST else "from": str(fault)}
        settings, now = self._digest.settings, self._digest.now()
        rows = self._rows(start, now)
        return self._pages.page(
            "desk/golive/plan.html",
            here="campaigns",
            status=422 if faults else 409 if problem else 200,
            needs=settings.live_needs,
            is_lacking=bool(settings.lacking),
            is_live_mode=settings.live,
            rows=rows,
            waiting=[row for row in rows if row["may_go"]],
            choice=choice.fields(),
            query=urlencode(choice.fields()),
            faults=faults,
            problem=problem,
            done=done,
            still_practice="" if settings.live else STILL_PRACTICE,
        )

    def ask(self, choice: _Choice, name: str) -> Response:
        """Return the page that asks once. Raises NotFound where nothing is to be."""
        try:
            start = choice.parsed()
        except ValueError:
            return self.plan(choice)
        is_lacking = self._digest.settings.lacking
        plans = [] if is_lacking else self._waiting(name, start)
        if not plans:
            return self.plan(choice)
        now = self._digest.now()
        return self._pages.page(
            "desk/golive/confirm.html",
            here="campaigns",
            rows=[_row(plan, now) for plan in plans],
            only=name,
            choice=choice.fields(),
            still_practice="" if self._digest.settings.live else STILL_PRACTICE,
        )

    def confirm(self, staff: Account, choice: _Choice, name: str) -> Response:
        """Let one campaign, or all, be sent live; on record who said so."""
        settings = self._digest.settings
        try:
            start = choice.parsed()
            ours = self._digest.acting_as(staff.actor)
            names = [name] if name else []
            go_live(ours.engine, names, start, ours.now(), lacking=settings.lacking)
        except ValueError:
            return self.plan(choice)
        except NotFound:
            raise
        except DigestError as problem:
            return self.plan(choice, problem=str(problem))
        return RedirectResponse(f"{_HERE}?done=live", 303)

    def domains(self, places: BoundedSemaphore) -> Response:
        """Return what the domains that campaigns send from say of their mail."""
        with self._digest.reading() as connection:
            listed = campaigns.listed(connection)
        names = sorted({stored.campaign.sending_domain for stored in listed})
        rows, is_busy = [], not places.acquire(blocking=False)
        if not is_busy:
            try:
                rows = [
                    (name, judged(name, look_up(name)))
                    for name in names[: limits.SENDER_DOMAINS]
                ]
            finally:
                places.release()
        return self._pages.page(
            "desk/golive/domains.html", here="campaigns", rows=rows, is_busy=is_busy
        )

    def _waiting(self, name: str, start: LiveStart) -> list[LivePlan]:
        names = [name] if name else []
        plans = foresee(self._digest.engine, names, start, self._digest.now())
        return [plan for plan in plans if not plan.is_live]

    def _rows(self, start: LiveStart, now: datetime) -> list[dict[str, Any]]:
        """Return each campaign as it would go live; of one that fails, why."""
        rows = []
        for stored, plan, fault in foresee_each(self._digest.engine, start, now):
            name, title = stored.campaign.name, stored.campaign.title
            row = {"title": title, "may_go": False} | (_row(plan, now) if plan else {})
            rows.append(row | {"name": name, "fault": fault})
        return rows


def _row(plan: LivePlan, now: datetime) -> dict[str, Any]:
    campaign = plan.stored.campaign
    return {
        "name": plan.name,
        "title": campaign.title,
        "is_live": plan.is_live,
        "needs": campaign_needs(campaign),
        "may_go": not (plan.is_live or plan.lacking),
        "firsts": [_first(first, campaign.timezone) for first in plan.firsts],
        "now": moment_in_words(now, campaign.timezone),
    }


def _first(first: ForeseenEdition, zone: str) -> dict[str, Any]:
    most = limits.GOLIVE_TITLES
    return {
        "schedule": first.schedule,
        "when": moment_in_words(first.slot, zone) if first.slot else "",
        "readers": first.readers,
        "by": _by_channel([(str(to), count) for to, count in first.copies.items()]),
        "left_out": sorted(first.left_out.items()),
        "titles": first.titles[-most:],
        "count": len(first.titles),
        "before": max(len(first.titles) - most, 0),
    }


def _by_channel(copies: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} by {channel}" for channel, count in sorted(copies))
