"""Repeats of every shape, held to dateutil: no date too many, too few or elsewhere."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.gather.calendars.ics.answer import CalendarAnswer, CalendarQuestion
from digest.gather.calendars.ics.expand import answered
from tests.ics import a_calendar, an_ics_event

LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2025, 1, 1)  # noqa: DTZ001 - a wall time
SPAN = timedelta(days=60)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# The nights on which London's clocks change.
SPRING, AUTUMN = datetime(2026, 3, 29), datetime(2026, 10, 25)  # noqa: DTZ001

walls = st.integers(0, 2 * 365 * 48).map(lambda n: FIRST + n * timedelta(minutes=30))
near_a_change = st.builds(
    lambda night, hours: night + timedelta(hours=hours),
    st.sampled_from([SPRING, AUTUMN]),
    st.sampled_from([-24 * 7 + 1, -23.5, -22.5, 0.5, 1, 1.5, 2]),
)


def listed(choices: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[str]:
    return st.lists(choices, min_size=1, max_size=most, unique=True).map(
        lambda chosen: ",".join(map(str, chosen))
    )


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Return a rule of a kind that people's calendars make."""
    often = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={often}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if often == "WEEKLY":
        parts.append(f"BYDAY={draw(listed(st.sampled_from(DAYS), 4))}")
    elif often == "MONTHLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(listed(st.sampled_from([1, 15, 31, -1]), 3))}")
    elif often == "MONTHLY":
        parts.append(f"BYDAY={draw(st.sampled_from([1, 2, 5, -1]))}TH")
    end = draw(st.sampled_from(["none", "count", "until"]))
    if end == "count":
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    elif end == "until":
        parts.append(f"UNTIL={draw(walls):%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


def by_dateutil(
    rule: str, start: datetime, query: CalendarQuestion
) -> Iterator[datetime]:
    """Yield the starts between the question's instants, both left out."""
    for at in rrulestr(rule, dtstart=start.replace(tzinfo=LONDON)):
        instant = at.astimezone(UTC)
        if instant >= query.until:
            return
        if instant > query.since:
            yield instant


def question(since: datetime) -> CalendarQuestion:
    at = since.replace(tzinfo=UTC)
    return CalendarQuestion(at, at + SPAN, at, "Europe/London")


def starts_of(answer: CalendarAnswer, query: CalendarQuestion) -> list[datetime]:
    return sorted(
        occurrence.starts
        for occurrence in answer.occurrences
        if occurrence.state == "on" and query.since < occurrence.starts < query.until
    )


def wall(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%Y%m%dT%H%M%S}"


def series(start: datetime, rule: str, *lines: str) -> str:
    return an_ics_event(
        f"DTSTART;TZID=Europe/London:{start:%Y%m%dT%H%M%S}", f"RRULE:{rule}", *lines
    )


@settings(deadline=None, max_examples=60)
@given(start=st.one_of(walls, near_a_change), rule=rules(), since=walls)
@example(SPRING - timedelta(days=6.9375), "FREQ=DAILY", SPRING - timedelta(days=8))
@example(AUTUMN - timedelta(days=6.9375), "FREQ=DAILY", AUTUMN - timedelta(days=8))
def test_dates_are_those_of_the_rule(
    start: datetime, rule: str, since: datetime
) -> None:
    query = question(since)
    answer = answered(a_calendar(series(start, rule)), query)

    assert answer.faults == ()
    # A start that is no date of its rule is one all the same (RFC 5545 §3.8.5.3).
    own = start.replace(tzinfo=LONDON).astimezone(UTC)
    expected = set(by_dateutil(rule, start, query))
    starts = starts_of(answer, query)
    assert len(starts) == len(set(starts))
    assert set(starts) - {own} == expected - {own}
    keys = [occurrence.key for occurrence in answer.occurrences]
    assert len(keys) == len(set(keys))


@settings(deadline=None, max_examples=30)
@given(
    start=walls,
    rule=rules(),
    which=st.lists(st.integers(0, 60), max_size=3),
    how=st.sampled_from(["out", "off", "moved"]),
)
def test_a_date_that_is_left_out_called_off_or_moved_touches_no_other(
    start: datetime, rule: str, which: Sequence[int], how: str
) -> None:
    query = question(start - timedelta(days=1))
    before = answered(a_calendar(series(start, rule)), query)
    dates = starts_of(before, query)
    chosen = sorted({dates[n % len(dates)] for n in which if dates})
    answer = answered(a_calendar(*changed(start, rule, chosen, how)), query)

    assert answer.faults == ()
    after = starts_of(answer, query)
    moved = {at + timedelta(minutes=7) for at in chosen} if how == "moved" else set()
    expected = set(dates) - set(chosen) | {at for at in moved if at < query.until}
    assert set(after) == expected
    if how != "out":
        assert {occurrence.key for occurrence in answer.occurrences} == {
            occurrence.key for occurrence in before.occurrences
        }


def changed(
    start: datetime, rule: str, chosen: Sequence[datetime], how: str
) -> Iterator[str]:
    """Yield the series with the chosen dates left out, called off or moved."""
    if how == "out":
        out = [f"EXDATE;TZID=Europe/London:{wall(at)}" for at in chosen]
        yield series(start, rule, *out)
        return
    yield series(start, rule)
    for at in chosen:
        later = at + timedelta(minutes=7 if how == "moved" else 0)
        state = "CONFIRMED" if how == "moved" else "CANCELLED"
        yield an_ics_event(
            f"RECURRENCE-ID;TZID=Europe/London:{wall(at)}",
            f"DTSTART:{later:%Y%m%dT%H%M%SZ}",
            f"STATUS:{state}",
        )
