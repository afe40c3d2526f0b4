"""Days and times as people and programs write them, in the manner of ISO 8601."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.gather.markup.clean_text import one_line

_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d|Z$)")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC; `is_day` where only its day was written."""

    instant: datetime
    is_day: bool = False

    def as_end(self, zone: str) -> datetime:
        """Return the instant of an end; what ends with a day is on until it is over."""
        if not self.is_day:
            return self.instant
        day = self.instant.astimezone(ZoneInfo(zone)).date()
        is_last = day == date.max
        return self.instant if is_last else midnight(day + timedelta(days=1), zone)


def moment(text: str, zone: str) -> Moment | None:
    """Return the moment that `text` writes, None where it writes none.

    A time without an offset is the zone's own; a day begins at its midnight.
    """
    bare = _BEFORE_OFFSET.sub("", text.strip())
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


def _in_zone(value: date, zone: str) -> Moment | None:
    is_day = not isinstance(value, datetime)
    try:
        if not isinstance(value, datetime):
            return Moment(midnight(value, zone), is_day)
        local = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
        return Moment(local.astimezone(UTC), is_day)
    except OverflowError:
        return None


def unreadable_start(text: str) -> str:
    """Return why something is no event whose start is written as `text`."""
    return f'starts at "{one_line(text)[:40]}", which is no date or time'
