"""Events from a calendar: an iCalendar address or file."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.calendars.event_words import raw_event
from digest.gather.calendars.ics.answer import (
    CalendarAnswer,
    CalendarQuestion,
    Occurrence,
)
from digest.gather.calendars.ics.process import ask
from digest.gather.fetching.document import CALENDAR, LIMITS, SourceMemory
from digest.gather.items.moments import Moment
from digest.gather.items.raw_item import RawItem, event_of
from digest.gather.items.reading import ItemCollector, Reading, SourceVisit
from digest.gather.markup.clean_text import one_line
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import EventState
from digest.model.staff_words import counted

_WEB = ("http://", "https://", "webcal://", "webcals://")

Ask = Callable[[bytes, CalendarQuestion], CalendarAnswer]


def read_calendar(source: Source, visit: SourceVisit) -> Reading:
    """Return the events that a calendar has ahead, each date of a series its own.

    Single events that start within the source's `ahead`; of one that repeats,
    the next date and those of the next two weeks. All else it has to come is in
    `updates`. One bad event is named and the others are taken. Raises SourceError
    where there is no calendar, or it costs too much to work out.
    """
    return read_from(_content(source.location, visit), source, visit)


def read_from(
    content: bytes, source: Source, visit: SourceVisit, by: Ask = ask
) -> Reading:
    """Return what the bytes of a calendar hold; see `read_calendar`.

    `by` works them out: `ask` in a child process within limits, or `answered`
    right here.
    """
    soon = visit.since + min(source.ahead, limits.SERIES_AHEAD)
    question = CalendarQuestion(
        visit.since, visit.since + source.ahead, soon, visit.zone
    )
    answer = by(content, question)
    if answer.refused:
        raise SourceError(f"{source.location} {answer.refused}")
    events = ItemCollector()
    for fault in answer.faults:
        tell = events.remark if fault.is_part else events.skip
        tell(one_line(fault.name), one_line(fault.why))
    raws = _raw_events(answer, events)
    is_whole = answer.is_whole and all(raws)
    updates = []
    for occurrence in answer.occurrences:
        raw = raws[occurrence.words]
        if raw and occurrence.is_news:
            events.add(_dated(raw, occurrence), raw.name)
        elif raw:
            updates.append(event_of(_dated(raw, occurrence))[0])
    return Reading(
        items=tuple(events.items),
        skipped=tuple(events.skipped),
        memory=SourceMemory(moved_to=visit.memory.moved_to),
        origins=events.origins,
        notes=tuple(_notes(answer, len(updates), len(events.skipped))),
        updates=tuple(updates),
        covers=(visit.since, question.until) if is_whole else None,
        unread=frozenset(answer.unread),
    )


def _content(location: str, visit: SourceVisit) -> bytes:
    if location.lower().startswith(_WEB):
        # What webcal stands for is https, which every host has.
        scheme, _, rest = location.partition("://")
        is_http = scheme.lower().startswith("http")
        # A calendar that has not changed still has new dates coming near, so it
        # is always asked for whole.
        visit = replace(visit, memory=SourceMemory(moved_to=visit.memory.moved_to))
        document = visit.fetch(location if is_http else f"https://{rest}", CALENDAR)
        return document.content or b""
    try:
        with Path(location).open("rb") as file:
            content = file.read(LIMITS.size + 1)
    except OSError as problem:
        raise SourceError(
            f"{location} cannot be read: {problem.strerror}; "
            "give the path of an .ics file"
        ) from problem
    if len(content) > LIMITS.size:
        raise SourceError(f"{location} is over {LIMITS.size / 1e6:g} MB: shorten it")
    return content


def _raw_events(answer: CalendarAnswer, events: ItemCollector) -> list[RawItem | None]:
    """Return what each component says, None for one that is skipped."""
    raws: list[RawItem | None] = []
    for words in answer.words:
        try:
            raws.append(raw_event(words))
        except ValueError as problem:
            raws.append(None)
            name = one_line(words.title) or "an event without a title"
            events.skip(name[: limits.NAME_LENGTH], str(problem))
    return raws


def _dated(raw: RawItem, occurrence: Occurrence) -> RawItem:
    return replace(
        raw,
        key=occurrence.key,
        starts=Moment(occurrence.starts, occurrence.all_day),
        ends=Moment(occurrence.ends) if occurrence.ends else None,
        zone=occurrence.zone,
        state=EventState(occurrence.state),
    )


def _notes(answer: CalendarAnswer, further: int, skipped: int) -> Iterator[str]:
    if further:
        yield (
            f"{counted(further, 'more date is', 'more dates are')} further ahead, "
            f"{'follows' if further == 1 else 'follow'} the next one of a series, or "
            f"{'is cancelled: it is' if further == 1 else 'are cancelled: they are'} "
            "no news yet"
        )
    if answer.over:
        yield (
            f"{counted(answer.over, 'event is over', 'events are over')}, and none is "
            f"ahead{_last_day(answer.last)}"
        )
    elif not (answer.occurrences or skipped):
        yield "holds no events"


def _last_day(last: Occurrence | None) -> str:
    if last is None:
        return ""
    day = last.starts.astimezone(ZoneInfo(last.zone))
    return f": the last began on {day.day} {day:%B %Y}"
