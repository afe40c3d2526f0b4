"""Calendars that others have met: the test data in two packages, and what is named.

They come with icalendar and recurring-ical-events as installed; DIGEST_CORPUS
names more.
"""

import re
import shutil
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from digest.gather.calendars.ics.answer import CalendarAnswer, CalendarQuestion
from digest.gather.calendars.ics.expand import answered
from tests.corpus import MAX_SECONDS, Read, named_folders, read_apart
from tests.ics import an_ics_event

PACKAGES = ("icalendar", "recurring-ical-events")
SPAN = timedelta(days=60)
BAD = an_ics_event("DTSTART:20260707T100000Z", "RRULE:FREQ=SECONDLY", uid="bad-one")
_FIRST = re.compile(rb"BEGIN:VEVENT.*?DTSTART[^:\r\n]*:\s*(\d{8})", re.S | re.I)
# What is told otherwise than by the library, on purpose.
OTHERWISE = {
    "issue_178_custom_component_contains_other.ics": "a calendar inside another thing",
    "issue_722_missing_VTIMEZONE_custom.ics": "a zone that nobody knows is no zone",
    "issue_526_calendar_with_different_events.ics": "a zone that nobody knows",
    "issue_526_calendar_with_event_subset.ics": "a zone that nobody knows",
    "issue_526_calendar_with_events.ics": "a zone that nobody knows",
    "issue_526_calendar_with_shuffeled_events.ics": "a zone that nobody knows",
    "end_before_start_event.ics": "which of the two is wrong, nobody knows",
    "issue_132_swapped_start_and_end.ics": "which of the two is wrong, nobody knows",
    "issue_179_example.ics": "a private event",
    "issue_201_mixed_datetime_and_date.ics": "a day begins at local midnight",
}


def calendars(package: str) -> list[Path]:
    paths = files(package) or []
    return [Path(str(path.locate())) for path in paths if path.suffix == ".ics"]


def whole(content: bytes) -> bytes:
    """Return a calendar: many files are single events, as mail carries them."""
    if content.lstrip()[:12].upper() == b"BEGIN:VEVENT":
        return b"BEGIN:VCALENDAR\r\n" + content + b"\r\nEND:VCALENDAR\r\n"
    return content


def question(content: bytes) -> CalendarQuestion:
    """Return a question about the two months from a file's first event on."""
    first = _FIRST.search(content)
    day = first[1].decode() if first else "20260706"
    since = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) - timedelta(days=1)
    return CalendarQuestion(since, since + SPAN, since + SPAN, "Europe/London")


def instant(at: date, home: ZoneInfo) -> datetime:
    full = at if isinstance(at, datetime) else datetime.combine(at, time())
    return (full if full.tzinfo else full.replace(tzinfo=home)).astimezone(UTC)


def by_the_library(content: bytes, query: CalendarQuestion) -> set[datetime] | None:
    """Return the starts as the library has them; None where it has none to give."""
    try:
        calendar: Any = icalendar.Calendar.from_ical(content)
        dates = recurring_ical_events.of(calendar).between(
            query.since - timedelta(days=1), query.until + timedelta(days=1)
        )
        home = ZoneInfo(str(calendar.get("X-WR-TIMEZONE", "Europe/London")))
        starts = {instant(event["DTSTART"].dt, home) for event in dates}
    except Exception:  # noqa: BLE001 - then we have nothing to compare with
        return None
    return {at for at in starts if query.since < at < query.until}


def starts(answer: CalendarAnswer, query: CalendarQuestion) -> set[datetime]:
    our_starts = {occurrence.starts for occurrence in answer.occurrences}
    return {at for at in our_starts if query.since < at < query.until}


@pytest.fixture(scope="module", params=PACKAGES)
def package(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if not calendars(name):
        pytest.skip(f"the wheel of {name} carries no calendars: 0 read")
    return name


@pytest.fixture
def contents(package: str) -> Iterator[list[tuple[str, bytes]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield [(path.name, whole(path.read_bytes())) for path in calendars(package)]


def check_limits(reads: list[Read]) -> None:
    assert [(read.path, read.broke) for read in reads if read.broke] == []
    assert max(read.seconds for read in reads) < MAX_SECONDS
    assert [read.path for read in reads if "\n" in read.refused] == []


def test_every_file_is_read_or_refused_within_limits(
    package: str, tmp_path: Path
) -> None:
    for number, path in enumerate(calendars(package)):
        shutil.copy(path, tmp_path / f"{number}-{path.name}")
    reads = read_apart(tmp_path)

    check_limits(reads)
    assert len(reads) == len(calendars(package)) > 90


def test_what_the_library_can_read_is_read_as_the_library_does(
    contents: list[tuple[str, bytes]],
) -> None:
    disagreements = {}
    compared = dates = 0
    for name, content in contents:
        query = question(content)
        expected = by_the_library(content, query)
        if expected is None or name in OTHERWISE:
            continue
        answer = answered(content, query)
        compared += 1
        dates += len(expected)
        if starts(answer, query) != expected:
            disagreements[name] = (
                sorted(map(str, starts(answer, query) - expected))[:3],
                sorted(map(str, expected - starts(answer, query)))[:3],
                [(item.name, item.why) for item in answer.faults][:3],
                answer.refused,
            )

    assert disagreements == {}
    assert compared > 50
    assert dates > 100


def test_a_bad_event_in_it_takes_nothing_from_any_calendar(
    contents: list[tuple[str, bytes]],
) -> None:
    tried = 0
    for name, content in contents:
        query = question(content)
        before = answered(content, query)
        if before.refused or not before.is_whole:
            continue
        at = content.upper().index(b"BEGIN:VEVENT") if b"VEVENT" in content else None
        if at is None:
            continue
        after = answered(content[:at] + BAD.encode() + b"\r\n" + content[at:], query)
        tried += 1
        assert after.occurrences == before.occurrences, name
        assert len(after.faults) == len(before.faults) + 1, name

    assert tried > 50


@pytest.mark.skipif(not named_folders(), reason="DIGEST_CORPUS names no folder: 0 read")
def test_no_calendar_of_ours_breaks_the_reader() -> None:
    for folder in named_folders():
        check_limits(
            [read for read in read_apart(folder) if read.path.endswith(".ics")]
        )
