"""What's on, by day, as every format says it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from digest.model.editions.coming_events import ComingEvent, ComingMark
from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.items import Event
from digest.render.addresses import phone_address, web_address
from digest.render.limits import WHATS_ON_EVENTS
from digest.render.options import no_calendar
from digest.render.words.catalogue import Phrase, Words, words_of
from digest.render.words.dates import day_without_year, hours_of, local, when, zone_of
from digest.render.words.event_times import calendar_words, is_off


@dataclass(frozen=True, slots=True)
class ComingLine:
    """An event of a day: its title with what it is to the reader, and its facts.

    `phone` is rung at `phone_href`, and `online` is where to join; "" without.
    `calendar` leads to its file for calendars at `calendar_href`, "" without.
    `entry_id` is as of `ComingEvent`.
    """

    title: Phrase
    facts: str
    phone: str
    phone_href: str
    online: str
    calendar: str
    calendar_href: str
    entry_id: int


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A day in the campaign's own zone, and what is on."""

    day: Phrase
    lines: tuple[ComingLine, ...]


def coming_days(
    variant: Variant,
    title_of: Callable[[Event], str],
    calendar_url: Callable[[Sequence[int]], str] = no_calendar,
    most: int = WHATS_ON_EVENTS,
) -> tuple[ComingDay, ...]:
    """Return what is on, by day; none where the variant has no such list.

    What goes on since before the edition's day stands under that day. `calendar_url`
    is as of `RenderOptions`. No more than `most` of them are listed.
    """
    words, zone = words_of(variant), variant.campaign.timezone

    def begins(coming: ComingEvent) -> datetime:
        return max(_starts(coming.event), variant.slot).astimezone(zone_of(zone))

    def day(coming: ComingEvent) -> date:
        return begins(coming).date()

    listed = sorted(variant.coming[:most], key=begins)
    return tuple(
        ComingDay(
            Phrase(day_without_year(begins(of_day[0]), zone, words)),
            tuple(
                _line(coming, variant, title_of(coming.event), calendar_url)
                for coming in of_day
            ),
        )
        for of_day in ([*group] for _, group in groupby(listed, key=day))
    )


def more_on(variant: Variant, most: int = WHATS_ON_EVENTS) -> str:
    """Return how many more events are on than are listed, "" where there are none."""
    number = len(variant.coming) - most
    if number <= 0:
        return ""
    return words_of(variant).ngettext(
        # Translators: below a list of events.
        "And %(number)d more event.",
        "And %(number)d more events.",
        number,
    )


def _line(
    coming: ComingEvent,
    variant: Variant,
    title: str,
    calendar_url: Callable[[Sequence[int]], str],
) -> ComingLine:
    words, event = words_of(variant), coming.event
    phone = "" if is_off(event) else cleaned(event.booking_phone)
    calendar_href = calendar_url((coming.entry_id,))
    return ComingLine(
        title=_marked(title, coming.mark, words),
        facts=_facts(event, variant, words),
        phone=words.number(phone) if phone else "",
        phone_href=phone_address(phone) if phone else "",
        online="" if is_off(event) else web_address(event.joining_url),
        calendar=calendar_words(event, title, words) if calendar_href else "",
        calendar_href=calendar_href,
        entry_id=coming.entry_id,
    )


def _marked(title: str, mark: ComingMark, words: Words) -> Phrase:
    match mark:
        case ComingMark.TOLD:
            return title if isinstance(title, Phrase) else Phrase(title)
        case ComingMark.NEW:
            # Translators: an event of which the reader has not heard before.
            return words.gettext("New: %(title)s", title=title)
        case ComingMark.CHANGED:
            # Translators: an event at another time or place than the reader was told.
            return words.gettext("Changed: %(title)s", title=title)
        case ComingMark.OFF:
            # Translators: an event that does not take place.
            return words.gettext("Called off: %(title)s", title=title)


def _facts(event: Event, variant: Variant, words: Words) -> str:
    home = variant.campaign.timezone
    starts, ends = local(event.span, zone_of(event.zone, home))
    within_a_day = ends is None or ends.date() == starts.date()
    if is_off(event):
        time = ""
    elif event.all_day or not within_a_day or event.starts < variant.slot:
        time = when(event, home, words)
    else:
        time = hours_of(starts, ends, home, words)
    place = cleaned(event.place)
    if not (time and place):
        return time or place
    # Translators: of an event, as in "9am to 11am, The Hall".
    return words.gettext("%(time)s, %(place)s", time=time, place=place)


def _starts(event: Event) -> datetime:
    span = event.announced if is_off(event) and event.announced else event.span
    return span.starts
