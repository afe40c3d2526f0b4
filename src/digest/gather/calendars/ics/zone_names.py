"""Time zones by whatever name a calendar gives them, settled before a library looks.

A zone that the calendar defines, IANA's and Windows' names are the library's. Here
are the names that Outlook on the web shows, and what is left out or written wrongly.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone import tzp

from digest.gather.calendars.ics.components import Component, ContentLine

_ZONED = frozenset({"DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"})
_TZID = re.compile(r';\s*TZID\s*=\s*("[^"]*"|[^;:]*)', re.IGNORECASE)
_OFFSET = re.compile(r"(?:UTC|GMT)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_WALL = re.compile(r"\d{8}T\d{6}")
_UNTIL = re.compile(r"UNTIL=(\d{8}T\d{6})(Z?)", re.IGNORECASE)
_WALL_FORMAT = "%Y%m%dT%H%M%S"
_CITIES = re.compile(r"\([^)]*\)\s*(.*)")
# What Outlook shows that names no city.
_DISPLAYED = {
    "coordinated universal time": "UTC",
    "atlantic time (canada)": "America/Halifax",
    "eastern time (us & canada)": "America/New_York",
    "indiana (east)": "America/Indiana/Indianapolis",
    "central time (us & canada)": "America/Chicago",
    "saskatchewan": "America/Regina",
    "central america": "America/Guatemala",
    "mountain time (us & canada)": "America/Denver",
    "arizona": "America/Phoenix",
    "pacific time (us & canada)": "America/Los_Angeles",
    "baja california": "America/Tijuana",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "newfoundland": "America/St_Johns",
    "greenland": "America/Nuuk",
    "brasilia": "America/Sao_Paulo",
    "azores": "Atlantic/Azores",
    "cabo verde is.": "Atlantic/Cape_Verde",
    "west central africa": "Africa/Lagos",
    "kyiv": "Europe/Kiev",
    "abu dhabi": "Asia/Dubai",
    "st. petersburg": "Europe/Moscow",
    "sri jayawardenepura": "Asia/Colombo",
    "astana": "Asia/Almaty",
}
# Midwinter and midsummer, one of which has a zone's own offset.
_HALVES = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class SettledEvent:
    """An event whose times are in zones that exist; `unknown` are others' names."""

    component: Component
    unknown: tuple[str, ...] = ()


def settled(component: Component, home: ZoneInfo) -> SettledEvent:
    """Return the event with its zones by names that are known.

    An end without a zone has its start's. One that nobody knows is taken from the
    offset in its name, else it is `home`.
    """
    start = next((line for line in component.lines if line.name == "DTSTART"), None)
    zone = _zone_in(start, home) if start else None
    unknown: dict[str, None] = {}
    lines = []
    for line in component.lines:
        if line.name in _ZONED and (written := _TZID.search(_head(line))):
            name = written[1].strip('"').strip()
            settled_name = _library_name(name, home)
            if settled_name is None:
                unknown[name] = None
            lines.append(_in_zone(line, settled_name or home.key))
        elif line.name == "DTEND" and _WALL.fullmatch(line.value.strip()) and zone:
            lines.append(_in_zone(line, zone))
        elif line.name == "RRULE" and start and zone:
            lines.append(_with_until(line, start, zone))
        else:
            lines.append(line)
    return SettledEvent(replace(component, lines=lines), tuple(unknown))


def _head(line: ContentLine) -> str:
    return line.whole[: len(line.whole) - len(line.value)]


def _zone_in(line: ContentLine, home: ZoneInfo) -> str | None:
    written = _TZID.search(_head(line))
    if written is None:
        return "UTC" if line.value.strip().endswith("Z") else None
    return _library_name(written[1].strip('"').strip(), home) or home.key


def _in_zone(line: ContentLine, zone: str) -> ContentLine:
    value = line.value.strip()
    head = _TZID.sub("", _head(line)).rstrip(":")
    if zone == "UTC":
        is_wall = bool(_WALL.fullmatch(value))
        return replace(line, value=value, whole=f"{head}:{value}{'Z' * is_wall}")
    return replace(line, whole=f'{head};TZID="{zone}":{value}')


def _with_until(line: ContentLine, start: ContentLine, zone: str) -> ContentLine:
    """Return a rule whose end is an instant, as RFC 5545 section 3.3.10 has it.

    Some write it as the wall time of the last date, some with a Z behind that,
    which west of Greenwich would leave that date out.
    """
    until = _UNTIL.search(line.value)
    where = _timezone(zone)
    if until is None or where is None or zone == "UTC":
        return line
    try:
        wall = datetime.strptime(until[1], _WALL_FORMAT).replace(tzinfo=where)
        offset = wall.utcoffset() or timedelta(0)
        instant = wall.astimezone(UTC)
    except (ValueError, OverflowError):
        return line
    is_of_start = until[1][8:] == start.value.strip()[8:15]
    if until[2] and not (is_of_start and offset < timedelta(0)):
        return line
    value = line.value.replace(until[0], f"UNTIL={instant:{_WALL_FORMAT}}Z")
    return replace(line, value=value, whole=_head(line) + value)


@lru_cache(maxsize=1)
def _by_city() -> dict[str, list[str]]:
    by_city: dict[str, list[str]] = {}
    for name in sorted(available_timezones()):
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix", "right")):
            city = name.rpartition("/")[2].replace("_", " ").lower()
            by_city.setdefault(city, []).append(name)
    return by_city


def _timezone(name: str) -> tzinfo | None:
    try:
        zone: Any = tzp.timezone(name)
    except (OSError, ValueError, LookupError):
        return None
    return zone if isinstance(zone, tzinfo) else None


def _library_name(name: str, home: ZoneInfo) -> str | None:
    """Return a name that the library knows for a zone, None where nobody does."""
    if _timezone(name) is not None:
        return name
    path = name.split("/")
    for length in (3, 2):  # as in /mozilla.org/20050126_1/Europe/London
        tail = "/".join(path[-length:])
        if len(path) > length and tail in available_timezones():
            return tail
    written = _OFFSET.search(name)
    candidates = list(_candidates(name))
    if written is None:
        return candidates[0] if candidates else None
    minutes = int(written[2]) * 60 + int(written[3] or 0)
    offset = timedelta(minutes=-minutes if written[1] == "-" else minutes)
    candidates = [zone for zone in candidates if offset in _offsets(zone)]
    if home.key in candidates or (not candidates and _offsets(home.key)[0] == offset):
        return home.key
    if candidates:
        return candidates[0]
    hours, rest = divmod(offset, timedelta(hours=1))
    fixed = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    return fixed if not rest and _timezone(fixed) is not None else None


def _candidates(name: str) -> Iterator[str]:
    """Yield the zones of the cities that Outlook shows as a zone's name."""
    display = _CITIES.match(name)
    places = (display[1] if display else name).strip().lower()
    if places in _DISPLAYED:
        yield _DISPLAYED[places]
        return
    for city in places.split(","):
        bare = city.strip()
        if bare in _DISPLAYED:
            yield _DISPLAYED[bare]
        yield from _by_city().get(bare, ())


def _offsets(zone: str) -> list[timedelta]:
    where = ZoneInfo(zone)
    return [at.astimezone(where).utcoffset() or timedelta(0) for at in _HALVES]
