"""Days as people write them: 2026-08-03, "3 August", "next Monday", "in two weeks"."""

import re
from datetime import date, timedelta

from digest.model.staff_words import day_in_words

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday"),
    *("saturday", "sunday"),
)
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_SHORTEST = 3
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]+)(?: (\d{4}))?")
_MONTH_FIRST = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?")
_SPAN = re.compile(r"(?:in |for )?(\d{1,3}|[a-z]+) (day|week|month)s?")
_HINT = 'write it as 2026-08-03, "3 August", "Monday" or "in 2 weeks"'


def written_day(written: str, today: date, *, is_past: bool = False) -> date:
    """Return the day that somebody writes on `today`.

    A day without its year, or of the week, is the next one, or where the day
    `is_past` the last; today is neither. Raises ValueError in plain words.
    """
    words = " ".join(written.lower().replace(",", " ").replace(".", " ").split())
    words = re.sub(rf"^(?:{'|'.join(_WEEKDAYS)}) (?=\d)", "", words)
    iso = _iso(written.strip())
    if iso is not None:
        return iso
    step = -1 if is_past else 1
    near = {"today": today, "tomorrow": today + timedelta(1)}
    near["yesterday"] = today - timedelta(1)
    if words in near:
        return near[words]
    if (
        weekday := _place(words.removeprefix("next ").removeprefix("last "), _WEEKDAYS)
    ) is not None:
        distance = (weekday - today.weekday()) * step % 7 or 7
        return today + step * timedelta(distance)
    if match := _SPAN.fullmatch(words.removesuffix(" ago")):
        return _span(match[1], match[2], today, step, written)
    return _day_of_year(words, today, step, written)


def _iso(written: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"“{written}” is no day of a calendar; {_HINT}") from None


def _span(number: str, unit: str, today: date, step: int, written: str) -> date:
    count = int(number) if number.isdigit() else _NUMBERS.get(number)
    if count is None:
        raise ValueError(f"“{written}” is not a day; {_HINT}")
    if unit != "month":
        return today + step * timedelta(count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 + step * count
    for day in range(today.day, 27, -1):
        try:
            return date(months // 12, months % 12 + 1, day)
        except ValueError:
            continue
    return date(months // 12, months % 12 + 1, min(today.day, 28))


def _day_of_year(words: str, today: date, step: int, written: str) -> date:
    if match := _DAY_FIRST.fullmatch(words):
        day, month, year = match.groups()
    elif match := _MONTH_FIRST.fullmatch(words):
        month, day, year = match.groups()
    else:
        raise ValueError(f"“{written}” is not a day; {_HINT}")
    place = _place(month, _MONTHS)
    if place is None:
        raise ValueError(f"“{written}” names no month; {_HINT}")
    # Of what is past nobody tells years later: 29 February was last year, or never.
    reach = 2 if step < 0 else 5
    years = [int(year)] if year else [today.year + step * n for n in range(reach)]
    for candidate in years:
        try:
            day_then = date(candidate, place + 1, int(day))
        except ValueError:
            continue
        if year or (day_then - today).days * step > 0:
            return day_then
    raise ValueError(f"“{written}” is no day of a calendar; {_HINT}")


def _place(word: str, names: tuple[str, ...]) -> int | None:
    """Return which of these names a word is, or begins with three letters or more."""
    if len(word) < _SHORTEST:
        return None
    places = [place for place, name in enumerate(names) if name.startswith(word)]
    if word == "sept":
        return _MONTHS.index("september") if names is _MONTHS else None
    return places[0] if len(places) == 1 else None


def why_no_pause(until: date, today: date, longest: timedelta) -> str:
    """Return why nobody can pause until that day, in plain words; "" where they can."""
    day = day_in_words(until)
    if until <= today:
        return f"{day} is not to come: name the first day on which they get it again"
    if until - today > longest:
        return (
            f"{day} is more than {longest.days} days ahead: who stays away for longer "
            "leaves, and may come back (digest subscribers leave)"
        )
    return ""
