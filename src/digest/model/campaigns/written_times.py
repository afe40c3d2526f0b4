"""A schedule's times as people write them: whole words, or a word on what was meant."""

import re
from contextlib import suppress
from datetime import time

from digest.model.campaigns.slots import EVERY_DAY
from digest.model.names import nearest

_CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
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
    meant = _meant_time(written)
    hint = f'is it "{meant:%H:%M}"?' if meant else 'write e.g. "16:00"'
    raise ValueError(f"is not a time of day; {hint}")


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
        ends = [
            _day(name)
            for name in re.split(r" ?[-\u2013\u2014] ?| to ", part, maxsplit=1)
        ]
        length = (ends[-1] - ends[0]) % 7
        days.update((ends[0] + step) % 7 for step in range(length + 1))
    return frozenset(days)


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
