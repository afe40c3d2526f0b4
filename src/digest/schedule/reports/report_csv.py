"""A table of a report as CSV."""

import csv
import io

from digest.audience.lists.columns import guarded
from digest.schedule.reports.report_tables import ReportTable


def report_csv(table: ReportTable) -> str:
    """Return the table as CSV (RFC 4180): its heads, and a line for each row.

    What a spreadsheet could take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.heads)
    for row in table.rows:
        writer.writerow(
            guarded(cell) if isinstance(cell, str) else cell for cell in row
        )
    return out.getvalue()
