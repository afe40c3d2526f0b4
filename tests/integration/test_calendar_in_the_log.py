"""A calendar that changes at its source: what the open edition and staff are told."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.compose import variants
from digest.gather.gathering import GatheringRound, SourceReport, gather
from digest.model.formats import HTML
from digest.model.posts.items import Event, EventState
from digest.schedule.editions.named_schedule import schedule_of
from digest.schedule.editions.publishing import publish
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.posts import corrections
from tests.builders import EIGHT, LOOPBACK
from tests.ics import ENDS, STARTS, a_calendar, an_ics_event
from tests.stored import a_reader

FILE = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
timezone = "Europe/London"
{campaign}
[[source]]
name = "diary"
kind = "calendar"
path = "diary.ics"
{source}
[[schedule]]
name = "daily"
at = "16:00"
"""
WALK = an_ics_event()
LATER = "DTSTART;TZID=Europe/London:20260709T150000"
MOVED = an_ics_event(LATER)
OFF = an_ics_event(STARTS, ENDS, "STATUS:CANCELLED")
TEA = an_ics_event(STARTS, ENDS, "RRULE:FREQ=WEEKLY", uid="tea", title="Tea")


class Diary:
    """A campaign whose only source is a calendar file."""

    def __init__(self, engine: Engine, folder: Path, **extra: str) -> None:
        self.engine, self.path = engine, folder / "diary.ics"
        text = FILE.format(**({"campaign": "", "source": ""} | extra))
        with writing(engine) as connection:
            file = CampaignFile(text, "Europe/London", str(folder))
            self.stored: StoredCampaign = campaigns.apply(connection, file, EIGHT)

    def says(self, *parts: str, now: datetime = EIGHT) -> SourceReport:
        """Change the file and read it."""
        self.path.write_bytes(a_calendar(*parts))
        [[report]] = gather(
            self.engine, LOOPBACK, [GatheringRound(self.stored)], now
        ).values()
        assert report.failed == ""
        return report

    def open_edition(self, now: datetime = EIGHT) -> list[Event]:
        """Return the events of the open edition."""
        with reading(self.engine) as connection:
            row = schedule_of(connection, self.stored, "daily")
            variant = variants.draft(connection, self.stored, row, HTML, now)
        events = variant.items if variant else ()
        return [event for event in events if isinstance(event, Event)]

    def goes_out(self) -> None:
        """Freeze and plan an edition."""
        publish(self.engine, "lantern-week", "daily", EIGHT)

    def corrections(self) -> list[Event]:
        """Return what staff are offered to send, as readers would get it."""
        with reading(self.engine) as connection:
            offered = corrections.offered(connection, self.stored.id)
        return [
            correction.corrected
            for correction in offered
            if isinstance(correction.corrected, Event)
        ]

    def is_corrected(self) -> None:
        """Have staff send the only correction that is offered."""
        with writing(self.engine) as connection:
            [correction] = corrections.offered(connection, self.stored.id)
            corrections.correct(connection, correction.id, EIGHT)


@pytest.fixture
def diary(engine: Engine, tmp_path: Path) -> Diary:
    diary = Diary(engine, tmp_path)
    a_reader(engine, "ann")
    return diary


def test_a_calendar_read_twice_is_in_the_log_once(diary: Diary) -> None:
    first, second = diary.says(WALK, TEA), diary.says(WALK, TEA)

    assert (first.new, first.revised) == (3, 0)
    assert (second.new, second.revised) == (0, 0)


def test_a_change_at_the_source_is_a_change_in_the_open_edition(diary: Diary) -> None:
    diary.says(WALK)
    report = diary.says(MOVED)

    assert report.revised == 1
    [event] = diary.open_edition()
    assert (f"{event.starts:%d %H:%M}", event.announced) == ("09 14:00", None)
    assert diary.corrections() == []


@pytest.mark.parametrize(
    "then", [pytest.param((OFF,), id="cancelled"), pytest.param((), id="deleted")]
)
def test_what_is_called_off_before_readers_were_told_never_appears(
    diary: Diary, then: tuple[str, ...]
) -> None:
    diary.says(WALK, TEA)
    diary.says(*then, TEA)

    assert [event.title for event in diary.open_edition()] == ["Tea"]
    diary.says(WALK, TEA)
    assert {event.title for event in diary.open_edition()} == {"Tea", "Lantern walk"}


@pytest.mark.parametrize(
    ("then", "state", "starts"),
    [
        pytest.param((OFF,), EventState.CANCELLED, "07 09:00", id="cancelled"),
        pytest.param((), EventState.CANCELLED, "07 09:00", id="deleted"),
        pytest.param((MOVED,), EventState.ON, "09 14:00", id="moved"),
        pytest.param(
            (MOVED.replace("202607", "202612"),),
            EventState.ON,
            "09 15:00",
            id="put off",
        ),
    ],
)
def test_what_changes_after_readers_were_told_is_offered_as_a_correction(
    diary: Diary, then: tuple[str, ...], state: EventState, starts: str
) -> None:
    diary.says(WALK, TEA)
    diary.goes_out()
    reports = [diary.says(*then, TEA) for _ in range(2)]

    assert [report.revised for report in reports] == [1, 0]
    [event] = diary.corrections()
    assert (event.state, f"{event.starts:%d %H:%M}") == (state, starts)
    assert event.announced is not None
    assert f"{event.announced.starts:%d %H:%M}" == "07 09:00"
    diary.says(WALK, TEA)
    assert diary.corrections() == []


def test_a_correction_reaches_the_open_edition_once(diary: Diary) -> None:
    diary.says(WALK, TEA)
    diary.goes_out()
    diary.says(OFF, TEA)
    diary.is_corrected()
    report = diary.says(TEA)

    [event] = diary.open_edition()
    assert (event.title, event.state) == ("Lantern walk", EventState.CANCELLED)
    assert event.announced is not None
    assert (report.new, report.revised) == (0, 0)


def test_a_correction_is_itself_corrected(diary: Diary) -> None:
    diary.says(WALK)
    diary.goes_out()
    diary.says(MOVED)
    diary.is_corrected()
    diary.says(OFF)

    [event] = diary.open_edition()
    assert event.state is EventState.CANCELLED


def test_one_date_of_a_series_is_called_off_and_the_others_stay(diary: Diary) -> None:
    diary.says(TEA)
    diary.goes_out()
    without = TEA.replace("RRULE", "EXDATE;TZID=Europe/London:20260714T100000\r\nRRULE")
    report = diary.says(without)

    assert (report.new, report.revised) == (0, 1)
    [event] = diary.corrections()
    assert (event.key, event.state) == ("tea 2026-07-14", EventState.CANCELLED)


def test_each_date_of_a_series_is_told_once_as_it_comes_near(diary: Diary) -> None:
    week = timedelta(days=7)
    counts = [diary.says(TEA, now=EIGHT + week * n).new for n in range(4)]

    assert counts == [2, 1, 1, 1]


def test_dates_of_one_event_are_told_together(diary: Diary) -> None:
    diary.says(TEA)
    [event] = diary.open_edition()

    assert [f"{span.starts:%d}" for span in (event.span, *event.also)] == ["07", "14"]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(an_ics_event(title=""), id="an event without a title"),
        pytest.param(an_ics_event("DTSTART:soon"), id="no start"),
    ],
)
def test_nothing_is_called_off_because_it_could_not_be_read(
    diary: Diary, broken: str
) -> None:
    diary.says(WALK)
    diary.goes_out()
    report = diary.says(TEA, broken)

    assert (len(report.skipped), report.revised) == (1, 0)
    assert diary.corrections() == []


def test_events_before_the_campaign_begins_are_no_news(
    engine: Engine, tmp_path: Path
) -> None:
    diary = Diary(engine, tmp_path, campaign="starts = 2026-07-10")
    report = diary.says(WALK, TEA)

    assert report.new == 2  # the 14th and the 21st
    assert [f"{e.starts:%d}" for e in diary.open_edition()] == ["14"]


@pytest.mark.parametrize(
    ("extra", "expected"),
    [("", ["Lantern walk", "Tea"]), ('ahead = "2d"', ["Lantern walk"])],
)
def test_a_campaign_says_how_far_ahead_its_calendar_is_told(
    engine: Engine, tmp_path: Path, extra: str, expected: list[str]
) -> None:
    diary = Diary(engine, tmp_path, source=extra)
    diary.says(WALK, TEA.replace("20260707", "20260710"))

    assert [event.title for event in diary.open_edition()] == expected


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"source": 'ahead = "2d"'}, id="told less far ahead"),
        pytest.param({"campaign": "starts = 2026-07-12"}, id="begins later"),
    ],
)
def test_nothing_is_called_off_because_the_campaign_was_changed(
    engine: Engine, tmp_path: Path, changes: dict[str, str]
) -> None:
    diary = Diary(engine, tmp_path)
    a_reader(engine, "ann")
    parts = (MOVED, TEA.replace("20260707", "20260710"))
    diary.says(*parts)
    diary.goes_out()
    report = Diary(engine, tmp_path, **changes).says(*parts)

    assert report.revised == 0
    assert diary.corrections() == []


def test_first_contact_with_a_calendar_takes_the_next_events(
    engine: Engine, tmp_path: Path
) -> None:
    diary = Diary(engine, tmp_path, source="first = 1")
    diary.says(an_ics_event(LATER, uid="two", title="Later"), WALK)

    assert [event.title for event in diary.open_edition()] == ["Lantern walk"]
