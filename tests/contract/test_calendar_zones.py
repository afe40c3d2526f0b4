"""Zones by the names that calendar programs write, and other slips of theirs."""

from pathlib import Path

import pytest

from digest.gather import limits
from digest.model.posts.blocks import texts
from tests.builders import EIGHT
from tests.ics import a_calendar, an_ics_event, found_events, reading_of, starts

FIELD = Path(__file__).parents[1] / "data" / "field" / "calendars"
JUNE = EIGHT.replace(month=6, day=25)
OWN_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID: Hall Time",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0300",
    "TZOFFSETTO:+0300",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def start_in(zone: str, *parts: str, home: str = "Europe/London") -> str:
    """Return the start, in UTC, of an event at ten in that zone in July."""
    event = an_ics_event(f"DTSTART;TZID={zone}:20260707T100000")
    [start] = starts(reading_of(a_calendar(*parts, event), zone=home))
    return start.partition(" ")[2]


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Paris", "08:00"),
        ('"GMT Standard Time"', "09:00"),
        ('"(UTC+00:00) Dublin, Edinburgh, Lisbon, London"', "09:00"),
        ('"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"', "08:00"),
        ('"(UTC+01:00) Brussels, Copenhagen, Madrid, Paris"', "08:00"),
        ('"(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague"', "08:00"),
        ('"(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius"', "07:00"),
        ('"(UTC-05:00) Eastern Time (US & Canada)"', "14:00"),
        ('"(UTC-08:00) Pacific Time (US & Canada)"', "17:00"),
        ('"(UTC-07:00) Arizona"', "17:00"),
        ('"(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi"', "04:30"),
        ('"(UTC+10:00) Canberra, Melbourne, Sydney"', "00:00"),
        ('"(UTC) Coordinated Universal Time"', "10:00"),
        ("/mozilla.org/20050126_1/Europe/Paris", "08:00"),
        (" Europe/Paris", "08:00"),
        ('"(UTC+03:00) Nowhere"', "07:00"),
        ("GMT-0500", "15:00"),
    ],
)
def test_a_zone_is_known_by_the_name_that_a_program_gives_it(
    zone: str, start: str
) -> None:
    assert start_in(zone) == start


@pytest.mark.parametrize("zone", ["Hall Time", " Hall Time", '" Hall Time"'])
def test_a_zone_that_the_file_defines_is_that_whatever_stands_before_it(
    zone: str,
) -> None:
    assert start_in(zone, *OWN_ZONE) == "07:00"


@pytest.mark.parametrize(
    "zone", ['"Customized Time Zone"', "Mars/Crater", "x" * 5000, "../../etc/passwd"]
)
def test_a_zone_that_nobody_knows_is_the_calendars_own_and_told(zone: str) -> None:
    event = an_ics_event(f"DTSTART;TZID={zone}:20260707T100000")
    reading = reading_of(a_calendar("X-WR-TIMEZONE:Europe/Paris", event))
    [remark] = reading.skipped

    assert starts(reading) == ["2026-07-07 08:00"]
    assert remark.is_part
    assert "which nobody knows: it is taken as Europe/Paris" in remark.why


def test_the_names_of_outlook_on_the_web_came_from_the_field() -> None:
    content = (FIELD / "owa_display_name.ics").read_bytes()
    reading = reading_of(content, JUNE)
    [event] = found_events(reading)

    assert starts(reading) == ["2026-07-06 09:00"]
    assert event.zone in {"Europe/Dublin", "Europe/London"}
    assert reading.skipped == ()


def test_an_end_without_a_zone_has_its_starts() -> None:
    content = (FIELD / "dtend_without_tzid.ics").read_bytes()
    [event] = found_events(reading_of(content, JUNE))

    assert (event.ends - event.starts).total_seconds() == 3600


def test_a_byte_that_is_no_utf8_costs_its_own_letter_alone() -> None:
    content = (FIELD / "one_bad_byte.ics").read_bytes()
    *whole, cut = found_events(reading_of(content, JUNE))

    assert {event.title for event in whole} == {
        "Caf\u00e9 Zo\u00eb \u2013 tea for \u00a32"
    }
    assert " ".join(texts(cut.body)).startswith("This description was cut")
    assert "\u00c3" not in " ".join(texts(cut.body))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_file_in_one_encoding_is_read_in_that(encoding: str) -> None:
    calendar = a_calendar(an_ics_event(title="Caf\u00e9 \u2013 tea for \u00a32"))
    [event] = found_events(reading_of(calendar.decode().encode(encoding)))

    assert event.title == "Caf\u00e9 \u2013 tea for \u00a32"


@pytest.mark.parametrize(
    "until", ["20260709T090000", "20260709T090000Z", "20260709T130000Z"]
)
def test_an_end_written_as_wall_time_keeps_the_last_date(until: str) -> None:
    event = an_ics_event(
        "DTSTART;TZID=America/New_York:20260707T090000",
        f"RRULE:FREQ=DAILY;UNTIL={until}",
    )

    assert starts(reading_of(a_calendar(event))) == [
        f"2026-07-0{day} 13:00" for day in (7, 8, 9)
    ]


def test_the_verdict_is_the_same_however_slow_the_clock_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A busy machine: between any two looks at the clock an hour has gone by.
    hours = iter(range(0, 10_000_000, 3600))
    monkeypatch.setattr("time.monotonic", lambda: next(hours))
    events = [an_ics_event(uid=f"{number}") for number in range(20)]

    assert len(reading_of(a_calendar(*events)).items) == 20
    assert limits.CALENDAR_CLOCK_SECONDS >= 10 * limits.CALENDAR_SECONDS
