"""One event of a calendar, parsed; its times are what a library made of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import icalendar
from icalendar.prop import vBroken

from digest.gather import limits
from digest.gather.calendars.ics.answer import ComponentWords
from digest.gather.calendars.ics.components import Component
from digest.gather.calendars.ics.refusals import BadEventError
from digest.gather.calendars.ics.zones import Time

_STATES = {"CANCELLED": "cancelled", "TENTATIVE": "provisional"}
BAD_RULE = "has a repeat rule that cannot be understood: enter its repeats anew"
_TIMES = frozenset({"DTSTART", "DTEND", "DURATION", "RDATE", "EXDATE"})
_BROKEN = {
    "DTSTART": "has a start that is no date or time: give it one",
    "DTEND": "has an end that is no date or time: mend it",
    "DURATION": "has a length that is no length of time: mend it",
    "RRULE": BAD_RULE,
    "RDATE": "has further dates that cannot be understood: enter them anew",
    "EXDATE": "leaves out dates that cannot be understood: enter them anew",
    "RECURRENCE-ID": "changes a date that cannot be understood: enter it anew",
}


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """An event as its file says it once; it may repeat, or change a repeated one."""

    piece: Component
    component: icalendar.Component
    start: Time
    end: Time | None

    @classmethod
    def of(cls, piece: Component) -> "ParsedEvent":
        """Return the event of that piece. Raises BadEventError."""
        if not piece.is_whole:
            raise BadEventError("is cut short: it has no END:VEVENT")
        made = icalendar.Event.from_ical(
            "\r\n".join(["BEGIN:VEVENT", *_wanted(piece), "END:VEVENT"])
        )
        for name, why in _BROKEN.items():
            if _is_broken(made.get(name)):
                raise BadEventError(why)
        return cls(piece, made, *_times(made))

    @property
    def sequence(self) -> int:
        """How often it was changed, as its file says."""
        said: Any = self.component.get("SEQUENCE", -1)
        return int(said)

    @property
    def recurrence(self) -> Time | None:
        """The date it changes, None where it stands for itself."""
        return time_of(self.component, "RECURRENCE-ID")

    @property
    def changes_later_ones(self) -> bool:
        """Whether it changes every date from its own on."""
        said: Any = self.component.get("RECURRENCE-ID")
        return said is not None and said.params.get("RANGE") == "THISANDFUTURE"

    @property
    def repeats(self) -> bool:
        """Whether it has, or had, more dates than one."""
        return any(name in self.component for name in ("RRULE", "RDATE", "EXDATE"))


def _is_broken(said: Any) -> bool:
    return any(
        isinstance(one, vBroken) for one in (said if isinstance(said, list) else [said])
    )


def _wanted(piece: Component) -> Iterable[str]:
    """Yield the lines that a library is given: known faults of exporters mended."""
    for line in piece.lines:
        if not line.value.strip():
            continue
        if line.name == "RRULE":
            yield line.whole.replace(" ", "")
        elif line.name in _TIMES:
            yield line.whole
        elif line.name != "SEQUENCE" or line.value.strip().isdecimal():
            yield line.whole[: limits.EVENT_RAW_LINE_LENGTH]


def time_of(component: icalendar.Component, name: str) -> Time | None:
    """Return the day or time of that name. Raises BadEventError."""
    if name not in component:
        return None
    said: Any = component[name]
    found = getattr(said, "dt", None)
    if not isinstance(found, date):
        raise BadEventError(_BROKEN[name])
    zone = said.params.get("TZID")
    if zone and isinstance(found, datetime) and found.tzinfo is None:
        raise BadEventError(
            f'is in the time zone "{zone[:60]}", which nobody knows: '
            "choose one such as Europe/London"
        )
    return found


def _times(made: icalendar.Component) -> tuple[Time, Time | None]:
    start = time_of(made, "DTSTART")
    if start is None:
        raise BadEventError(_BROKEN["DTSTART"])
    if "DTEND" in made or "DURATION" not in made:
        end = time_of(made, "DTEND")
        is_day = not isinstance(start, datetime)
        return start, end.date() if is_day and isinstance(end, datetime) else end
    length = getattr(made["DURATION"], "dt", None)
    if not isinstance(length, timedelta):
        raise BadEventError(_BROKEN["DURATION"])
    if abs(length) > limits.EVENT_LENGTH:
        raise BadEventError("lasts for years: give it its real length")
    return start, start + length


def check_length(starts: datetime, ends: datetime | None) -> None:
    """Raise BadEventError where an event ends too early or too late."""
    if ends is not None and ends < starts:
        raise BadEventError("ends before it starts: mend one of the two")
    if ends is not None and ends - starts > limits.EVENT_LENGTH:
        raise BadEventError("lasts longer than a year: give it its real end")


def is_all_day(component: icalendar.Component, start: Time) -> bool:
    """Whether the event is of whole days, in Outlook's way of saying so too."""
    if not isinstance(start, datetime):
        return True
    said = str(component.get("X-MICROSOFT-CDO-ALLDAYEVENT", ""))
    return said.strip().upper() == "TRUE" and start.time() == time()


def state_of(component: icalendar.Component, piece: Component) -> str:
    """Return whether it takes place, as its own status or its calendar's says."""
    if piece.is_off:
        return "cancelled"
    return _STATES.get(str(component.get("STATUS", "")).strip().upper(), "on")


def words_of(
    component: icalendar.Component, otherwise: icalendar.Component
) -> ComponentWords:
    """Return what the event says; `otherwise` has a title where it has none."""
    return ComponentWords(
        title=_line(component, "SUMMARY") or _line(otherwise, "SUMMARY"),
        text=_said(component, "DESCRIPTION")[: limits.EVENT_TEXT_LENGTH],
        html=_said(component, "X-ALT-DESC")[: limits.EVENT_TEXT_LENGTH],
        place=_line(component, "LOCATION"),
        url=_line(component, "URL"),
        joining_url=_line(component, "CONFERENCE")
        or _line(component, "X-GOOGLE-CONFERENCE")
        or _line(component, "X-MICROSOFT-SKYPETEAMSMEETINGURL"),
        topics=tuple(_topics(component))[: limits.TOPICS],
    )


def _line(component: icalendar.Component, name: str) -> str:
    return _said(component, name)[: limits.EVENT_LINE_LENGTH]


def _said(component: icalendar.Component, name: str) -> str:
    said: Any = component.get(name, "")
    first = said[0] if isinstance(said, list) and said else said
    return "" if isinstance(first, vBroken) else str(first).strip()


def _topics(component: icalendar.Component) -> Iterable[str]:
    said: Any = component.get("CATEGORIES", [])
    for one in said if isinstance(said, list) else [said]:
        for topic in getattr(one, "cats", ()):
            yield str(topic).strip()[: limits.EVENT_LINE_LENGTH]
