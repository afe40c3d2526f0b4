"""Runs: how an edition's copies are getting on, and what became of each person's."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.delivery.delivery import DeliveryState
from digest.model.roles import Right
from digest.model.staff_words import counted, moment_in_words
from digest.schedule.reports.runs import Run, run_of, runs_of
from digest.store.campaigns import campaigns
from digest.store.editions import editions, listed_editions
from digest.store.reports.editions import listed_copies, unserved
from digest.web import limits
from digest.web.desk.runs.run_view import progress_view, run_view, states_of
from digest.web.doors.rights import needs
from digest.web.parts.inputs import Number, RowId
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

# Read well by a person; how often is theirs to choose, see WCAG 2.2.1.
_REFRESH_SECONDS = 20
STATES = (
    *(state.value for state in DeliveryState),
    listed_copies.LEFT_OUT,
    listed_copies.DOUBTFUL,
)
_READ = ["GET", "HEAD"]
_EMAILS = ("email", "emails")
_DONE = {
    "accepted": "{emails} counted as arrived",
    "cancelled": "{emails} counted as not arrived: the next edition carries the posts",
    "planned": "{emails} will be sent again",
    "unsettled": "{emails} counted as uncertain again",
    "nothing": "Nothing had to be changed",
}
_WITH_UNDO = ("accepted", "cancelled")


@dataclass(frozen=True, slots=True)
class RunQuery:
    """What a run's address says besides: what was done, and whom to show.

    `reader` is whose copy alone was meant, 0 where several were.
    """

    state: Annotated[str, Query()] = ""
    after: Annotated[RowId, Query()] = 0
    done: Annotated[str, Query()] = ""
    emails: Annotated[RowId, Query()] = 0
    reader: Annotated[RowId, Query()] = 0
    refresh: Annotated[bool, Query()] = False


Asked = Annotated[RunQuery, Depends()]


@dataclass(frozen=True, slots=True)
class RunPages:
    """Makes the pages of runs."""

    digest: App
    pages: Pages

    def page(self, name: str, **content: Any) -> Response:
        """Return a page of runs."""
        return self.pages.page(name, here="runs", **content)

    def current(self, connection: Connection, edition_id: int) -> Run:
        """Return how the copies of an edition stand. Raises NotFound in words."""
        edition = editions.get(connection, edition_id)
        rates = self.digest.settings.limits.overall
        return run_of(connection, edition, self.digest.now(), rates)

    def title(self, connection: Connection, edition_id: int) -> dict[str, Any]:
        """Return what a page says that asks something about a run."""
        edition = editions.get(connection, edition_id)
        campaign = campaigns.load(connection, edition.campaign_id)
        return {
            "id": edition_id,
            "title": campaign.title,
            "schedule": edition.schedule,
        }

    def run(self, edition_id: int, query: RunQuery, problem: str = "") -> Response:
        """Return the page of one run. Raises NotFound in words."""
        states = [query.state] if query.state in STATES else []
        with self.digest.reading() as connection:
            current = self.current(connection, edition_id)
            run = progress_view(connection, current)
            not_served = unserved.count_left_out(connection, edition_id)
            most = limits.RUN_PEOPLE
            people = listed_copies.listed(
                connection, edition_id, states, query.after, most + 1
            )
        return self.page(
            "desk/runs/run.html",
            run=run,
            states_here=states_of(current),
            state=states[0] if states else "",
            people=people[:most],
            after=query.after,
            following=people[most - 1].key.reader_id if people[most:] else 0,
            refresh=_REFRESH_SECONDS if query.refresh and run["is_going"] else 0,
            every=_REFRESH_SECONDS,
            in_words=lambda instant: moment_in_words(instant, run["zone"]),
            now=self.now_in_words(current),
            not_served=not_served,
            flash=_flash(query),
            problem=problem,
            status=409 if problem else 200,
        )

    def progress(self, edition_id: int) -> Response:
        """Return the part of a run's page that goes on. Raises NotFound in words."""
        with self.digest.reading() as connection:
            current = self.current(connection, edition_id)
            run = progress_view(connection, current)
        return self.page(
            "desk/runs/progress.html", run=run, now=self.now_in_words(current)
        )

    def now_in_words(self, run: Run) -> str:
        """Return the instant it is, where the campaign is."""
        return moment_in_words(self.digest.now(), run.campaign.timezone)


def _flash(query: RunQuery) -> dict[str, Any]:
    words = _DONE.get(query.done, "").format(emails=counted(query.emails, *_EMAILS))
    return {
        "words": words,
        "undo": bool(words) and query.done in _WITH_UNDO,
        "reader": query.reader,
    }


def routes(runs: RunPages) -> APIRouter:
    """Return the routes of what can be looked at."""
    router = PageRouter(prefix="/desk/runs")

    @router.api_route("", methods=_READ)
    @needs(Right.LOOK)
    def every(page: Number = 1) -> Response:
        digest = runs.digest
        with digest.reading() as connection:
            most, passed = limits.RUNS, (page - 1) * limits.RUNS
            planned = listed_editions.planned(connection, most + 1, passed)
            now, rates = digest.now(), digest.settings.limits.overall
            listed = runs_of(connection, planned[:most], now, rates)
        return runs.page(
            "desk/runs/list.html",
            runs=[run_view(run) for run in listed],
            page=page,
            is_last=len(planned) <= most,
        )

    @router.api_route("/{edition_id}", methods=_READ)
    @needs(Right.PEOPLE)
    def run_page(edition_id: RowId, query: Asked) -> Response:
        return runs.run(edition_id, query)

    @router.api_route("/{edition_id}/progress", methods=_READ)
    @needs(Right.LOOK)
    def progress(edition_id: RowId) -> Response:
        return runs.progress(edition_id)

    return router
