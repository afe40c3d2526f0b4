"""The calendar that staff subscribe to: read back by another program, as RFC 5545."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.model.people.reader_marks import ReaderRef
from digest.schedule.reports.slot_calendar import slot_calendar
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.stored import FILE, a_stored_campaign

WEEKDAYS = FILE.replace('at = "16:00"', 'at = "16:00"\nclose = "30m"\ndays = "mon-fri"')
# In Scotland the first Monday of August is a bank holiday.
IN_SCOTLAND = WEEKDAYS.replace("timezone =", 'holidays = "GB-SCT"\ntimezone =')
BANK_HOLIDAY = date(2026, 8, 3)


def entries(engine: Engine, now: datetime = EIGHT) -> list[Any]:
    """Return what another program reads in the calendar of the first campaign."""
    with reading(engine) as connection:
        content = slot_calendar(connection, 1, now, "digest.example.org")
    assert content.count(b"\r\n") == content.count(b"\n")
    assert max(map(len, content.split(b"\r\n"))) <= 75
    return [*icalendar.Calendar.from_ical(content).walk("VEVENT")]


def of(schedule: str, events: list[Any]) -> list[Any]:
    return [event for event in events if schedule in event["summary"]]


def test_each_slot_is_an_entry_from_its_closing_to_its_slot(engine: Engine) -> None:
    a_stored_campaign(engine, WEEKDAYS)
    first, second, *_ = of("daily", entries(engine))

    assert first.decoded("dtstart") == datetime(2026, 7, 6, 14, 30, tzinfo=UTC)
    assert first.decoded("dtend") == datetime(2026, 7, 6, 15, 0, tzinfo=UTC)
    assert second.decoded("dtstart") - first.decoded("dtstart") == timedelta(days=1)
    assert first["summary"] == "Lantern Week, daily"
    assert "Monday 6 July 2026, 16:00 BST" in first["description"]
    weekly = of("weekly", entries(engine))[0]
    assert weekly.decoded("dtstart") == datetime(2026, 7, 9, 9, 0, tzinfo=UTC)
    assert "dtend" not in weekly


def test_every_entry_has_what_the_standard_requires(sqlite_engine: Engine) -> None:
    a_stored_campaign(sqlite_engine, IN_SCOTLAND)
    events = entries(sqlite_engine)

    assert len(events) > 60
    assert len({event["uid"] for event in events}) == len(events)
    for event in events:
        assert event["uid"].endswith("@digest.example.org")
        assert event.decoded("dtstamp") == EIGHT
        assert event["transp"] == "TRANSPARENT"


def test_a_day_that_is_skipped_says_why(sqlite_engine: Engine) -> None:
    a_stored_campaign(sqlite_engine, IN_SCOTLAND)
    [skipped] = [
        event
        for event in entries(sqlite_engine)
        if event.decoded("dtstart") == BANK_HOLIDAY
    ]

    assert skipped["summary"].startswith("Lantern Week, daily: none, Summer")


def test_an_entry_that_is_moved_keeps_its_uid(sqlite_engine: Engine) -> None:
    monday = IN_SCOTLAND.replace('days = "mon-fri"', 'days = "mon"')
    sends = monday.replace('"mon"', '"mon"\nwhen_closed = "send"')
    moves = monday.replace('"mon"', '"mon"\nwhen_closed = "after"')
    uids = []
    for text, day in ((sends, 3), (moves, 4)):
        a_stored_campaign(sqlite_engine, text)
        at = datetime(2026, 8, day, 14, 30, tzinfo=UTC)
        [event] = [e for e in entries(sqlite_engine) if e.decoded("dtstart") == at]
        uids.append(event["uid"])

    assert uids[0] == uids[1]


def test_it_tells_of_the_last_week_but_nothing_before_the_schedule_was_so(
    sqlite_engine: Engine,
) -> None:
    a_stored_campaign(sqlite_engine, WEEKDAYS)
    later = EIGHT + timedelta(days=3)
    starts = [
        event.decoded("dtstart").date()
        for event in of("daily", entries(sqlite_engine, later))
    ]

    assert starts[:3] == [date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 8)]
    assert entries(sqlite_engine, EIGHT - timedelta(days=1)) != []
    assert (
        min(e.decoded("dtstart") for e in of("daily", entries(sqlite_engine))) > EIGHT
    )


def test_a_schedule_of_many_slots_stays_within_a_file_of_some_size(
    sqlite_engine: Engine,
) -> None:
    often = FILE.replace('at = "16:00"', 'every = "5m"')
    a_stored_campaign(sqlite_engine, often)

    assert len(entries(sqlite_engine, EIGHT + timedelta(days=8))) <= 500


def test_what_is_paused_is_tentative(sqlite_engine: Engine) -> None:
    a_stored_campaign(sqlite_engine, WEEKDAYS)
    assert {event["status"] for event in entries(sqlite_engine)} == {"CONFIRMED"}
    with writing(sqlite_engine) as connection:
        campaigns.pause(connection, 1, EIGHT)

    assert {event["status"] for event in entries(sqlite_engine)} == {"TENTATIVE"}


@pytest.fixture
def live(program: App) -> Iterator[tuple[App, TestClient]]:
    """Yield the program in live mode, and somebody elsewhere who asks it."""
    settings = Settings.model_validate(
        {
            "data_dir": program.settings.data_dir,
            "live": True,
            "smtp_url": "smtp://mail.example.org",
            "secret_key": "k" * 32,
        }
    )
    with opened(settings, EIGHT) as app:
        elsewhere = TestClient(
            make_app(app), base_url=SITE, client=("203.0.113.9", 5000)
        )
        yield app, elsewhere


def test_who_has_the_address_may_read_it_from_anywhere(
    live: tuple[App, TestClient],
) -> None:
    app, elsewhere = live
    answer = elsewhere.get(urlsplit(app.links.calendar_url(1)).path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(icalendar.Calendar.from_ical(answer.content).walk("VEVENT")) > 60
    assert "ann" not in answer.text.lower().replace("lantern", "")


def test_nobody_finds_an_address_by_guessing(live: tuple[App, TestClient]) -> None:
    app, elsewhere = live
    token = urlsplit(app.links.calendar_url(1)).path.removesuffix(".ics")
    other = urlsplit(app.links.unsubscribe_url(ReaderRef(1))).path.rpartition("/")[2]
    wrong = "A" if token[-5] != "A" else "B"

    for path in (
        "/calendar/1.ics",
        f"/calendar/{other}.ics",
        f"{token[:-5]}{wrong}{token[-4:]}.ics",
        urlsplit(app.links.calendar_url(99)).path,
    ):
        assert elsewhere.get(path).status_code == 404
