"""When a key ends: at the start of a day that a person writes down."""

from datetime import datetime
from zoneinfo import ZoneInfo

from digest.errors import DigestError
from digest.model.written_days import written_day


def start_of_day(written: str, zone: str, now: datetime) -> datetime:
    """Return when that day begins there. Raises DigestError in words."""
    place = ZoneInfo(zone)
    try:
        day = written_day(written, now.astimezone(place).date())
    except ValueError as problem:
        raise DigestError(f'"{written}": {problem}') from problem
    return datetime(day.year, day.month, day.day, tzinfo=place)
