"""A schedule's times as people write them: whole words, or a word on what was meant."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from digest.model.campaigns.day_rules import (
    EVERY_DAY,
    ORDINALS,
    DayOfMonth,
    MonthRule,
    NthDayOfWeek,
    WorkingDayOfMonth,
)
from digest.model.limits import NAME_LENGTH
from digest.model.names import nearest

_CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
_DASH = r" ?[-\u2013\u2014] ?| to "
_LOOSE_CLOCK = re.compile(r"(\d\d?)(?:[:.h ]?(\d\d))?h? ?(am|pm)?", re.ASCII)
_SPELLINGS = (
    "mon monday mondays",
    "tue tues tuesday tuesdays",
    "wed weds wednesday wednesdays",
    "thu thur thurs thursday thursdays",
    "fri friday fridays",
    "sat saturday saturdays",
    "sun sunday sundays",
)
_DAY_NUMBERS = {
    word: number for number, words in enumerate(_SPELLINGS) for word in words.split()
}
_ORDINAL_NUMBERS = {"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth"}
_NUMBER = re.compile(r"(\d\d?)(?:st|nd|rd|th)?", re.ASCII)
_WEEKS = re.compile(r"(\d\d?) ?w(?:eeks?)?", re.ASCII)
_GROUPS = {
    "daily": EVERY_DAY,
    "every day": EVERY_DAY,
    "weekdays": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
}


def wall_time(at: str) -> time:
    """Return the time of day that `at` writes, as 16:00 or 16:00:30.

    Raises ValueError in plain words, with what was meant where that can be told.
    """
    written = at.strip()
    if _CLOCK.fullmatch(written):
        with suppress(ValueError):
            return time.fromisoformat(written)
    if re.search(r",| and ", written):
        raise ValueError('is several times; write them as at = ["09:00", "16:00"]')
    meant = _meant_time(written)
    hint = f'is it "{meant:%H:%M}"?' if meant else 'write e.g. "16:00"'
    raise ValueError(f"is not a time of day; {hint}")


def last_time(written: str, ends: date, zone: ZoneInfo) -> datetime:
    """Return the instant of a last edition: 18:00 of the last day, or with its day.

    Raises ValueError in plain words.
    """
    day, _, at = written.strip().rpartition(" ")
    try:
        on = date.fromisoformat(day) if day else ends
    except ValueError as problem:
        words = 'is not a time; write "18:00", "2026-07-13 10:00" or "none"'
        raise ValueError(words) from problem
    if on < ends:
        raise ValueError(f"is before the campaign's last day, {ends}")
    return datetime.combine(on, wall_time(at), zone).astimezone(UTC)


def _meant_time(written: str) -> time | None:
    """Return the time of day that people mean by 4pm, 9.30 or 1600."""
    match = _LOOSE_CLOCK.fullmatch(written.lower())
    if not match:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def week_days(words: str) -> frozenset[int]:
    """Return the days that `words` name: ranges and lists of them, or "daily".

    A day is a whole word, short or long. Raises ValueError in plain words, with what
    was meant where that can be told.
    """
    written = " ".join(words.lower().split())
    if written in _GROUPS:
        return _GROUPS[written]
    days: set[int] = set()
    for part in re.split(r" ?, ?and | ?, ?| and | & ", written):
        ends = [_day(name) for name in re.split(_DASH, part, maxsplit=1)]
        length = (ends[-1] - ends[0]) % 7
        days.update((ends[0] + step) % 7 for step in range(length + 1))
    return frozenset(days)


def window(words: str) -> tuple[time, time]:
    """Return the two times of day of `words`: "09:00-17:00".

    Raises ValueError in plain words.
    """
    ends = re.split(_DASH, words.strip(), maxsplit=1)
    if len(ends) != 2:
        raise ValueError('is not from one time of day to another; write "09:00-17:00"')
    for end in ends:
        if not _CLOCK.fullmatch(end.strip()):
            raise ValueError(_not_a_window(ends))
    try:
        first, last = map(wall_time, ends)
    except ValueError:
        raise ValueError(_not_a_window(ends)) from None
    if first == last:
        raise ValueError("ends when it begins; write two times of day")
    return first, last


def _not_a_window(ends: list[str]) -> str:
    meant = [_meant_time(end.strip().lower()) for end in ends]
    if all(meant):
        words = "-".join(f"{end:%H:%M}" for end in meant if end)
        return f'is not from one time of day to another; is it "{words}"?'
    return 'is not from one time of day to another; write e.g. "09:00-17:00"'


def weeks(words: str) -> int | None:
    """Return the number of weeks that `words` write, as "2w"; None for other words."""
    match = _WEEKS.fullmatch(words.strip().lower())
    return int(match[1]) if match else None


def month_rule(written: str | int) -> MonthRule:
    """Return the day of a month that is written: "first mon", "last day", 15.

    Raises ValueError in plain words, with what was meant where that can be told.
    """
    words = " ".join(str(written).lower().split()).removeprefix("the ")
    if match := _NUMBER.fullmatch(words):
        return _day_of_month(int(match[1]))
    ordinal, _, rest = words.partition(" ")
    nth = ORDINALS.get(_ORDINAL_NUMBERS.get(ordinal, ordinal))
    if nth and rest in _DAY_NUMBERS:
        return NthDayOfWeek(nth, _DAY_NUMBERS[rest])
    if nth in (1, -1) and rest == "working day":
        return WorkingDayOfMonth(nth)
    if words in ("first day", "last day"):
        return DayOfMonth(1 if nth == 1 else -1)
    raise ValueError(_not_a_month_rule(ordinal, rest))


def _day_of_month(number: int) -> MonthRule:
    if number > 28:
        raise ValueError(
            'is a day that not every month has; write a day up to 28, or "last day"'
        )
    if not number:
        raise ValueError("is no day of a month; write 1 to 28")
    return DayOfMonth(number)


def _not_a_month_rule(ordinal: str, rest: str) -> str:
    if ordinal in ("fifth", "5th"):
        return 'is not in every month; write "last" in place of "fifth"'
    numbered = _ORDINAL_NUMBERS.get(ordinal, ordinal)
    near = nearest(numbered, ORDINALS)
    days = (*_DAY_NUMBERS, "working day", "day")
    if near and (day := nearest(rest, days)):
        return f'is no day of a month; is it "{near} {day}"?'
    return 'is no day of a month; write e.g. "first mon", "last working day", "15"'


def _day(name: str) -> int:
    if name in _DAY_NUMBERS:
        return _DAY_NUMBERS[name]
    if near := nearest(name, _DAY_NUMBERS):
        raise ValueError(f'names no day of the week by "{name}": is it "{near}"?')
    several = [word for word in re.split(r"\W+", name) if word in _DAY_NUMBERS]
    example = ", ".join(several) if len(several) > 1 else "mon-fri"
    raise ValueError(
        f'does not name days of the week; write e.g. "{example}", "thu" or "daily"'
    )


def checked_name(value: str) -> str:
    """Return a name that commands can use. Raises ValueError in plain words."""
    if not value or not value.replace("-", "").isalnum() or value != value.lower():
        raise ValueError(
            "must be lower-case letters, digits and hyphens, e.g. co-production-week"
        )
    if len(value) > NAME_LENGTH or not value.isascii():
        raise ValueError(f"must be plain ASCII and at most {NAME_LENGTH} characters")
    return value


def zone_name(value: str) -> str:
    """Return the name of a time zone. Raises ValueError in plain words."""
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError) as problem:
        zones = {
            name.rpartition("/")[2]: name for name in sorted(available_timezones())
        }
        near = nearest(value.rpartition("/")[2].replace(" ", "_"), zones)
        hint = f'is it "{zones[near]}"?' if near else "write e.g. Europe/London"
        raise ValueError(f"is not a time zone; {hint}") from problem
    return value
