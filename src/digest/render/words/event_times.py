"""How readers are told of an event: its headline, its times, and what has changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from babel.lists import format_list

from digest.model.posts.items import Event, EventState
from digest.render.words.dates import (
    day_in_words,
    day_without_year,
    hours_of,
    local,
    locale_of,
    when,
    zone_of,
)

# As many days in a row are told as one stretch.
_STRETCH = 3
_DAY = timedelta(days=1)
_NOT_CERTAIN = "this is not yet certain. Please check before you set out."


def headline(event: Event, title: str) -> str:
    """Return the title with what readers must not miss before it."""
    if event.state is EventState.CANCELLED:
        return f"Cancelled: {title}"
    if event.told is None:
        return title
    return f"{'On after all' if event.told == event.span else 'New time'}: {title}"


def is_off(event: Event) -> bool:
    """Whether nobody is to come, to join or to book."""
    return event.state is EventState.CANCELLED


def times(event: Event, home_zone: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield when an event is, or was to be, each as a name and words."""
    if is_off(event):
        yield "Was to be", when(event, home_zone, language, event.told)
        return
    yield from _dates(event, home_zone, language)
    if event.told and event.told != event.span:
        yield "Instead of", when(event, home_zone, language, event.told)
    if event.state is EventState.PROVISIONAL:
        yield "Please note", _NOT_CERTAIN


def first_day(event: Event, language: str) -> str:
    """Return the day of an event for a list: "Tuesday 7 July"; of several the first."""
    told = event.told if is_off(event) and event.told else event.span
    day = day_without_year(told.starts, event.zone, language)
    is_english = locale_of(language).language == "en"
    return f"{day} and later" if event.also and is_english else day


def _dates(event: Event, home_zone: str, language: str) -> Iterator[tuple[str, str]]:
    zone = zone_of(event.zone, home_zone)
    spans = (event.span, *event.also)
    walls = [local(span, zone) for span in spans]
    within_a_day = all(ends is None or ends.date() == at.date() for at, ends in walls)
    hours = {(at.time(), ends and ends.time()) for at, ends in walls}
    if len(spans) > 1 and within_a_day and len(hours) == 1 and not event.all_day:
        clock = hours_of(*walls[0], home_zone, language)
        days = _listed([at for at, _ in walls], language)
        yield "When", f"{days[0].upper()}{days[1:]}, {clock}"
        return
    for number, span in enumerate(spans):
        yield ("Also" if number else "When"), when(event, home_zone, language, span)


def _listed(days: Sequence[datetime], language: str) -> str:
    """Return days as people list them, with the year once where it is the same."""
    locale = locale_of(language)
    is_english = locale.language == "en"
    year_once = is_english and len({day.year for day in days}) == 1

    def told(day: datetime) -> str:
        zone = str(day.tzinfo)
        if year_once and day is not days[-1]:
            return day_without_year(day, zone, language)
        return day_in_words(day, zone, language)

    said: list[str] = []
    for stretch in _stretches(days):
        if is_english and len(stretch) >= _STRETCH:
            said.append(f"every day from {told(stretch[0])} to {told(stretch[-1])}")
        else:
            said += map(told, stretch)
    return format_list(said, locale=locale)


def _stretches(days: Sequence[datetime]) -> Iterator[list[datetime]]:
    """Yield the days in stretches without a gap."""
    stretch: list[datetime] = []
    for day in days:
        if stretch and day.date() - stretch[-1].date() != _DAY:
            yield stretch
            stretch = []
        stretch.append(day)
    yield stretch
