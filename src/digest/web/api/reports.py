"""What a campaign came to over some days: counts, and never of one reader."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from digest.bootstrap import App
from digest.gather.typed_fields import InputFault
from digest.model.report_spans import AskedDays, ReportSpanName
from digest.model.roles import Scope
from digest.schedule.reports.campaign_report import CampaignReport, report_of
from digest.schedule.reports.report_tables import Cell
from digest.store.campaigns import campaigns
from digest.web.api.parts.calls import ApiRequestRoute
from digest.web.api.parts.doors import asks
from digest.web.api.parts.problems import RefusedFields
from digest.web.parts.routing import PageRouter


class ShownTable(BaseModel):
    """One table of a report; each row begins with words, and the rest are figures."""

    name: str
    title: str
    words: str
    heads: list[str]
    rows: list[list[str | int | float]]


class ShownReport(BaseModel):
    """A campaign's report; in practice mode it is of rehearsals."""

    campaign: str
    first: date
    last: date
    rehearsals: bool
    summary: str
    tables: list[ShownTable]


class ReportQuery(BaseModel):
    """Which days: all there are, unless a span has a name or its days are said."""

    span: ReportSpanName | None = None
    first: Annotated[date | None, Query(description="The first day.")] = None
    last: Annotated[date | None, Query(description="The last; today if unsaid.")] = None


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(
        prefix="/v1/campaigns", route_class=ApiRequestRoute, tags=["Campaigns"]
    )

    @router.get("/{name}/report")
    @asks(Scope.READ)
    def report(name: str, which: Annotated[ReportQuery, Query()]) -> ShownReport:
        """Show reach by channel, readers gained and lost, and what came back and why.

        With formats, needs not met, letters, sheets and cost; nobody is tracked.
        """
        wanted = AskedDays(
            which.span or "",
            which.first.isoformat() if which.first else "",
            which.last.isoformat() if which.last else "",
        )
        with digest.reading() as connection:
            stored = campaigns.by_name(connection, name)
            try:
                return _view(report_of(connection, stored, wanted, digest.now()))
            except ValueError as problem:
                raise RefusedFields(InputFault("first", str(problem))) from problem

    return router


def _view(report: CampaignReport) -> ShownReport:
    return ShownReport(
        campaign=report.campaign.name,
        first=report.span.first,
        last=report.span.last,
        rehearsals=report.is_of_rehearsals,
        summary=report.summary,
        tables=[
            ShownTable(
                name=table.name,
                title=table.title,
                words=table.words,
                heads=list(table.heads),
                rows=[list(map(_cell, row)) for row in table.rows],
            )
            for table in report.tables
        ],
    )


def _cell(cell: Cell) -> str | int | float:
    return cell if isinstance(cell, str | int) else float(cell)
