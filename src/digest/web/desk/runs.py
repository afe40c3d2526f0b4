"""Runs: how an edition's copies are getting on, and what became of each person's."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.delivery.delivery import DeliveryState
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.schedule.reports.runs import Run, run_of, runs_of
from digest.store.campaigns import campaigns
from digest.store.delivery import copies
from digest.store.editions import editions
from digest.store.reports import overview
from digest.web import limits
from digest.web.doors.rights import needs
from digest.web.parts.inputs import Number, RowId
from digest.web.parts.pages import Pages

# Read well by a person; how often is theirs to choose, see WCAG 2.2.1.
_REFRESH_SECONDS = 20
STATES = (*(state.value for state in DeliveryState), copies.LEFT_OUT, copies.DOUBTFUL)


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes of the runs."""
    router = APIRouter(prefix="/desk/runs")

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.LOOK)
    def every(page: Number = 1) -> Response:
        with digest.reading() as connection:
            most, passed = limits.RUNS, (page - 1) * limits.RUNS
            planned = editions.planned(connection, most + 1, passed)
            now, rate_limits = digest.now(), digest.settings.limits.overall
            listed = runs_of(connection, planned[:most], now, rate_limits)
            rows = [_view(connection, run) for run in listed]
        return pages.page(
            "desk/runs/list.html",
            here="runs",
            runs=rows,
            page=page,
            is_last=len(planned) <= most,
        )

    @router.api_route("/{edition_id}", methods=["GET", "HEAD"])
    @needs(Right.PEOPLE)
    def run_page(
        edition_id: RowId, state: str = "", after: RowId = 0, *, refresh: bool = False
    ) -> Response:
        chosen = [state] if state in STATES else []
        with digest.reading() as connection:
            edition = editions.get(connection, edition_id)
            rate_limits = digest.settings.limits.overall
            current = run_of(connection, edition, digest.now(), rate_limits)
            run = _view(connection, current)
            people = copies.listed(
                connection, edition_id, chosen, after, limits.RUN_PEOPLE + 1
            )
        return pages.page(
            "desk/runs/run.html",
            here="runs",
            run=run,
            states_here=_states_of(run["counts"]),
            state=chosen[0] if chosen else "",
            people=people[: limits.RUN_PEOPLE],
            after=after,
            following=people[limits.RUN_PEOPLE - 1].key.reader_id
            if people[limits.RUN_PEOPLE :]
            else 0,
            refresh=_REFRESH_SECONDS if refresh and run["is_going"] else 0,
            every=_REFRESH_SECONDS,
            in_words=lambda instant: moment_in_words(instant, run["zone"]),
            now=moment_in_words(digest.now(), run["zone"]),
        )

    return router


def _states_of(counts: dict[str, int]) -> list[str]:
    """Return the states to choose from: those of copies, and what else may be so."""
    copies_stand = [state.value for state in DeliveryState if state in counts]
    return [*copies_stand, copies.LEFT_OUT, copies.DOUBTFUL]


def _view(connection: Connection, run: Run) -> dict[str, Any]:
    edition = run.edition
    campaign = campaigns.load(connection, edition.campaign_id)
    counts: dict[str, int] = {}
    for (_, state), count in run.copies.items():
        counts[state] = counts.get(state, 0) + count
    return {
        "id": edition.id,
        "name": edition.title,
        "is_rehearsal": edition.is_rehearsal,
        "title": campaign.title,
        "zone": campaign.timezone,
        "schedule": edition.schedule,
        "slot": moment_in_words(edition.slot, campaign.timezone),
        "state": edition.standing,
        "is_going": edition.is_going,
        "copies": overview.copies_in_words(connection, edition),
        "counts": counts,
        "total": run.total,
        "ended": run.ended,
        "outlook": run.outlook,
        "reasons": run.reasons,
        "refused": run.count(DeliveryState.REFUSED),
        "uncertain": run.count(DeliveryState.UNCERTAIN),
        "doubtful": run.doubtful,
    }
