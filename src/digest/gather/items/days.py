"""Days as people write them over what they publish: "Thursday, 9 July 2020"."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

_WORD = re.compile(r"[^\W\d_]+|\d+")
_COUNTED = re.compile(r"\s*day\s+\w+\s*[-:,.\u2013\u2014]\s*", re.IGNORECASE)
_ORDINAL = re.compile(
    r"(?<=\d)(st|nd|rd|th|ain|eg|fed|ydd|er|ero|º|ª)\b", re.IGNORECASE
)
_NUMERIC = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\b")
_CLOCK = re.compile(
    r"\b\d{1,2}[:.]\d{2}\s*([ap]\.?m\.?\b)?|\b\d{1,2}\s*[ap]\.?m\b\.?", re.I
)
# What may stand beside a day without making the line say anything else.
_BESIDE = frozenset(
    {
        "day",
        "date",
        "on",
        "the",
        "of",
        "posted",
        "published",
        "publication",
        "from",
        "for",
        "news",
        "posts",
        "de",
    }
)
# Between a day and its name: "Monday 6 July: Opening day", "Opening day (6 July)".
_NAMED = re.compile(r"\s*[:|\u2013\u2014(]\s*|\s+-\s+")
_LONGEST = 60
_LONGEST_NAMED = 150
_AROUND = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day as far as it is written; None is what was not."""

    weekday: int | None = None  # 0 is Monday
    day: int | None = None
    month: int | None = None
    year: int | None = None


def written_day(line: str, language: str = "en") -> WrittenDay | None:
    """Return the day that the whole line writes, or None where it says more.

    A day of the week alone is one; a number alone is none. Names of months and
    days are those of English and of `language`, a BCP 47 tag.
    """
    if not line or len(line) > _LONGEST:
        return None
    bare = _ORDINAL.sub("", _COUNTED.sub("", line, 1))
    written = WrittenDay()
    if match := _NUMERIC.search(bare):
        year, month, day = map(int, match.groups())
        written, bare = WrittenDay(None, day, month, year), _NUMERIC.sub(" ", bare)
    elif match := _SLASHED.search(bare):
        first, second, year = map(int, match.groups())
        if language.lower() == "en-us":
            first, second = second, first
        year += 2000 if year < 100 else 0
        written, bare = WrittenDay(None, first, second, year), _SLASHED.sub(" ", bare)
    return _completed(written, _CLOCK.sub(" ", bare), language)


def named_day(line: str, language: str = "en") -> WrittenDay | None:
    """Return the day that a line writes and gives a name: "6 July: Opening day".

    The name may stand before it as well, where the day is more than one of the week.
    """
    if len(line) > _LONGEST_NAMED:
        return None
    between = list(_NAMED.finditer(line))
    before = (written_day(line[: part.start()], language) for part in between)
    if day := next(filter(None, before), None):
        return day
    after = (written_day(line[part.end() :].rstrip(") "), language) for part in between)
    return next((day for day in after if day and day.day), None)


def day_at_end(line: str, language: str = "en") -> tuple[str, WrittenDay | None]:
    """Return the words before the day that ends a line, and that day if there is one.

    It is the longest that begins with a number, a month or a day of the week, so
    that no word is taken from what stands before it.
    """
    names = _names(language)
    for word in _WORD.finditer(line):
        begins = word[0].casefold()
        if begins.isdecimal() or begins in names.weekdays or begins in names.months:
            day = written_day(line[word.start() :], language)
            if day and day.day:
                return line[: word.start()].rstrip(" ,"), day
    return line, None


def _completed(day: WrittenDay, rest: str, language: str) -> WrittenDay | None:
    """Return the day with what the other words add, None where they add words."""
    names = _names(language)
    for word in _WORD.findall(rest.casefold()):
        more = _with(day, word, names)
        if more is None and word not in _BESIDE | names.beside:
            return None
        day = more or day
    if day == WrittenDay(day.weekday):
        return day if day.weekday is not None else None
    is_whole = day.day is not None and day.month is not None
    # 2000 was a leap year: 29 February is possible where no year is written.
    return day if is_whole and _date(day.year or 2000, day) else None


def _with(day: WrittenDay, word: str, names: "_Names") -> WrittenDay | None:
    if word.isdecimal():
        number = int(word)
        if len(word) == 4 and day.year is None:
            return replace(day, year=number)
        if len(word) < 3 and day.day is None and 1 <= number <= 31:
            return replace(day, day=number)
        return None
    if word in names.weekdays and day.weekday is None:
        return replace(day, weekday=names.weekdays[word])
    if word in names.months and day.month is None:
        return replace(day, month=names.months[word])
    return None


def _date(year: int, day: WrittenDay) -> date | None:
    try:
        return date(year, day.month or 0, day.day or 0)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class DateWindow:
    """The days that a page may speak of: near `first`, at best up to `last`."""

    first: date | None = None
    last: date | None = None

    def date_of(self, day: WrittenDay) -> date | None:
        """Return the date of a day, where no year is written the likeliest.

        That is the one around the first day, or else the nearest on which the
        day of the week is right. A day of the week alone is that of a campaign
        of at most a week.
        """
        if day.year is not None:
            return _date(day.year, day)
        first = self.first
        if first is None:
            return None
        if day.day is None:
            return self._by_weekday(first, day.weekday)
        years = range(first.year - 3, first.year + 4)
        dates = [at for year in years if (at := _date(year, day))]
        nearest = min(dates, key=lambda at: abs(at - first), default=None)
        if nearest and abs(nearest - first) <= _AROUND:
            return nearest
        right = [at for at in dates if day.weekday in (None, at.weekday())]
        return min(right, key=lambda at: abs(at - first), default=nearest)

    def _by_weekday(self, first: date, weekday: int | None) -> date | None:
        """Return the date of a day of the week, where there is only one of it."""
        last = self.last or first
        if weekday is None or last - first >= timedelta(days=7):
            return None
        at = first + timedelta(days=(weekday - first.weekday()) % 7)
        return at if at <= last else None

    def or_near(self, days: Iterable[WrittenDay]) -> "DateWindow":
        """Return this window, or without one that of the first whole day."""
        if self.first is not None:
            return self
        whole = (_date(day.year, day) for day in days if day.year is not None)
        return DateWindow(next(filter(None, whole), None))


@dataclass(frozen=True, slots=True)
class _Names:
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    beside: frozenset[str]  # as "Dydd" in "Dydd Iau"


@lru_cache(maxsize=32)
def _names(language: str) -> _Names:
    weekdays = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
    months = {"sept": 9}
    beside: set[str] = set()
    try:
        own = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError, TypeError):
        own = Locale("en")
    for locale in (Locale("en"), own):
        for width in ("wide", "abbreviated"):
            for number, name in get_day_names(width, locale=locale).items():
                *others, last = _words(name)
                beside.update(others)
                weekdays.setdefault(last, number)
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    months.setdefault(_words(name)[-1], number)
    return _Names(weekdays, months, frozenset(beside))


def _words(name: str) -> list[str]:
    return _WORD.findall(name.casefold()) or [name]
