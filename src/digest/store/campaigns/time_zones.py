"""In which time zone staff are told what belongs to a campaign."""

from sqlalchemy import Connection, select

from digest.errors import UnreadableError
from digest.store.base.tables import schedule


def zone_of(connection: Connection, schedule_id: int) -> str:
    """Return the zone of the schedule's campaign; UTC where that cannot be read.

    What is told by it is told, and done, all the same.
    """
    from digest.store.campaigns import campaigns  # noqa: PLC0415 - senders start sooner

    campaign_id = connection.scalars(
        select(schedule.c.campaign_id).where(schedule.c.id == schedule_id)
    ).one()
    try:
        return campaigns.load(connection, campaign_id).timezone
    except UnreadableError:
        return "UTC"
