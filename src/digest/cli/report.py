"""digest report: what a campaign came to over some days."""

from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, CampaignName, as_json, result, table
from digest.model.report_spans import ReportSpanName

_DAY = "2026-07-06"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(  # noqa: PLR0913 - an option each
    campaign: CampaignName,
    *,
    span: Annotated[
        ReportSpanName, typer.Option(help="Which days, up to today.")
    ] = ReportSpanName.ALL,
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help=f"From this day: {_DAY}.")
    ] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="DATE", help=f"To this day: {_DAY}.")
    ] = "",
    csv: Annotated[
        str, typer.Option(metavar="TABLE", help="One of its tables alone, as CSV.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Say what a campaign came to: reach, readers, what came back, letters, needs.

    Counts of copies and readers: nobody is tracked.
    """
    from digest.bootstrap import open_app
    from digest.model.report_spans import AskedDays
    from digest.schedule.reports.campaign_report import (
        report_of,
        span_in_words,
    )
    from digest.schedule.reports.report_csv import report_csv
    from digest.store.campaigns import campaigns

    with open_app() as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        try:
            figures = report_of(
                connection, stored, AskedDays(span, first, last), digest.now()
            )
        except ValueError as problem:
            raise typer.BadParameter(f"{problem}") from problem
    if csv:
        chosen = figures.table(csv)
        if chosen is None:
            names = ", ".join(each.name for each in figures.tables)
            raise typer.BadParameter(f"its tables are {names}", param_hint="--csv")
        result(report_csv(chosen).rstrip())
        return
    if json:
        as_json(figures.facts())
        return
    result(f"{stored.campaign.title}, {span_in_words(figures.span)}")
    if figures.is_of_rehearsals:
        result("These are rehearsals: nobody but the practice inbox had these copies.")
    result(figures.summary)
    for each in figures.tables:
        result(f"\n{each.title}")
        if each.rows:
            table(each.heads, each.rows)
        else:
            result("none in these days")
