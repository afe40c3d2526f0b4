"""Days and times in words: as mail, feeds and people write them, in any language.

ISO 8601 is tried first (gather.items.moments). What cannot be read is no moment: a
guess would be believed.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from digest.gather import limits
from digest.gather.items.days import written_day
from digest.gather.items.moments import Moment, moment
from digest.gather.markup.clean_text import cleaned

_LONGEST = 100
# RFC 2822's comments, and the zone's name as Java adds it to its offset.
_COMMENT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# A day of the week before the date adds nothing to it, in whatever language.
_DAY_FIRST = re.compile(r"^[^\W\d_]+\.?,\s*(?=\d)")
_EASTERN = re.compile(
    r"\b(\d{4})(?:/|\s?[年년]\s?)(\d{1,2})(?:/|\s?[月월]\s?)(\d{1,2})\s?[日일]?"
)
# RFC 2822 section 4.3: two digits up to 49 are of this century, others of the last.
_SHORT_YEAR = re.compile(r"\b(\d{1,2}[ -]+[^\W\d_]{3,}\.?[ -]+)(\d{2})(?![\d:])")
_CENTURY, _LAST_OF_THIS = 100, 49
# W3CDTF (dates in Dublin Core) may leave out the day, or the month too.
_YEAR = re.compile(r"(\d{4})(?:-(\d{2}))?")
_CLOCK = re.compile(
    r"(?<![\d.:])(?:(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?|(\d{1,2})[.h](\d{2})"
    r"(?=\s*[ap]\.?m\b|\s*$|\s*uhr|\s+\D)|(\d{1,2})(?=\s*[ap]\.?m\b|\s*uhr))"
    r"(?!\d)\s*(?:uhr\b|([ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_OFFSET = r"(?:GMT|UTC?)?\s*([+-])\s?(\d{1,2}):?(\d{2})?(?![\d:])"
_ZONE = re.compile(rf"\s*(?:{_OFFSET}|([A-Za-z]+(?:[/_-][A-Za-z_]+)+)|([A-Za-z]+)\b)?")
# Hours and minutes from Greenwich of the names that people write. RFC 822 section
# 5.1 settles the American ones. What stands for several zones, such as IST, is
# read where the source's own zone is one of them, and nowhere else.
_ZONES_OF_HOURS = {
    0: "ut utc gmt z wet",
    1: "bst west cet mez wat",
    2: "cest mesz eet oez sast cat",
    3: "eest oesz msk eat trt",
    5: "pkt",
    5.75: "npt",
    7: "wib ict",
    8: "awst hkt sgt",
    9: "jst kst",
    9.5: "acst",
    10: "aest",
    10.5: "acdt",
    11: "aedt",
    12: "nzst",
    13: "nzdt",
    -2.5: "ndt",
    -3: "adt brt art",
    -3.5: "nst",
    -4: "edt ast",
    -5: "est cdt",
    -6: "cst mdt",
    -7: "mst pdt",
    -8: "pst akdt",
    -9: "akst",
    -10: "hst",
}
_HOURS = {
    name: hours for hours, names in _ZONES_OF_HOURS.items() for name in names.split()
}
# Between a day and its time, in the languages that say it: "at", "um", "à".
_BETWEEN = re.compile(
    r"\b(?:at|um|à|a las|alle|kl|klo|om|godz|am|le|den|dnia|\u0433)\b\.?(?=\s|$)",
    re.IGNORECASE,
)
_HALF_DAY, _LAST_HOUR, _LAST_MINUTE = 12, 23, 59


def written_moment(
    text: str, zone: str, languages: Iterable[str] = ()
) -> Moment | None:
    """Return the moment that `text` writes, None where it cannot be read.

    A time that names no zone is the zone's own; a day begins at its midnight.
    Names of months and days are those of English and of the languages, BCP 47
    tags. The year must be there.
    """
    bare = _COMMENT.sub(" ", cleaned(text[: 2 * _LONGEST])).strip()
    if at := moment(bare, zone):
        return at if at.instant.year >= limits.EARLIEST_YEAR else None
    if len(bare) > _LONGEST:
        return None
    if (year := _YEAR.fullmatch(bare)) and int(year[1]) >= limits.EARLIEST_YEAR:
        return moment(f"{year[1]}-{year[2] or '01'}-01", zone)
    plain = _DAY_FIRST.sub("", _EASTERN.sub(r"\1-\2-\3 ", bare))
    try:
        return _in_words(plain, zone, languages)
    except (ValueError, OverflowError):
        return None


def _in_words(text: str, zone: str, languages: Iterable[str]) -> Moment | None:
    clock = _CLOCK.search(text)
    rest, behind = text, None
    if clock is not None:
        behind = _ZONE.match(text, clock.end())
        rest = f"{text[: clock.start()]} {text[clock.end() :]}"
        if behind is not None and behind[0].strip():
            without = f"{text[: clock.start()]} {text[behind.end() :]}"
            # A word behind the time is its zone, or belongs to the day.
            if day := _day(without, languages):
                return _at(day, _time(clock), _zone_of(behind, day, zone))
    day = _day(rest, languages)
    if day is None:
        return None
    if clock is None:
        whole = moment(day.isoformat(), zone)
        return whole and replace(whole, is_day=True)
    return _at(day, _time(clock), ZoneInfo(zone))


def _at(day: date, at: time, zone: tzinfo | None) -> Moment | None:
    if zone is None:
        return None
    return Moment(datetime.combine(day, at, zone).astimezone(UTC))


def _day(text: str, languages: Iterable[str]) -> date | None:
    words = " ".join(_BETWEEN.sub(" ", text.replace(",", " ")).split())
    whole = _SHORT_YEAR.sub(_with_century, words)
    for language in (*languages, "en"):
        day = written_day(whole, language)
        if day and (day.year or 0) >= limits.EARLIEST_YEAR and day.month and day.day:
            return date(day.year or 0, day.month, day.day)
    return None


def _with_century(match: re.Match[str]) -> str:
    year = int(match[2])
    century = 20 if year <= _LAST_OF_THIS else 19
    return f"{match[1]}{century * _CENTURY + year}"


def _time(clock: re.Match[str]) -> time:
    """Return the time of day. Raises ValueError where there is no such time."""
    first, minutes, seconds, other, its_minutes, hour_alone, half = clock.groups()
    hour, minute = int(first or other or hour_alone), int(minutes or its_minutes or 0)
    if half:
        if not 1 <= hour <= _HALF_DAY:
            raise ValueError("no hour of a half day")
        hour = hour % _HALF_DAY + (_HALF_DAY if half.lower() == "p" else 0)
    # A leap second is the last of its minute to us.
    return time(hour, minute, min(int(seconds or 0), _LAST_MINUTE))


def _zone_of(match: re.Match[str], day: date, own: str) -> tzinfo | None:
    """Return the zone that is written behind a time, None for none that we know."""
    sign, hours, minutes, area, name = match.groups()
    if sign:
        # "+1" and "+01" are hours alone, "+0100" both.
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if int(hours) > _LAST_HOUR or int(minutes or 0) > _LAST_MINUTE:
            return None
        return timezone(-offset if sign == "-" else offset)
    if area:
        key = _areas().get(area.lower())
        return ZoneInfo(key) if key else None
    wanted = name.lower()
    for at in (day, date(day.year, 1, 1), date(day.year, 7, 1)):
        local = datetime.combine(at, time(12), ZoneInfo(own))
        if (local.tzname() or "").lower() == wanted:
            return timezone(local.utcoffset() or timedelta(0))
    return timezone(timedelta(hours=_HOURS[wanted])) if wanted in _HOURS else None


@lru_cache(maxsize=1)
def _areas() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
