"""Days and times as people and programs write them, in the manner of ISO 8601."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d|Z$)")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC; `is_day` where only its day was written."""

    instant: datetime
    is_day: bool = False


def moment(said: str, zone: str) -> Moment | None:
    """Return the moment that `said` writes, None where it writes none.

    A time without an offset is the zone's own; a day begins at its midnight.
    """
    bare = _BEFORE_OFFSET.sub("", said.strip())
    for kind in (date, datetime):
        try:
            value = kind.fromisoformat(bare)
        except ValueError:
            continue
        return _in_zone(value, zone)
    return None


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in the zone."""
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)


def next_midnight(said: str, zone: str) -> datetime | None:
    """Return the instant at which the day ends that `said` writes, None for no day."""
    try:
        return midnight(date.fromisoformat(said.strip()) + timedelta(days=1), zone)
    except (ValueError, OverflowError):
        return None


def _in_zone(value: date, zone: str) -> Moment | None:
    is_day = not isinstance(value, datetime)
    try:
        if not isinstance(value, datetime):
            return Moment(midnight(value, zone), is_day)
        local = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
        return Moment(local.astimezone(UTC), is_day)
    except OverflowError:
        return None
