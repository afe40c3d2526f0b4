"""How readers are told of an event: its headline, its times, and what has changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from digest.model.posts.items import Event, EventState
from digest.render.words.catalogue import Phrase, Words
from digest.render.words.dates import (
    day_in_words,
    day_without_year,
    hours_of,
    local,
    when,
    zone_of,
)

# As many days in a row are told as one stretch.
_STRETCH = 3
_DAY = timedelta(days=1)


def headline(event: Event, title: str, words: Words) -> str:
    """Return the title with what readers must not miss before it."""
    if event.state is EventState.CANCELLED:
        return words.gettext("Cancelled: %(title)s", title=title)
    if event.announced is None:
        return title
    if event.announced == event.span:
        # Translators: of an event that was called off, and does take place.
        return words.gettext("On after all: %(title)s", title=title)
    return words.gettext("New time: %(title)s", title=title)


def is_off(event: Event) -> bool:
    """Whether nobody is to come, to join or to book."""
    return event.state is EventState.CANCELLED


def calendar_words(event: Event, title: str, words: Words) -> Phrase:
    """Return what a link to its file says, which takes out what is off."""
    if is_off(event):
        # Translators: a link to a file for calendars, of an event that is cancelled.
        return words.gettext("Take “%(title)s” out of my calendar", title=title)
    # Translators: a link to a file for calendars, of an event.
    return words.gettext("Put “%(title)s” in my calendar", title=title)


def times(event: Event, home_zone: str, words: Words) -> Iterator[tuple[str, str]]:
    """Yield when an event is, or was to be, each as a name and words."""
    if is_off(event):
        # Translators: before the time of an event that is cancelled.
        name = words.gettext("Was to be")
        yield name, when(event, home_zone, words, event.announced)
        return
    yield from _dates(event, home_zone, words)
    if event.announced and event.announced != event.span:
        # Translators: before the time at which an event was to be at first.
        name = words.gettext("Instead of")
        yield name, when(event, home_zone, words, event.announced)
    if event.state is EventState.PROVISIONAL:
        yield (
            words.gettext("Please note"),
            words.gettext("this is not yet certain. Please check before you set out."),
        )


def first_day(event: Event, words: Words) -> str:
    """Return the day of an event for a list: "Tuesday 7 July"; of several the first."""
    span = event.announced if is_off(event) and event.announced else event.span
    day = day_without_year(span.starts, event.zone, words)
    if not event.also or not words.is_spoken:
        return day
    # Translators: the first day of an event that has more of them.
    return words.gettext("%(day)s and later", day=day)


def _dates(event: Event, home_zone: str, words: Words) -> Iterator[tuple[str, str]]:
    zone = zone_of(event.zone, home_zone)
    spans = (event.span, *event.also)
    walls = [local(span, zone) for span in spans]
    within_a_day = all(ends is None or ends.date() == at.date() for at, ends in walls)
    hours = {(at.time(), ends and ends.time()) for at, ends in walls}
    # Translators: before the time of an event.
    name = words.gettext("When")
    if len(spans) > 1 and within_a_day and len(hours) == 1 and not event.all_day:
        clock = hours_of(*walls[0], home_zone, words)
        days = _listed([at for at, _ in walls], words)
        yield name, f"{days[0].upper()}{days[1:]}, {clock}"
        return
    for number, span in enumerate(spans):
        if number:
            # Translators: before one more time of an event.
            name = words.gettext("Also")
        yield name, when(event, home_zone, words, span)


def _listed(days: Sequence[datetime], words: Words) -> str:
    """Return days as people list them, with the year once where it is the same."""
    year_once = words.is_spoken and len({day.year for day in days}) == 1

    def in_words(day: datetime) -> str:
        zone = str(day.tzinfo)
        if year_once and day is not days[-1]:
            return day_without_year(day, zone, words)
        return day_in_words(day, zone, words)

    parts: list[str] = []
    for stretch in _stretches(days):
        if words.is_spoken and len(stretch) >= _STRETCH:
            first, last = in_words(stretch[0]), in_words(stretch[-1])
            parts.append(
                # Translators: begins a list of days; its first letter becomes a
                # capital by itself.
                words.gettext(
                    "every day from %(first)s to %(last)s", first=first, last=last
                )
            )
        else:
            parts += map(in_words, stretch)
    return words.listed(parts)


def _stretches(days: Sequence[datetime]) -> Iterator[list[datetime]]:
    """Yield the days in stretches without a gap."""
    stretch: list[datetime] = []
    for day in days:
        if stretch and day.date() - stretch[-1].date() != _DAY:
            yield stretch
            stretch = []
        stretch.append(day)
    yield stretch
