"""The days that a report tells of, cut into the periods that it counts them by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.model import limits

_DAY = timedelta(days=1)
_NextPeriod = Callable[[date], date]  # from the first day of one period to the next's


class ReportSpanName(StrEnum):
    """The spans that have a name; each ends today."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    @property
    def words(self) -> str:
        """The same as a page offers it."""
        return _WORDS[self]


_WORDS = {
    ReportSpanName.WEEK: "This week",
    ReportSpanName.MONTH: "This month",
    ReportSpanName.ALL: "From the first day",
}


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """Some days of a report's span, both of its ends among them."""

    first: date
    last: date
    words: str


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """The days from the first to the last; raises ValueError where it ends before."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("the last day comes before the first")
        if self.last - self.first > limits.REPORT_SPAN:
            years = limits.REPORT_SPAN.days // 365
            raise ValueError(f"a report covers {years} years at most")

    def bounds(self, zone: str) -> list[datetime]:
        """Return the instant at which each period begins in that zone, and the end."""
        days = [*(period.first for period in self.periods()), self.last + _DAY]
        return [datetime.combine(day, time(), ZoneInfo(zone)) for day in days]

    def periods(self) -> tuple[ReportPeriod, ...]:
        """Return its days one by one, or its weeks, months or years where it is long.

        The first and the last may be cut short by it.
        """
        return tuple(self._cut(*_PERIODS[self.unit]))

    @property
    def unit(self) -> str:
        """What the head of a column of its periods says."""
        days = (self.last - self.first).days + 1
        if days <= limits.REPORT_DAYS:
            return "Day"
        if days <= 7 * limits.REPORT_WEEKS:
            return "Week from"
        return "Month" if days <= 31 * limits.REPORT_MONTHS else "Year"

    def period_of(self, periods: tuple[ReportPeriod, ...], day: date) -> int:
        """Return the number of the period that a day of the span is in, from 0."""
        return next(
            number for number, period in enumerate(periods) if day <= period.last
        )

    def _cut(self, after: _NextPeriod, words: str) -> Iterator[ReportPeriod]:
        first = self.first
        while first <= self.last:
            following = after(first)
            last = min(following - _DAY, self.last)
            yield ReportPeriod(first, last, words.format(first))
            first = following


@dataclass(frozen=True, slots=True)
class AskedDays:
    """The days somebody asks for: those of a name, or from a day to a day, as typed.

    What is "" is not asked for; nothing at all is all there is.
    """

    name: str = ""
    first: str = ""
    last: str = ""

    def span(self, today: date, beginning: date) -> ReportSpan:
        """Return the span, `beginning` being the first day that there is.

        Raises ValueError in words for what is no day, and for days without order.
        """
        if self.first or self.last:
            first = _day(self.first) if self.first else beginning
            return ReportSpan(first, _day(self.last) if self.last else today)
        try:
            name = ReportSpanName(self.name or ReportSpanName.ALL)
        except ValueError:
            names = ", ".join(ReportSpanName)
            raise ValueError(
                f"“{self.name}” is no span: it is one of {names}"
            ) from None
        return _span_named(name, today, beginning)


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise ValueError(f"“{words}” is no day: write it as 2026-07-06") from None


def _span_named(name: ReportSpanName, today: date, beginning: date) -> ReportSpan:
    match name:
        case ReportSpanName.WEEK:
            return ReportSpan(today - timedelta(days=today.weekday()), today)
        case ReportSpanName.MONTH:
            return ReportSpan(today.replace(day=1), today)
        case ReportSpanName.ALL:
            earliest = today - limits.REPORT_SPAN
            return ReportSpan(min(max(beginning, earliest), today), today)


def _after_day(first: date) -> date:
    return first + _DAY


def _after_week(first: date) -> date:
    return first + timedelta(days=7 - first.weekday())


def _after_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _after_year(first: date) -> date:
    return date(first.year + 1, 1, 1)


# By what each is called: where the next begins, and the words for it.
_PERIODS: Mapping[str, tuple[_NextPeriod, str]] = {
    "Day": (_after_day, "{0:%a} {0.day} {0:%b}"),
    "Week from": (_after_week, "{0.day} {0:%b}"),
    "Month": (_after_month, "{0:%b} {0:%Y}"),
    "Year": (_after_year, "{0:%Y}"),
}
