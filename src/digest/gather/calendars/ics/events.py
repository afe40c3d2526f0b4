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
MIDNIGHT = time()
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
    """An event as its file says it once; it may repeat, or change a repeated one.

    `component` is what its file has, `parsed` what a library made of that.
    """

    component: Component
    parsed: icalendar.Component
    start: Time
    end: Time | None

    @classmethod
    def of(cls, component: Component) -> "ParsedEvent":
        """Return the event of that component. Raises BadEventError."""
        if not component.is_whole:
            raise BadEventError("is cut short: it has no END:VEVENT")
        lines = ["BEGIN:VEVENT", *_mended_lines(component), "END:VEVENT"]
        parsed = icalendar.Event.from_ical("\r\n".join(lines))
        for name, why in _BROKEN.items():
            if any(isinstance(value, vBroken) for value in _values(parsed, name)):
                raise BadEventError(why)
        return cls(component, parsed, *_times(parsed))

    @property
    def sequence(self) -> int:
        """How often it was changed, as its file says."""
        number: Any = self.parsed.get("SEQUENCE", -1)
        return int(number)

    @property
    def recurrence(self) -> Time | None:
        """The date it changes, None where it stands for itself."""
        return time_of(self.parsed, "RECURRENCE-ID")

    @property
    def changes_later_ones(self) -> bool:
        """Whether it changes every date from its own on."""
        value: Any = self.parsed.get("RECURRENCE-ID")
        return value is not None and value.params.get("RANGE") == "THISANDFUTURE"

    @property
    def repeats(self) -> bool:
        """Whether it has, or had, more dates than one."""
        return any(name in self.parsed for name in ("RRULE", "RDATE", "EXDATE"))


def _values(parsed: icalendar.Component, name: str) -> list[Any]:
    value: Any = parsed.get(name)
    return value if isinstance(value, list) else [value]


def _mended_lines(component: Component) -> Iterable[str]:
    """Yield the lines that a library is given: known faults of exporters mended."""
    for line in component.lines:
        if not line.value.strip():
            continue
        if line.name == "RRULE":
            yield line.whole.replace(" ", "")
        elif line.name in _TIMES:
            yield line.whole
        elif line.name != "SEQUENCE" or line.value.strip().isdecimal():
            yield line.whole[: limits.EVENT_RAW_LINE_LENGTH]


def time_of(parsed: icalendar.Component, name: str) -> Time | None:
    """Return the day or time of that name. Raises BadEventError."""
    if name not in parsed:
        return None
    value: Any = parsed[name]
    time = getattr(value, "dt", None)
    if not isinstance(time, date):
        raise BadEventError(_BROKEN[name])
    zone = value.params.get("TZID")
    if zone and isinstance(time, datetime) and time.tzinfo is None:
        raise BadEventError(
            f'is in the time zone "{zone[:60]}", which nobody knows: '
            "choose one such as Europe/London"
        )
    return time


def _times(parsed: icalendar.Component) -> tuple[Time, Time | None]:
    start = time_of(parsed, "DTSTART")
    if start is None:
        raise BadEventError("has no start: give it one")
    if "DTEND" in parsed or "DURATION" not in parsed:
        end = time_of(parsed, "DTEND")
        is_day = not isinstance(start, datetime)
        return start, end.date() if is_day and isinstance(end, datetime) else end
    length = getattr(parsed["DURATION"], "dt", None)
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


def is_all_day(parsed: icalendar.Component, start: Time) -> bool:
    """Whether the event is of whole days, in Outlook's way of saying so too."""
    if not isinstance(start, datetime):
        return True
    flag = str(parsed.get("X-MICROSOFT-CDO-ALLDAYEVENT", ""))
    return flag.strip().upper() == "TRUE" and start.time() == MIDNIGHT


def state_of(parsed: icalendar.Component, component: Component) -> str:
    """Return whether it takes place, as its own status or its calendar's says."""
    if component.is_off:
        return "cancelled"
    return _STATES.get(str(parsed.get("STATUS", "")).strip().upper(), "on")


def words_of(
    parsed: icalendar.Component, otherwise: icalendar.Component
) -> ComponentWords:
    """Return what the event says; `otherwise` has a title where it has none."""
    topics = (
        str(topic).strip()[: limits.EVENT_LINE_LENGTH]
        for value in _values(parsed, "CATEGORIES")
        for topic in getattr(value, "cats", ())
    )
    return ComponentWords(
        title=_line(parsed, "SUMMARY") or _line(otherwise, "SUMMARY"),
        text=_text(parsed, "DESCRIPTION")[: limits.EVENT_TEXT_LENGTH],
        html=_text(parsed, "X-ALT-DESC")[: limits.EVENT_TEXT_LENGTH],
        place=_line(parsed, "LOCATION"),
        url=_line(parsed, "URL"),
        joining_url=_line(parsed, "CONFERENCE")
        or _line(parsed, "X-GOOGLE-CONFERENCE")
        or _line(parsed, "X-MICROSOFT-SKYPETEAMSMEETINGURL"),
        topics=tuple(topics)[: limits.TOPICS],
    )


def _line(parsed: icalendar.Component, name: str) -> str:
    return _text(parsed, name)[: limits.EVENT_LINE_LENGTH]


def _text(parsed: icalendar.Component, name: str) -> str:
    first = next(iter(_values(parsed, name)), None)
    is_broken = first is None or isinstance(first, vBroken)
    return "" if is_broken else str(first).strip()
