"""The schedule of a campaign that somebody names."""

from sqlalchemy import Connection

from digest.errors import NotFound
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign


def schedule_of(
    connection: Connection, stored: StoredCampaign, name: str | None
) -> ScheduleRow:
    """Return the campaign's schedule of that name, or its default one.

    Raises NotFound listing those there are.
    """
    rows = campaigns.schedules_of(connection, stored)
    wanted = [row for row in rows if row.schedule.name == name]
    if name is None:
        wanted = [row for row in rows if row.schedule.default] or rows
    if not wanted:
        names = ", ".join(row.schedule.name for row in rows)
        raise NotFound(f'no schedule is called "{name}"; there are: {names}')
    return wanted[0]
