"""Reports: a campaign's reach over some days, in charts, in tables and as CSV."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.report_spans import AskedDays, ReportSpanName
from digest.model.roles import Right
from digest.schedule.reports.campaign_report import (
    CampaignReport,
    report_of,
    span_in_words,
)
from digest.schedule.reports.report_csv import report_csv
from digest.schedule.reports.report_tables import NOT_REACHED, Cell, ReportTable
from digest.store.campaigns import campaigns
from digest.web.doors.rights import needs
from digest.web.parts.charts import bar_chart
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.parts.tints import UNREACHED, tint_of

_READ = ["GET", "HEAD"]
_HERE = "/desk/reports"
_CHARTED = frozenset({"copies", "readers"})


@dataclass(frozen=True, slots=True)
class ReportPages:
    """Makes the pages of reports and their files."""

    digest: App
    pages: Pages

    def report(self, name: str, wanted: AskedDays) -> tuple[CampaignReport, str]:
        """Return the report and what is wrong with the days, of which all are then.

        Raises NotFound for a campaign that there is not.
        """
        now = self.digest.now()
        with self.digest.reading() as connection:
            stored = campaigns.by_name(connection, name)
            try:
                return report_of(connection, stored, wanted, now), ""
            except ValueError as problem:
                fault = f"{problem}"[:1].upper() + f"{problem}"[1:]
                return report_of(connection, stored, AskedDays(), now), fault

    def page(self, name: str, wanted: AskedDays) -> Response:
        """Return the page of one campaign's report."""
        report, fault = self.report(name, wanted)
        address = f"{_HERE}/{name}"
        named = wanted.name or (
            "" if wanted.first or wanted.last else ReportSpanName.ALL
        )
        return self.pages.page(
            "desk/reports/report.html",
            here="reports",
            status=422 if fault else 200,
            campaign_title=report.campaign.title,
            is_of_rehearsals=report.is_of_rehearsals,
            summary=report.summary,
            days=span_in_words(report.span),
            spans=[
                (f"{address}?span={each}", each.words, named == each)
                for each in ReportSpanName
            ],
            tables=[
                _view(each, f"{address}/{each.name}.csv?{_query(wanted)}")
                for each in report.tables
            ],
            typed={
                "first": wanted.first or report.span.first.isoformat(),
                "last": wanted.last or report.span.last.isoformat(),
            },
            faults={"first": fault} if fault else {},
        )

    def file(self, name: str, table: str, wanted: AskedDays) -> Response:
        """Return one table as CSV. Raises NotFound where there is none."""
        report, _ = self.report(name, wanted)
        chosen = report.table(table)
        if chosen is None:
            raise NotFound("There is no such table in a report.")
        span = f"{report.span.first}-{report.span.last}"
        return Response(
            report_csv(chosen).encode("utf-8-sig"),
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": "attachment; "
                f'filename="{report.campaign.name}-{table}-{span}.csv"'
            },
        )


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    reports = ReportPages(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.LOOK)
    def every() -> Response:
        with digest.reading() as connection:
            listed = campaigns.listed(connection)
        return pages.page(
            "desk/reports/list.html",
            here="reports",
            campaigns=[(each.campaign.name, each.campaign.title) for each in listed],
        )

    @router.api_route("/{name}", methods=_READ)
    @needs(Right.LOOK)
    def of_campaign(
        name: str, span: str = "", first: str = "", last: str = ""
    ) -> Response:
        return reports.page(name, AskedDays(span, first, last))

    @router.api_route("/{name}/{table}.csv", methods=_READ)
    @needs(Right.LOOK)
    def file(
        name: str, table: str, span: str = "", first: str = "", last: str = ""
    ) -> Response:
        return reports.file(name, table, AskedDays(span, first, last))

    return router


def _query(wanted: AskedDays) -> str:
    """Return the days that are wanted as an address has them."""
    fields = {"span": wanted.name, "first": wanted.first, "last": wanted.last}
    return urlencode({name: words for name, words in fields.items() if words})


def _view(table: ReportTable, csv: str) -> Mapping[str, Any]:
    shares = (
        sorted(
            (
                (
                    count,
                    f"{how} ({share}%)",
                    UNREACHED if how == NOT_REACHED else tint_of(str(how)),
                )
                for how, count, share in table.rows
            ),
            key=itemgetter(2),
        )
        if table.name == "people"
        else []
    )
    return {
        "name": table.name,
        "title": table.title,
        "words": table.words,
        "heads": table.heads,
        "rows": [[_in_words(cell) for cell in row] for row in table.rows],
        "figures": _figures(table),
        "shares": shares,
        "spoken": ", ".join(f"{count:,} {words}" for count, words, _ in shares),
        "csv": csv,
        "chart": bar_chart(
            table.heads[1:],
            [
                (f"{words}", [int(cell) for cell in cells])
                for words, *cells in table.rows
            ],
        )
        if table.name in _CHARTED
        else None,
    }


def _figures(table: ReportTable) -> list[int]:
    """Return which columns are figures, from 0."""
    row = table.rows[0] if table.rows else ()
    return [number for number, cell in enumerate(row) if not isinstance(cell, str)]


def _in_words(cell: Cell) -> str:
    match cell:
        case str():
            return cell
        case int():
            return f"{cell:,}"
        case _:
            return f"{cell:,.2f}"
