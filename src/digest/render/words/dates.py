"""Dates and times in words, in the reader's language and the right time zone."""

import re
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location

from digest.model.posts.items import Event, TimeSpan

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_AMERICAN = frozenset({"US", "PH", "PR"})


def locale_of(language: str) -> Locale:
    """Return the locale of a language tag such as en-GB; English where unknown."""
    for tag in (language, language.partition("-")[0], "en-GB"):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("Babel knows British English")


def language_tag(language: str) -> str:
    """Return the tag for Content-Language and lang, never anything but a tag."""
    return language if _TAG.fullmatch(language) else "en-GB"


def direction(language: str) -> str:
    """Return "rtl" for a language written from right to left, else "ltr"."""
    return locale_of(language).text_direction


def day_in_words(instant: datetime, zone: str, language: str) -> str:
    """Return the day with its year: "Tuesday 7 July 2026"."""
    return _day(instant.astimezone(ZoneInfo(zone)).date(), locale_of(language))


def day_without_year(instant: datetime, zone: str, language: str) -> str:
    """Return the day as one says it in its own year: "Tuesday 7 July"."""
    locale = locale_of(language)
    day = instant.astimezone(zone_of(zone)).date()
    if locale.language != "en":
        return format_skeleton("MMMMEEEEd", day, locale=locale)
    pattern = "EEEE, MMMM d" if locale.territory in _AMERICAN else "EEEE d MMMM"
    return format_date(day, pattern, locale)


def when(
    event: Event, home_zone: str, language: str, span: TimeSpan | None = None
) -> str:
    """Return when an event is, in the zone in which people read it.

    "Tuesday 7 July 2026, 9am to 11:30am"; the zone is named where its clocks
    differ from the campaign's own, and a zone nobody knows is that one. `span`
    is another time of the same event.
    """
    locale, zone = locale_of(language), zone_of(event.zone, home_zone)
    starts, ends = local(span or event.span, zone)
    if event.all_day:
        return _days(starts, ends, locale)
    if ends and ends > starts and ends.date() != starts.date():
        last = f"{_day(ends.date(), locale)}, {_clock(ends, locale)}"
        said = f"{_day(starts.date(), locale)}, {_clock(starts, locale)}"
        return (
            f"{said} {_to(locale)} {last}{_place_of(zone, starts, home_zone, locale)}"
        )
    hours = hours_of(starts, ends, home_zone, language)
    return f"{_day(starts.date(), locale)}, {hours}"


def hours_of(
    starts: datetime, ends: datetime | None, home_zone: str, language: str
) -> str:
    """Return the hours of a day, "9am to 11:30am", with their zone where it differs."""
    locale = locale_of(language)
    said = _clock(starts, locale)
    if ends and ends > starts:
        said += f" {_to(locale)} {_clock(ends, locale)}"
    return said + _place_of(starts.tzinfo, starts, home_zone, locale)


def local(span: TimeSpan, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Return the wall times at which something begins and ends."""
    ends = span.ends.astimezone(zone) if span.ends else None
    return span.starts.astimezone(zone), ends


def _place_of(
    zone: tzinfo | None, starts: datetime, home_zone: str, locale: Locale
) -> str:
    if not isinstance(zone, ZoneInfo) or not _differs(starts, home_zone):
        return ""
    city = get_timezone_location(zone, locale=locale, return_city=True)
    return f" ({city} time)" if locale.language == "en" else f" ({city})"


def zone_of(name: str, otherwise: str = "UTC") -> ZoneInfo:
    """Return the zone of that name, or the other where nobody knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(otherwise)


def _days(starts: datetime, ends: datetime | None, locale: Locale) -> str:
    first = _day(starts.date(), locale)
    # An all-day event ends at the midnight after its last day.
    last_day = (ends - timedelta(microseconds=1)).date() if ends else starts.date()
    if last_day <= starts.date():
        return first
    return f"{first} {_to(locale)} {_day(last_day, locale)}"


def _differs(instant: datetime, zone: str) -> bool:
    return instant.utcoffset() != instant.astimezone(ZoneInfo(zone)).utcoffset()


def _day(day: date, locale: Locale) -> str:
    if locale.language == "en" and locale.territory not in _AMERICAN:
        return format_date(day, "EEEE d MMMM y", locale)
    return format_date(day, "full", locale)


def _clock(instant: datetime, locale: Locale) -> str:
    if locale.language != "en":
        return format_time(instant, "short", locale=locale)
    if (instant.hour, instant.minute) in {(0, 0), (12, 0)}:
        return "midday" if instant.hour else "midnight"
    pattern = "ha" if instant.minute == 0 else "h:mma"
    return format_time(instant, pattern, locale=locale).lower().replace("\u202f", "")


def _to(locale: Locale) -> str:
    return "to" if locale.language == "en" else "\N{EN DASH}"
