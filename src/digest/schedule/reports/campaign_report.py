"""A campaign's reach over a span of days: what left, who came, what came back, and why.

Counts of copies, letters, calls and readers, never of one reader: nobody is tracked.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.mode import Mode
from digest.model.report_spans import AskedDays, ReportSpan
from digest.model.staff_words import day_in_words
from digest.schedule.reports import report_tables
from digest.schedule.reports.report_tables import ReportTable
from digest.store.base.modes import mode_of
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people.readers import list_ids
from digest.store.reports import campaign_figures
from digest.store.reports.editions.outcomes import outcomes_of


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What a campaign came to in a span of days, in one sentence and in tables."""

    campaign: Campaign
    span: ReportSpan
    is_of_rehearsals: bool
    summary: str
    tables: tuple[ReportTable, ...]

    def table(self, name: str) -> ReportTable | None:
        """Return the table of that name, if there is one."""
        return next((table for table in self.tables if table.name == name), None)

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "campaign": self.campaign.name,
            "first": self.span.first,
            "last": self.span.last,
            "rehearsals": self.is_of_rehearsals,
            "summary": self.summary,
            "tables": {
                table.name: [
                    dict(zip(table.heads, row, strict=True)) for row in table.rows
                ]
                for table in self.tables
            },
        }


def report_of(
    connection: Connection, stored: StoredCampaign, wanted: AskedDays, now: datetime
) -> CampaignReport:
    """Return what the campaign came to in those days, of our mode's editions.

    The whole of it begins with the campaign's first day. Raises ValueError in words
    for days that cannot be understood.
    """
    campaign, zone = stored.campaign, ZoneInfo(stored.campaign.timezone)
    is_practice = mode_of(connection) is Mode.PRACTICE
    every = campaign_figures.editions_of(connection, stored.id)
    days = {each.id: each.slot.astimezone(zone).date() for each in every}
    today = now.astimezone(zone).date()
    span = wanted.span(today, min([*days.values(), campaign.starts or today, today]))
    periods = span.periods()
    within = {
        edition_id: span.period_of(periods, day)
        for edition_id, day in days.items()
        if span.first <= day <= span.last
    }
    lists, ids = list_ids(connection, campaign.lists), [*within]
    needs = campaign_figures.formats_needed(connection, stored.id, lists)
    figures = report_tables.ReportFigures(
        span=span,
        periods=periods,
        editions=[each for each in every if each.id in within],
        period_of=within,
        outcomes=outcomes_of(connection, ids),
        letters=campaign_figures.letters_of(connection, ids),
        returns=campaign_figures.returns_of(connection, ids),
        movements=campaign_figures.movements(
            connection, stored.id, lists, span.bounds(campaign.timezone)
        ),
        needs=Counter({each.format: each.readers for each in needs}),
        counts_posted=not is_practice,
    )
    return CampaignReport(
        campaign,
        span,
        is_practice,
        report_tables.summary(figures),
        report_tables.tables_of(figures, campaign.letter.price),
    )


def span_in_words(span: ReportSpan) -> str:
    """Return the days of a span: "Monday 6 July 2026 to Friday 10 July 2026"."""
    if span.first == span.last:
        return day_in_words(span.first)
    return f"{day_in_words(span.first)} to {day_in_words(span.last)}"
