"""Dates and times in words, in the reader's language and the right time zone."""

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location

from digest.model.posts.items import Event, TimeSpan
from digest.render.words.catalogue import Words

_AMERICAN = frozenset({"US", "PH", "PR"})


def day_in_words(instant: datetime, zone: str, words: Words) -> str:
    """Return the day with its year: "Tuesday 7 July 2026"."""
    return _day(instant.astimezone(ZoneInfo(zone)).date(), words)


def day_without_year(instant: datetime, zone: str, words: Words) -> str:
    """Return the day as one says it in its own year: "Tuesday 7 July"."""
    locale = words.locale
    day = instant.astimezone(zone_of(zone)).date()
    if locale.language != "en":
        return words.from_babel(format_skeleton("MMMMEEEEd", day, locale=locale))
    pattern = "EEEE, MMMM d" if locale.territory in _AMERICAN else "EEEE d MMMM"
    return words.from_babel(format_date(day, pattern, locale))


def month_and_year(instant: datetime, zone: str, words: Words) -> str:
    """Return the month with its year: "July 2026"."""
    day = instant.astimezone(zone_of(zone)).date()
    return words.from_babel(format_skeleton("yMMMM", day, locale=words.locale))


def moment_told(instant: datetime, zone: str, words: Words) -> str:
    """Return the day and the time: "Tuesday 7 July, 9am"."""
    local = instant.astimezone(zone_of(zone))
    return f"{day_without_year(instant, zone, words)}, {_clock(local, words)}"


def when(
    event: Event, home_zone: str, words: Words, span: TimeSpan | None = None
) -> str:
    """Return when an event is, in the zone in which people read it.

    "Tuesday 7 July 2026, 9am to 11:30am"; the zone is named where its clocks
    differ from the campaign's own, and a zone nobody knows is that one. `span`
    is another time of the same event.
    """
    zone = zone_of(event.zone, home_zone)
    starts, ends = local(span or event.span, zone)
    if event.all_day:
        return _days(starts, ends, words)
    if ends and ends > starts and ends.date() != starts.date():
        first = f"{_day(starts.date(), words)}, {_clock(starts, words)}"
        last = f"{_day(ends.date(), words)}, {_clock(ends, words)}"
        return _in_zone(_range(first, last, words), starts, home_zone, words)
    hours = hours_of(starts, ends, home_zone, words)
    return f"{_day(starts.date(), words)}, {hours}"


def hours_of(
    starts: datetime, ends: datetime | None, home_zone: str, words: Words
) -> str:
    """Return the hours of a day, "9am to 11:30am", with their zone where it differs."""
    hours = _clock(starts, words)
    if ends and ends > starts:
        hours = _range(hours, _clock(ends, words), words)
    return _in_zone(hours, starts, home_zone, words)


def local(span: TimeSpan, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Return the wall times at which something begins and ends."""
    ends = span.ends.astimezone(zone) if span.ends else None
    return span.starts.astimezone(zone), ends


def zone_of(name: str, otherwise: str = "UTC") -> ZoneInfo:
    """Return the zone of that name, or the other where nobody knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(otherwise)


def _in_zone(time: str, starts: datetime, home_zone: str, words: Words) -> str:
    """Return the time, with its zone where that has another clock than home has."""
    zone: tzinfo | None = starts.tzinfo
    at_home = starts.astimezone(ZoneInfo(home_zone))
    if not isinstance(zone, ZoneInfo) or starts.utcoffset() == at_home.utcoffset():
        return time
    city = words.from_babel(
        get_timezone_location(zone, locale=words.locale, return_city=True)
    )
    if not words.is_spoken:
        return f"{time} ({city})"
    # Translators: a time where an event is, such as "9am (Paris time)".
    return words.gettext("%(time)s (%(city)s time)", time=time, city=city)


def _days(starts: datetime, ends: datetime | None, words: Words) -> str:
    first = _day(starts.date(), words)
    # An all-day event ends at the midnight after its last day.
    last_day = (ends - timedelta(microseconds=1)).date() if ends else starts.date()
    if last_day <= starts.date():
        return first
    return _range(first, _day(last_day, words), words)


def _day(day: date, words: Words) -> str:
    locale = words.locale
    if locale.language == "en" and locale.territory not in _AMERICAN:
        return words.from_babel(format_date(day, "EEEE d MMMM y", locale))
    return words.from_babel(format_date(day, "full", locale))


def _clock(instant: datetime, words: Words) -> str:
    locale = words.locale
    if words.is_spoken and (instant.hour, instant.minute) == (12, 0):
        # Translators: 12 o'clock in the day; write 12:00 where people write so.
        return words.gettext("midday")
    if words.is_spoken and (instant.hour, instant.minute) == (0, 0):
        # Translators: 12 o'clock at night; write 00:00 where people write so.
        return words.gettext("midnight")
    if locale.language != "en":
        return words.from_babel(format_time(instant, "short", locale=locale))
    pattern = "ha" if instant.minute == 0 else "h:mma"
    clock = format_time(instant, pattern, locale=locale)
    return words.from_babel(clock.lower().replace("\u202f", ""))


def _range(first: str, last: str, words: Words) -> str:
    if not words.is_spoken:
        return f"{first} \N{EN DASH} {last}"
    # Translators: from one time to another, as in "9am to 11am".
    return words.pgettext("times", "%(first)s to %(last)s", first=first, last=last)
