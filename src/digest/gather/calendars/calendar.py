"""Events from a calendar: an iCalendar address or file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.calendars.event_words import EventText, said_by
from digest.gather.calendars.ics.answer import (
    CalendarAnswer,
    CalendarQuestion,
    ComponentWords,
    Occurrence,
)
from digest.gather.calendars.ics.process import ask
from digest.gather.fetching.document import CALENDAR, LIMITS, SourceMemory
from digest.gather.items.origins import origins
from digest.gather.items.reading import Reading, Skipped, SourceVisit
from digest.gather.markup.words import one_line
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Event, EventState
from digest.model.posts.summary import summarise

_WEB = ("http://", "https://", "webcal://", "webcals://")
_FROM = {
    "key": "UID",
    "title": "SUMMARY",
    "starts": "DTSTART",
    "ends": "DTEND or DURATION",
    "all_day": "DTSTART, which is a day",
    "zone": "the time zone of DTSTART, the calendar's own or the campaign's",
    "place": "LOCATION",
    "joining_url": "CONFERENCE, LOCATION or DESCRIPTION",
    "url": "URL",
    "topics": "CATEGORIES",
    "body": "DESCRIPTION",
    "state": "STATUS",
}

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
    skipped = [Skipped(one_line(one.name), one_line(one.why)) for one in answer.faults]
    said = _all_said(answer.words, skipped)
    told = [
        (one.is_news, _event(one, words))
        for one in answer.happenings
        if (words := said[one.words])
    ]
    news = tuple(event for is_new, event in told if is_new)
    updates = tuple(event for is_new, event in told if not is_new)
    is_whole = answer.is_whole and all(said)
    return Reading(
        items=news,
        skipped=tuple(skipped),
        memory=SourceMemory(moved_to=visit.memory.moved_to),
        origins={one.key: origins(one, _FROM) for one in news},
        notes=_notes(len(updates)),
        updates=updates,
        covers=(visit.since, question.until) if is_whole else None,
        unread=frozenset(answer.unread),
    )


def _content(location: str, visit: SourceVisit) -> bytes:
    if location.lower().startswith(_WEB):
        # A calendar that has not changed still has new dates coming near, so it
        # is always asked for whole.
        memory = SourceMemory(moved_to=visit.memory.moved_to)
        found = replace(visit, memory=memory).fetch(_over_http(location), CALENDAR)
        return found.content or b""
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


def _over_http(address: str) -> str:
    """Return the address that webcal stands for: https, which every host has."""
    scheme, _, rest = address.partition("://")
    return address if scheme.lower().startswith("http") else f"https://{rest}"


def _all_said(
    words: tuple[ComponentWords, ...], skipped: list[Skipped]
) -> list[EventText | None]:
    said: list[EventText | None] = []
    for one in words:
        try:
            said.append(said_by(one))
        except ValueError as problem:
            said.append(None)
            name = one_line(one.title) or "an event without a title"
            skipped.append(Skipped(name[: limits.NAME_LENGTH], str(problem)))
    return said


def _event(happening: Occurrence, said: EventText) -> Event:
    return Event(
        key=happening.key,
        title=said.title,
        starts=happening.starts,
        zone=happening.zone,
        ends=happening.ends,
        all_day=happening.all_day,
        place=said.place,
        joining_url=said.joining_url,
        url=said.url,
        summary=summarise(said.body),
        body=said.body,
        topics=said.topics,
        state=EventState(happening.state),
    )


def _notes(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (
        f"{count} more dates are further ahead, follow the next one of a series, "
        "or are cancelled: they are no news yet",
    )
