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
from digest.gather.calendars.ics.names import is_later_part, key_of, name_of, stem_of
from digest.gather.calendars.ics.refusals import BadEventError, check, why
from digest.gather.calendars.ics.zones import Time, Zones, is_same, like

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DatedOccurrence:
    """One date of an event with its words, not yet numbered."""

    words: ComponentWords
    happening: Occurrence


@dataclass(frozen=True, slots=True)
class ExpandedSeries:
    """What there is to tell of one UID, and of what nothing can be said."""

    dates: tuple[DatedOccurrence, ...] = ()
    faults: tuple[EventFault, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(slots=True)
class Series:
    """The events of one UID, being worked out."""

    question: CalendarQuestion
    zones: Zones
    stem: str

    def told(self, pieces: Sequence[Component]) -> ExpandedSeries:
        """Return the dates of these events; one bad event is named and left out.

        Raises BadEventError, or whatever a library trips over, where all are at fault.
        """
        parsed, faults, unread = self._parsed(pieces)
        changes = [one for one in parsed if one.recurrence is not None]
        masters = [one for one in parsed if one.recurrence is None]
        master, rivals = _latest(masters)
        faults += rivals
        if not parsed:
            return ExpandedSeries((), tuple(faults), tuple(unread))
        if master is not None and not changes and not master.repeats:
            dates = [self._dated(master.component, master, self.stem)]
        else:
            dates = self._dates(master, changes)
        wanted = [
            one
            for one in dates
            if one.happening.key not in unread
            and not _is_over(one.happening, self.question.since)
        ]
        kept, too_many = self._chosen(sorted(wanted, key=_start))
        if too_many:
            faults.append(EventFault(name_of(parsed[0].piece), too_many))
        return ExpandedSeries(tuple(kept), tuple(faults), tuple(unread))

    def _parsed(
        self, pieces: Sequence[Component]
    ) -> tuple[list[ParsedEvent], list[EventFault], list[str]]:
        parsed: list[ParsedEvent] = []
        faults: list[EventFault] = []
        unread: list[str] = []
        for piece in pieces:
            try:
                check(piece)
                one = ParsedEvent.of(piece)
                check_length(*self._instants(one.start, one.end))
                parsed.append(one)
            except Exception as problem:  # noqa: BLE001 - or what a library trips over
                faults.append(EventFault(name_of(piece), why(problem)))
                unread.append(self._stem_of_unread(piece))
        return parsed, faults, unread

    def _stem_of_unread(self, piece: Component) -> str:
        """Return the key of what a bad piece would have said, or of all its series.

        A date that is changed by what cannot be read is left out, as nobody
        knows whether it takes place.
        """
        digits = piece.value("RECURRENCE-ID")[:8]
        try:
            return f"{self.stem} {date.fromisoformat(digits)}"
        except ValueError:
            return self.stem

    def _dates(
        self, master: ParsedEvent | None, changes: Sequence[ParsedEvent]
    ) -> list[DatedOccurrence]:
        calendar = icalendar.Calendar()
        for one in filter(None, (master, *changes)):
            calendar.add_component(one.component)
        try:
            found = recurring_ical_events.of(calendar).between(
                self._midnight_before(), self.question.until + _DAY
            )
        except BadRuleStringFormat as problem:
            raise BadEventError(BAD_RULE) from problem
        by_change = {one.recurrence: one for one in changes}
        dates = [self._date(one, master, by_change) for one in found]
        there = {one.happening.key for one in dates}
        # Dates that were put off beyond what was asked for are still known of.
        later = (self._date(one.component, master, by_change) for one in changes)
        dates += [
            one
            for one in later
            if one.happening.key not in there
            and one.happening.starts > self.question.until
        ]
        return _apart(sorted(dates, key=_start))

    def _midnight_before(self) -> datetime:
        # A whole day, so that two dates of one day are always found together.
        day = self.question.since.replace(hour=0, minute=0, second=0, microsecond=0)
        return day - _DAY

    def _date(
        self,
        component: icalendar.Component,
        master: ParsedEvent | None,
        changes: dict[Time | None, ParsedEvent],
    ) -> DatedOccurrence:
        which = time_of(component, "RECURRENCE-ID") or date.min
        change = changes.get(which)
        start = time_of(component, "DTSTART") or which
        if change is not None and change.changes_later_ones and start != change.start:
            # The library leaves the first date's id on every later one.
            which = start - (like(change.start, start) - like(which, start))
        speaks = change or master
        if speaks is None:
            raise BadEventError("changes an event that is not there: enter it anew")
        first = None if master is None else master.start
        is_first = first is not None and is_same(which, first)
        if is_first and not is_later_part(speaks.piece):
            return self._dated(component, speaks, self.stem)
        return self._dated(component, speaks, key_of(self.stem, which, first))

    def _dated(
        self, component: icalendar.Component, speaks: ParsedEvent, key: str
    ) -> DatedOccurrence:
        start, end = speaks.start, speaks.end
        if component is not speaks.component:
            start = time_of(component, "DTSTART") or start
            end = time_of(component, "DTEND")
        starts, ends = self._instants(start, end)
        return DatedOccurrence(
            words_of(component, speaks.component),
            Occurrence(
                words=0,
                key=key,
                starts=starts,
                ends=ends if ends and ends > starts else None,
                zone=self.zones.read_in(start),
                all_day=is_all_day(component, start),
                state=state_of(component, speaks.piece),
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
        for one in dates:
            happening = one.happening
            horizon = question.soon if news else question.until
            is_news = happening.state != "cancelled" and happening.starts < horizon
            (news if is_news else others).append(one)
        too_many = ""
        if len(news) > limits.SERIES_NEWS:
            too_many = (
                f"has more than {limits.SERIES_NEWS} dates within days: "
                "tell of the rest"
            )
        updates = [_no_news(one) for one in (*news[limits.SERIES_NEWS :], *others)]
        return [
            *news[: limits.SERIES_NEWS],
            *updates[: limits.SERIES_UPDATES],
        ], too_many


def by_series(pieces: Sequence[Component]) -> Iterator[tuple[str, list[Component]]]:
    """Yield the beginning of keys and the events of each UID.

    Single events come first: they cost least, and are most of a calendar.
    """
    found: dict[str, list[Component]] = {}
    for number, piece in enumerate(pieces):
        uid = piece.value("UID").strip() or f"without a UID {number}"
        found.setdefault(uid, []).append(piece)
    for group in sorted(found.values(), key=_is_series):
        yield stem_of(group[0]), group


def _is_series(group: Sequence[Component]) -> bool:
    return len(group) > 1 or bool(group[0].value("RRULE") or group[0].value("RDATE"))


def _latest(
    masters: Sequence[ParsedEvent],
) -> tuple[ParsedEvent | None, list[EventFault]]:
    """Return the latest version of an event, and the others that are no versions."""
    if not masters:
        return None, []
    latest = max(masters, key=lambda one: one.sequence)
    rivals = [
        EventFault(name_of(one.piece), "has the UID of another event: give it its own")
        for one in masters
        if one is not latest and one.sequence == latest.sequence
        if one.component != latest.component
    ]
    return latest, rivals


def _apart(dates: Sequence[DatedOccurrence]) -> list[DatedOccurrence]:
    """Return the dates with keys that differ: the second of a day is counted."""
    seen: dict[str, int] = {}
    made = []
    for one in dates:
        key = one.happening.key
        seen[key] = count = seen.get(key, 0) + 1
        made.append(one if count == 1 else _with(one, key=f"{key}/{count}"))
    return made


def _no_news(one: DatedOccurrence) -> DatedOccurrence:
    return _with(one, is_news=False)


def _with(one: DatedOccurrence, **changes: Any) -> DatedOccurrence:
    return DatedOccurrence(one.words, replace(one.happening, **changes))


def _start(one: DatedOccurrence) -> tuple[datetime, str]:
    return one.happening.starts, one.happening.key


def _is_over(happening: Occurrence, since: datetime) -> bool:
    day = _DAY if happening.all_day else timedelta(0)
    return (happening.ends or happening.starts + day) <= since
