"""Calendars in one line, and what they hold."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.gather.calendars.calendar import read_from
from digest.gather.calendars.ics.expand import answered
from digest.gather.items.reading import Reading
from digest.model.campaigns.campaign import Source, SourceKind
from tests.builders import EIGHT, a_visit

STARTS = "DTSTART;TZID=Europe/London:20260707T100000"
ENDS = "DTEND;TZID=Europe/London:20260707T120000"


def an_ics_event(*lines: str, uid: str = "one", title: str = "Lantern walk") -> str:
    """Return a VEVENT; without lines, two hours of tomorrow morning in London."""
    own_lines = lines or (STARTS, ENDS)
    head = [f"UID:{uid}"] if uid else []
    head += [f"SUMMARY:{title}"] if title else []
    return "\r\n".join(["BEGIN:VEVENT", *head, *own_lines, "END:VEVENT"])


def a_calendar(*parts: str) -> bytes:
    """Return a whole calendar of these parts."""
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""]
    ).encode()


def reading_of(content: bytes, since: datetime = EIGHT, **visit: Any) -> Reading:
    """Return what a calendar holds, worked out in this process."""
    source = Source("diary", SourceKind.CALENDAR, "diary.ics")
    return read_from(content, source, a_visit(since=since, **visit), by=answered)


def starts(reading: Reading) -> list[str]:
    """Return the starts of the news, in UTC, to the minute."""
    return [f"{event.starts:%Y-%m-%d %H:%M}" for event in found_events(reading)]


def keys(reading: Reading) -> list[str]:
    """Return the keys of the news."""
    return [item.key for item in reading.items]


def found_events(reading: Reading) -> Iterable[Any]:
    """Return the news as events."""
    return reading.items


def utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """Return an instant in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)


WEEK = timedelta(days=7)
