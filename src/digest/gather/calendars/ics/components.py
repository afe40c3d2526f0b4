"""A calendar file taken apart into events and time zones, whatever its state.

Only what this program uses of an event is kept, so that a fault elsewhere in
it, in an alarm or an attachment, harms nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.gather import limits

_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;(?:[^":]|"[^"]*")*)?):(.*)', re.S)
# RFC 5545 §3.1: a fold may stand inside a character, so it is undone in bytes.
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_ENDING = re.compile(r"\r\n|\n|\r")
_USED = frozenset(
    {
        *("UID", "RECURRENCE-ID", "SEQUENCE", "STATUS", "CLASS"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE"),
        *("SUMMARY", "DESCRIPTION", "X-ALT-DESC", "LOCATION", "URL", "CATEGORIES"),
        *("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL"),
        "X-MICROSOFT-CDO-ALLDAYEVENT",
    }
)
_TOO_MANY = (
    f"has more than {limits.CALENDAR_EVENTS:,} events: give a calendar of fewer years"
)
_NO_CALENDAR = "is no calendar: its first line should be BEGIN:VCALENDAR"
_WEB_PAGE = (
    "is a web page and no calendar: give the calendar's address in iCal format, which "
    "Google shows under Settings, Integrate calendar, and Outlook under Shared "
    "calendars, Publish a calendar (ICS)"
)


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One line of a component: its name in capitals, its value, all of it."""

    name: str
    value: str
    whole: str


@dataclass(slots=True)
class Component:
    """One event or time zone; `zone` and `is_off` are what its calendar says of it."""

    lines: list[ContentLine] = field(default_factory=list)
    zone: str = ""
    is_off: bool = False
    is_whole: bool = True

    def value(self, name: str) -> str:
        """Return the first value of that name, empty where there is none."""
        return next((line.value for line in self.lines if line.name == name), "")

    def values(self, name: str) -> list[str]:
        """Return every value of that name."""
        return [line.value for line in self.lines if line.name == name]


@dataclass(slots=True)
class Components:
    """What a file is made of; not whole where its end is missing."""

    events: list[Component] = field(default_factory=list)
    zones: list[Component] = field(default_factory=list)
    is_whole: bool = True


def taken_apart(content: bytes) -> Components:
    """Return the events and time zones of a file.

    Raises ValueError, in words, where it is no calendar.
    """
    text = _decoded(_FOLD.sub(b"", content)).lstrip("\ufeff \t\r\n")
    if text[:1] == "<":
        raise ValueError(_WEB_PAGE)
    if not text[:15].upper().startswith("BEGIN:VCALENDAR"):
        raise ValueError(_NO_CALENDAR)
    found = _ComponentParser()
    for line in _lines(text):
        found.take(line)
    return found.done()


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _lines(text: str) -> Iterator[ContentLine]:
    for whole in _ENDING.split(text):
        if found := _LINE.match(whole):
            yield ContentLine(found[1].upper(), found[3], whole)


class _ComponentParser:
    """Takes lines one after the other."""

    def __init__(self) -> None:
        self._pieces = Components()
        self._zone = ""
        self._is_off = False
        self._inside: list[str] = []
        self._piece: Component | None = None

    def take(self, line: ContentLine) -> None:
        value = line.value.strip().upper()
        if line.name == "BEGIN":
            self._begin(value)
        elif line.name == "END":
            self._end(value)
        if self._piece is not None:
            self._keep(line)
        elif self._inside == ["VCALENDAR"]:
            self._note(line, value)

    def done(self) -> Components:
        self._cut()
        self._pieces.is_whole = not self._inside
        return self._pieces

    def _begin(self, name: str) -> None:
        if name in {"VCALENDAR", "VEVENT"}:
            # Neither stands inside an event or a zone: an end was left out.
            self._cut()
            del self._inside[0 if name == "VCALENDAR" else 1 :]
        if name == "VCALENDAR":
            self._zone, self._is_off = "", False
        elif name in {"VEVENT", "VTIMEZONE"} and self._piece is None:
            self._piece = Component(zone=self._zone, is_off=self._is_off)
            kept = self._pieces.events if name == "VEVENT" else self._pieces.zones
            kept.append(self._piece)
            if len(kept) > limits.CALENDAR_EVENTS:
                raise ValueError(_TOO_MANY)
        self._inside.append(name)

    def _end(self, name: str) -> None:
        if name == "VCALENDAR":
            self._cut()
            self._inside.clear()
        elif name in self._inside:
            while self._inside.pop() != name:
                pass
            if name in {"VEVENT", "VTIMEZONE"}:
                self._piece = None

    def _cut(self) -> None:
        if self._piece is not None:
            self._piece.is_whole = False
            self._piece = None

    def _keep(self, line: ContentLine) -> None:
        if self._piece is None:
            return
        is_zone = "VTIMEZONE" in self._inside
        if is_zone or (self._inside[-1] == "VEVENT" and line.name in _USED):
            self._piece.lines.append(line)

    def _note(self, line: ContentLine, value: str) -> None:
        if line.name == "X-WR-TIMEZONE":
            self._zone = line.value.strip()
        elif line.name == "METHOD":
            self._is_off = value == "CANCEL"
        elif line.name == "CALSCALE" and value != "GREGORIAN":
            raise ValueError("counts days by another calendar than the Gregorian")
