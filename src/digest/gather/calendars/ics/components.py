"""A calendar file taken apart into events and time zones, whatever its state.

Only what this program uses of an event is kept, so that a fault elsewhere in
it, in an alarm or an attachment, harms nobody.
"""

import hashlib
import re
from dataclasses import dataclass, field

from digest.gather import limits

_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;(?:[^":]|"[^"]*")*)?):(.*)', re.S)
# RFC 5545 §3.1: a fold may stand inside a character, so it is undone in bytes.
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_ENDING = re.compile(r"\r\n|\n|\r")
_BYTES_ENDING = re.compile(rb"\r\n|\n|\r")
_LOST = "\ufffd"
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
_GOOGLE_LATER_PART = re.compile(r"_R\d{8}(T\d{6})?(?=@google\.com$)")
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

    @property
    def title(self) -> str:
        """What to call the event, whatever its state."""
        title = self.value("SUMMARY") or self.value("UID") or "an event without a title"
        words = title.replace("\\n", " ").replace("\\", "").split()
        return " ".join(words)[: limits.NAME_LENGTH]

    @property
    def stem(self) -> str:
        """What the keys of an event's dates begin with: its UID.

        Google gives the later part of a series that was cut in two a UID that
        names the earlier's. An event without one is known by its title and start.
        """
        uid = _GOOGLE_LATER_PART.sub("", self.value("UID").strip())
        stem = uid or f"{self.title} {self.value('DTSTART')}"
        if len(stem) <= limits.UID_LENGTH:
            return stem
        return f"{stem[:100]} {hashlib.sha256(stem.encode()).hexdigest()}"

    @property
    def is_later_part(self) -> bool:
        """Whether Google cut it off from an earlier series."""
        return bool(_GOOGLE_LATER_PART.search(self.value("UID").strip()))


@dataclass(slots=True)
class Components:
    """What a file is made of; not whole where its end is missing."""

    events: list[Component] = field(default_factory=list)
    zones: list[Component] = field(default_factory=list)
    is_whole: bool = True


def components_of(content: bytes) -> Components:
    """Return the events and time zones of a file.

    Raises ValueError, in words, where it is no calendar.
    """
    text = _decoded(_FOLD.sub(b"", content)).lstrip("\ufeff \t\r\n")
    if text[:1] == "<":
        raise ValueError(_WEB_PAGE)
    if not text[:15].upper().startswith("BEGIN:VCALENDAR"):
        raise ValueError(_NO_CALENDAR)
    parser = _ComponentParser()
    for whole in _ENDING.split(text):
        if line := _LINE.match(whole):
            parser.take(ContentLine(line[1].upper(), line[3], whole))
    return parser.done()


def _decoded(content: bytes) -> str:
    """Return the file as text, whatever single bytes of it are.

    Where most letters beyond ASCII are UTF-8, a line with others is read as UTF-8
    with a letter lost, or as Windows letters if it has none of UTF-8.
    """
    text = content.decode("utf-8-sig", "replace")
    broken = text.count(_LOST)
    if not broken:
        return text
    if 2 * broken > sum(not letter.isascii() for letter in text):
        return content.decode("cp1252", "replace")
    return "\n".join(_decoded_line(line) for line in _BYTES_ENDING.split(content))


def _decoded_line(line: bytes) -> str:
    text = line.decode("utf-8-sig", "replace")
    has_letters = any(not letter.isascii() and letter != _LOST for letter in text)
    is_cut = text.endswith(_LOST)
    if _LOST not in text or has_letters or is_cut:
        return text
    return line.decode("cp1252", "replace")


class _ComponentParser:
    """Takes lines one after the other."""

    def __init__(self) -> None:
        self._components = Components()
        self._zone = ""
        self._is_off = False
        self._inside: list[str] = []
        self._component: Component | None = None

    def take(self, line: ContentLine) -> None:
        value = line.value.strip().upper()
        if line.name == "BEGIN":
            self._begin(value)
        elif line.name == "END":
            self._end(value)
        component = self._component
        if component is not None:
            is_own = self._inside[-1:] == ["VEVENT"] and line.name in _USED
            if is_own or "VTIMEZONE" in self._inside:
                component.lines.append(line)
        elif self._inside == ["VCALENDAR"]:
            self._note(line, value)

    def done(self) -> Components:
        self._cut()
        self._components.is_whole = not self._inside
        return self._components

    def _begin(self, name: str) -> None:
        if name in {"VCALENDAR", "VEVENT"}:
            # Neither stands inside an event or a zone: an end was left out.
            self._cut()
            del self._inside[0 if name == "VCALENDAR" else 1 :]
        if name == "VCALENDAR":
            self._zone, self._is_off = "", False
        elif name in {"VEVENT", "VTIMEZONE"} and self._component is None:
            self._component = Component(zone=self._zone, is_off=self._is_off)
            is_event = name == "VEVENT"
            siblings = self._components.events if is_event else self._components.zones
            siblings.append(self._component)
            if len(siblings) > limits.CALENDAR_EVENTS:
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
                self._component = None

    def _cut(self) -> None:
        if self._component is not None:
            self._component.is_whole = False
            self._component = None

    def _note(self, line: ContentLine, value: str) -> None:
        if line.name == "X-WR-TIMEZONE":
            self._zone = line.value.strip()
        elif line.name == "METHOD":
            self._is_off = value == "CANCEL"
        elif line.name == "CALSCALE" and value != "GREGORIAN":
            raise ValueError("counts days by another calendar than the Gregorian")
