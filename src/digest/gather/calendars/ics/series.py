"""All that a calendar says of one UID: the dates it has between two instants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events
from recurring_ical_events.errors import BadRuleStringFormat

from digest.gather import limits
from digest.gather.calendars.ics.answer import (
    CalendarQuestion,
    ComponentWords,
    EventFault,
    Occurrence,
)
from digest.gather.calendars.ics.components import Component
from digest.gather.calendars.ics.events import (
    BAD_RULE,
    ParsedEvent,
    check_length,
    is_all_day,
    state_of,
    time_of,
    words_of,
)
from digest.gather.calendars.ics.refusals import BadEventError, check, why
from digest.gather.calendars.ics.zones import Time, Zones, is_same, like, wall_time_at

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DatedOccurrence:
    """One date of an event with its words, not yet numbered."""

    words: ComponentWords
    occurrence: Occurrence

    @property
    def end(self) -> datetime:
        """When it is over; a day without an end is over when it is."""
        day = _DAY if self.occurrence.all_day else timedelta(0)
        return self.occurrence.ends or self.occurrence.starts + day

    def changed(self, **changes: Any) -> "DatedOccurrence":
        """Return it with another key, or as no news."""
        return replace(self, occurrence=replace(self.occurrence, **changes))


@dataclass(frozen=True, slots=True)
class ExpandedSeries:
    """What there is to tell of one UID, and of what nothing can be said."""

    dates: tuple[DatedOccurrence, ...] = ()
    faults: tuple[EventFault, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(slots=True)
class Series:
    """The events of one UID, to be expanded."""

    question: CalendarQuestion
    zones: Zones
    stem: str

    def expanded(self, components: Sequence[Component]) -> ExpandedSeries:
        """Return the dates of these events; one bad event is named and left out.

        Raises BadEventError, or whatever a library trips over, where all are at fault.
        """
        events, faults, unread = self._parsed(components)
        changes = [event for event in events if event.recurrence is not None]
        masters = [event for event in events if event.recurrence is None]
        master, rivals = _latest(masters)
        faults += rivals
        if not events:
            return ExpandedSeries((), tuple(faults), tuple(unread))
        dates = self._all_dates(master, changes)
        ahead = [
            dated
            for dated in dates
            if dated.occurrence.key not in unread and dated.end > self.question.since
        ]
        chosen, too_many = self._chosen(sorted(ahead, key=_start))
        if too_many:
            faults.append(EventFault(events[0].component.title, too_many))
        return ExpandedSeries(tuple(chosen), tuple(faults), tuple(unread))

    def latest(self, components: Sequence[Component]) -> Occurrence | None:
        """Return the latest date of these events, None where nothing can be told."""
        events, _, _ = self._parsed(components)
        master, _ = _latest([event for event in events if event.recurrence is None])
        changes = [event for event in events if event.recurrence is not None]
        dates = self._all_dates(master, changes) if events else []
        return max(dates, key=_start).occurrence if dates else None

    def _all_dates(
        self, master: ParsedEvent | None, changes: Sequence[ParsedEvent]
    ) -> list[DatedOccurrence]:
        if master is not None and not changes and not master.repeats:
            return [self._dated(master.parsed, master, self.stem)]
        return self._dates(master, changes)

    def _parsed(
        self, components: Sequence[Component]
    ) -> tuple[list[ParsedEvent], list[EventFault], list[str]]:
        events: list[ParsedEvent] = []
        faults: list[EventFault] = []
        unread: list[str] = []
        for component in components:
            try:
                check(component)
                event = ParsedEvent.of(component)
                check_length(*self._instants(event.start, event.end))
                events.append(event)
            except Exception as problem:  # noqa: BLE001 - or what a library trips over
                faults.append(EventFault(component.title, why(problem)))
                unread.append(self._stem_of_unread(component))
        return events, faults, unread

    def _stem_of_unread(self, component: Component) -> str:
        """Return the key of what a bad component would have said, or of all its series.

        A date that is changed by what cannot be read is left out, as nobody
        knows whether it takes place.
        """
        digits = component.value("RECURRENCE-ID")[:8]
        try:
            return f"{self.stem} {date.fromisoformat(digits)}"
        except ValueError:
            return self.stem

    def _dates(
        self, master: ParsedEvent | None, changes: Sequence[ParsedEvent]
    ) -> list[DatedOccurrence]:
        calendar = icalendar.Calendar()
        for event in filter(None, (master, *changes)):
            calendar.add_component(event.parsed)
        since, until = self.question.since, self.question.until
        # A whole day, so that two dates of one day are always found together.
        midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            occurrences = recurring_ical_events.of(calendar).between(
                midnight - _DAY, until + _DAY
            )
        except BadRuleStringFormat as problem:
            raise BadEventError(BAD_RULE) from problem
        by_date = {change.recurrence: change for change in changes}
        dates = [self._date(parsed, master, by_date) for parsed in occurrences]
        keys = {dated.occurrence.key for dated in dates}
        # Dates that were put off beyond what was asked for are still known of.
        later = (self._date(change.parsed, master, by_date) for change in changes)
        dates += [
            dated
            for dated in later
            if dated.occurrence.key not in keys and dated.occurrence.starts > until
        ]
        return _with_distinct_keys(sorted(dates, key=_start))

    def _date(
        self,
        parsed: icalendar.Component,
        master: ParsedEvent | None,
        changes: dict[Time | None, ParsedEvent],
    ) -> DatedOccurrence:
        which = time_of(parsed, "RECURRENCE-ID") or date.min
        change = changes.get(which)
        start = time_of(parsed, "DTSTART") or which
        if change is not None and change.changes_later_ones and start != change.start:
            # The library leaves the first date's id on every later one.
            which = start - (like(change.start, start) - like(which, start))
        speaks = change or master
        if speaks is None:
            raise BadEventError("changes an event that is not there: enter it anew")
        first = None if master is None else master.start
        is_first = first is not None and is_same(which, first)
        if is_first and not speaks.component.is_later_part:
            return self._dated(parsed, speaks, self.stem)
        return self._dated(parsed, speaks, key_of(self.stem, which, first))

    def _dated(
        self, parsed: icalendar.Component, speaks: ParsedEvent, key: str
    ) -> DatedOccurrence:
        start, end = speaks.start, speaks.end
        if parsed is not speaks.parsed:
            start = time_of(parsed, "DTSTART") or start
            end = time_of(parsed, "DTEND")
        starts, ends = self._instants(start, end)
        return DatedOccurrence(
            words_of(parsed, speaks.parsed),
            Occurrence(
                words=0,
                key=key,
                starts=starts,
                ends=ends if ends and ends > starts else None,
                zone=self.zones.read_in(start),
                all_day=is_all_day(parsed, start),
                state=state_of(parsed, speaks.component),
            ),
        )

    def _instants(
        self, start: Time, end: Time | None
    ) -> tuple[datetime, datetime | None]:
        ends = None if end is None else self.zones.instant(end)
        return self.zones.instant(start), ends

    def _chosen(
        self, dates: Sequence[DatedOccurrence]
    ) -> tuple[list[DatedOccurrence], str]:
        """Return which dates are news and which only put right what is known."""
        question = self.question
        news: list[DatedOccurrence] = []
        others: list[DatedOccurrence] = []
        for dated in dates:
            occurrence = dated.occurrence
            horizon = question.soon if news else question.until
            is_news = occurrence.state != "cancelled" and occurrence.starts < horizon
            (news if is_news else others).append(dated)
        too_many = ""
        most = limits.SERIES_NEWS
        if len(news) > most:
            too_many = f"has more than {most} dates within days: tell of the rest"
        updates = [dated.changed(is_news=False) for dated in (*news[most:], *others)]
        return [*news[:most], *updates[: limits.SERIES_UPDATES]], too_many


def by_series(components: Sequence[Component]) -> Iterator[tuple[str, list[Component]]]:
    """Yield the beginning of keys and the events of each UID.

    Single events come first: they cost least, and are most of a calendar.
    """
    groups: dict[str, list[Component]] = {}
    for number, component in enumerate(components):
        uid = component.value("UID").strip() or f"without a UID {number}"
        groups.setdefault(uid, []).append(component)

    def is_series(group: Sequence[Component]) -> bool:
        repeats = group[0].value("RRULE") or group[0].value("RDATE")
        return len(group) > 1 or bool(repeats)

    for group in sorted(groups.values(), key=is_series):
        yield group[0].stem, group


def key_of(stem: str, which: Time, first: Time | None) -> str:
    """Return the key of one date of a series.

    It names the day, as the series' `first` counts days, and not the time: so it
    stays when the series is moved to another time of day.
    """
    if isinstance(which, datetime) and isinstance(first, datetime):
        which = wall_time_at(which, first)
    return f"{stem} {date(which.year, which.month, which.day)}"


def _latest(
    masters: Sequence[ParsedEvent],
) -> tuple[ParsedEvent | None, list[EventFault]]:
    """Return the latest version of an event, and the others that are no versions."""
    if not masters:
        return None, []
    latest = max(masters, key=lambda event: event.sequence)
    rivals = [
        EventFault(
            event.component.title, "has the UID of another event: give it its own"
        )
        for event in masters
        if event is not latest and event.sequence == latest.sequence
        if event.parsed != latest.parsed
    ]
    return latest, rivals


def _with_distinct_keys(dates: Sequence[DatedOccurrence]) -> list[DatedOccurrence]:
    """Return the dates with keys that differ: the second of a day is counted."""
    counts: dict[str, int] = {}
    distinct = []
    for dated in dates:
        key = dated.occurrence.key
        counts[key] = count = counts.get(key, 0) + 1
        distinct.append(dated if count == 1 else dated.changed(key=f"{key}/{count}"))
    return distinct


def _start(dated: DatedOccurrence) -> tuple[datetime, str]:
    return dated.occurrence.starts, dated.occurrence.key
