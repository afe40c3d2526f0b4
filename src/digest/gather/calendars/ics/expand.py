"""A calendar file expanded: every date of its good events, and every bad one named."""

import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import icalendar
from icalendar.timezone import tzp

from digest.gather import limits
from digest.gather.calendars.ics.answer import (
    CalendarAnswer,
    CalendarQuestion,
    ComponentWords,
    EventFault,
    Occurrence,
)
from digest.gather.calendars.ics.components import (
    Component,
    Components,
    ContentLine,
    components_of,
)
from digest.gather.calendars.ics.confinement import TookTooLongError, within
from digest.gather.calendars.ics.refusals import check_rules, why
from digest.gather.calendars.ics.series import (
    DatedOccurrence,
    ExpandedSeries,
    Series,
    by_series,
)
from digest.gather.calendars.ics.zone_names import SettledEvent, settled
from digest.gather.calendars.ics.zones import Zones

_TOO_LONG = (
    "takes too long to work out: make its repeats simpler, or enter its dates one by "
    "one"
)
_TOO_MANY = "is more than one reading may take: give a calendar of fewer events"
_CUT_SHORT = "is cut short, and its end is not known: export or save it again"
_HIDDEN = 'are private or say no more than "Busy": make them public to tell of them'
_DATES = frozenset({"RRULE", "RDATE", "RECURRENCE-ID", "DURATION"})
_DIGITS = len("20260706")
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_PRIVATE = frozenset({"PRIVATE", "CONFIDENTIAL"})


def answered(content: bytes, question: CalendarQuestion) -> CalendarAnswer:
    """Return what the calendar holds; nothing that it says makes it raise.

    To be called in the main thread of a process: each event has its share of
    computing time and is given up when that is over.
    """
    try:
        components = components_of(content)
    except ValueError as problem:
        return CalendarAnswer(refused=str(problem))
    end = time.process_time() + limits.CALENDAR_EVENTS_SECONDS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _define(components.zones, end)
        zones = Zones(ZoneInfo(question.zone))
        expansion = _Expansion(question, zones, end, components.is_whole)
        expansion.add_all(components)
    return expansion.answer()


def _define(zones: Sequence[Component], end: float) -> None:
    """Let the library know of the zones that only this calendar has.

    One that cannot be understood is left alone: an event in it is named.
    """
    tzp.use_default()  # without the zones of any other calendar
    for zone in zones:
        if time.process_time() > end:
            return
        lines = [*(_without_edges(line) for line in zone.lines), "END:VTIMEZONE"]
        text = "\r\n".join(lines)
        with suppress(Exception, TookTooLongError), within(end):
            check_rules(zone)
            if tzp.timezone(zone.value("TZID").strip()) is None:
                icalendar.Timezone.from_ical(text)


@dataclass(slots=True)
class _Expansion:
    """The answer, growing."""

    question: CalendarQuestion
    zones: Zones
    end: float  # of computing time
    is_whole: bool
    dates: list[DatedOccurrence] = field(default_factory=list)
    faults: list[EventFault] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    over: list[Sequence[Component]] = field(default_factory=list)

    def add_all(self, components: Components) -> None:
        """Add every event, as long as there is time."""
        if not self.is_whole:
            self.faults.append(EventFault("the calendar", _CUT_SHORT))
        for stem, group in by_series(self._open(components.events)):
            if not self._is_added(stem, group):
                self.faults.append(EventFault("the rest", _TOO_MANY))
                self.is_whole = False
                return

    def _open(self, events: Sequence[Component]) -> list[Component]:
        """Return the events that anyone may read and that are not long past."""
        before = f"{self.question.since:%Y%m%d}"
        hidden = [event for event in events if _is_hidden(event)]
        self.unread += [event.stem for event in hidden]
        if hidden:
            self.faults.append(EventFault(f"{len(hidden)} of its events", _HIDDEN))
        public = [event for event in events if not _is_hidden(event)]
        self.over += [[event] for event in public if _is_past(event, before)]
        return [event for event in public if not _is_past(event, before)]

    def _is_added(self, stem: str, group: Sequence[Component]) -> bool:
        """Add the events of a UID; return whether there was time for it."""
        try:
            with within(self.end):
                zones = self.zones.of(group[0].zone)
                events = [settled(event, zones.home) for event in group]
                components = [event.component for event in events]
                series = Series(self.question, zones, stem).expanded(components)
        except TookTooLongError:
            if time.process_time() > self.end:
                return False
            series = _faulty(stem, group, _TOO_LONG)
        except Exception as problem:  # noqa: BLE001 - whatever a library trips over
            series = _faulty(stem, group, why(problem))
        else:
            self._note_zones(events, zones)
        self.dates += series.dates
        self.faults += series.faults
        self.unread += series.unread
        if not (series.dates or series.faults):
            self.over.append(group)
        return True

    def _note_zones(self, events: Sequence[SettledEvent], zones: Zones) -> None:
        names = dict.fromkeys(name for event in events for name in event.unknown)
        for name in names:
            why_so = f'is in the time zone "{name[:60]}", which nobody knows: it is '
            self.faults.append(
                EventFault(
                    events[0].component.title,
                    f"{why_so}taken as {zones.home.key}; choose one such as that",
                    is_part=True,
                )
            )

    def answer(self) -> CalendarAnswer:
        """Return it with the earliest news, as much as one reading may bring."""
        in_order = sorted(self.dates, key=lambda dated: dated.occurrence.starts)
        news = [dated for dated in in_order if dated.occurrence.is_news]
        updates = [dated for dated in in_order if not dated.occurrence.is_news]
        is_too_much = len(news) > limits.CALENDAR_NEWS
        if is_too_much or len(updates) > limits.CALENDAR_UPDATES:
            self.faults.append(EventFault("the rest", _TOO_MANY))
            self.is_whole = False
        numbers: dict[ComponentWords, int] = {}
        occurrences = []
        for dated in (
            *news[: limits.CALENDAR_NEWS],
            *updates[: limits.CALENDAR_UPDATES],
        ):
            number = numbers.setdefault(dated.words, len(numbers))
            occurrences.append(replace(dated.occurrence, words=number))
        over = [] if occurrences else self.over
        return CalendarAnswer(
            over=len({group[0].stem for group in over}),
            last=self._latest(over),
            occurrences=tuple(occurrences),
            words=tuple(numbers),
            faults=tuple(self.faults[: limits.CALENDAR_FAULTS]),
            unread=tuple(self.unread),
            is_whole=self.is_whole,
        )

    def _latest(self, over: Sequence[Sequence[Component]]) -> Occurrence | None:
        """Return the latest date of what is over; what costs too much is passed by."""
        whole = replace(self.question, since=_EARLIEST, until=self.question.since)
        single = [group for group in over if not _may_have_dates(group)]
        groups = [group for group in over if _may_have_dates(group)]
        if single:
            groups.append(max(single, key=lambda group: _last_day(group[0])))
        dates: list[Occurrence] = []
        for group in groups:
            with suppress(Exception, TookTooLongError), within(self.end):
                zones = self.zones.of(group[0].zone)
                events = [settled(event, zones.home).component for event in group]
                if last := Series(whole, zones, group[0].stem).latest(events):
                    dates.append(last)
        return max(dates, key=lambda last: last.starts, default=None)


def _without_edges(line: ContentLine) -> str:
    return f"TZID:{line.value.strip()}" if line.name == "TZID" else line.whole


def _faulty(stem: str, group: Sequence[Component], because: str) -> ExpandedSeries:
    return ExpandedSeries((), (EventFault(group[0].title, because),), (stem,))


def _is_hidden(event: Component) -> bool:
    is_private = event.value("CLASS").strip().upper() in _PRIVATE
    says_nothing = not event.value("DESCRIPTION") and not event.value("LOCATION")
    return is_private or (event.value("SUMMARY").strip() == "Busy" and says_nothing)


def _is_past(event: Component, today: str) -> bool:
    """Whether a single event was over days ago, told without parsing it.

    A calendar of ten years is mostly these. Days are compared as they are
    written, with two to spare for time zones.
    """
    last = _last_day(event)
    if _may_have_dates([event]) or not last.isdecimal() or len(last) != _DIGITS:
        return False
    return int(last) + 2 < int(today)


def _last_day(event: Component) -> str:
    return max(event.value("DTSTART")[:_DIGITS], event.value("DTEND")[:_DIGITS])


def _may_have_dates(group: Sequence[Component]) -> bool:
    """Whether these have other dates than what their start and end name."""
    names = {line.name for event in group for line in event.lines}
    return len(group) > 1 or bool(names & _DATES)
