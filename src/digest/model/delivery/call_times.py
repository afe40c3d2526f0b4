"""When somebody asks to be rung: the next time that the clock shows it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model.campaigns.written_times import wall_time


def time_to_ring(written: str, now: datetime, zone: str) -> datetime | None:
    """Return the next instant at which the clock shows that time; None of "".

    Raises ValueError for what is no time of day.
    """
    if not written.strip():
        return None
    local = now.astimezone(ZoneInfo(zone))
    wall = wall_time(written.strip())
    today = datetime.combine(local.date(), wall, local.tzinfo)
    return today if today > now else today + timedelta(days=1)
