"""Days and wall times, and the zones in which people read them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Time = date | datetime

_UTC = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "Etc/Zulu", "UCT"})


@dataclass(frozen=True, slots=True)
class Zones:
    """Where wall times are: `home` where an event names no zone, else its own."""

    home: ZoneInfo

    def of(self, calendar_zone: str) -> "Zones":
        """Return them for a calendar: at home in the zone that it names, if any.

        World time is none that people read, and many a program names it for want
        of another.
        """
        if not calendar_zone or calendar_zone in _UTC:
            return self
        try:
            return Zones(ZoneInfo(calendar_zone))
        except (OSError, ValueError, LookupError):
            return self

    def instant(self, at: Time) -> datetime:
        """Return the instant of a day's or a wall time's beginning."""
        if not isinstance(at, datetime):
            at = datetime.combine(at, time())
        # RFC 5545 §3.3.5: of two the first, and in a gap the offset before it,
        # which is what zoneinfo does by itself.
        return (at if at.tzinfo else at.replace(tzinfo=self.home)).astimezone(UTC)

    def read_in(self, at: Time) -> str:
        """Return the zone in which people read that time.

        At home, where it is in UTC or in a zone that only the calendar knows.
        """
        zone = at.tzinfo if isinstance(at, datetime) else None
        key = str(getattr(zone, "key", ""))
        return key if key and key not in _UTC else self.home.key


def wall_time_at(at: datetime, model: datetime) -> datetime:
    """Return the wall time of an instant where the model is."""
    if at.tzinfo and model.tzinfo:
        at = at.astimezone(model.tzinfo)
    return at.replace(tzinfo=None)


def is_same(at: Time, model: Time) -> bool:
    """Whether both are one day or one instant."""
    if isinstance(at, datetime) and isinstance(model, datetime):
        return wall_time_at(at, model) == model.replace(tzinfo=None)
    return at == model


def like(at: Time, model: Time) -> Time:
    """Return a time that can be taken from the model, whatever zone it is in."""
    if isinstance(at, datetime) and isinstance(model, datetime):
        if model.tzinfo is None:
            return at.replace(tzinfo=None)
        return at if at.tzinfo else at.replace(tzinfo=model.tzinfo)
    return at
