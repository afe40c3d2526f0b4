"""Days and times in words, and what is no moment at all."""

from datetime import UTC, datetime

import pytest

from digest.gather.items.written_moments import written_moment

LONDON = "Europe/London"


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        # RFC 822 section 5.1, and what people write in its place.
        *[("GMT", 0), ("UT", 0), ("UTC", 0), ("Z", 0), ("EST", -5), ("EDT", -4)],
        *[("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7)],
        *[("BST", 1), ("WEST", 1), ("CET", 1), ("CEST", 2), ("MESZ", 2), ("EET", 2)],
        *[("EEST", 3), ("MSK", 3), ("SAST", 2), ("AEST", 10), ("AEDT", 11), ("JST", 9)],
        *[("NZDT", 13), ("+0100", 1), ("-0330", -3.5), ("+01:00", 1), ("GMT+2", 2)],
        *[("bst", 1), ("+0100 (BST)", 1), ("Europe/Paris", 2)],
    ],
)
def test_a_zone_that_people_write_means_what_it_says(name: str, hours: float) -> None:
    at = written_moment(f"Thu, 02 Jul 2026 12:00:00 {name}", LONDON)
    noon = datetime(2026, 7, 2, 12, tzinfo=UTC)

    assert at is not None
    assert (noon - at.instant).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("Asia/Kolkata", 5.5), ("Europe/Dublin", 1), ("Asia/Jerusalem", 2)],
)
def test_a_name_of_several_zones_is_that_of_the_sources_own(
    zone: str, hours: float
) -> None:
    at = written_moment("Thu, 02 Jul 2026 12:00:00 IST", zone)

    assert at is not None
    assert at.instant.hour == int(12 - hours)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2026-07-02T12:00:00Z", ""),
        ("2026-07-02 13:00", ""),
        ("20260702T120000Z", ""),
        ("2026-07-02T13:00+01:00[Europe/London]", ""),
        ("2026-07-02 1:00 PM", ""),
        ("2026/07/02 13:00", ""),
        ("Thu, 02 Jul 2026 13:00:00 BST", ""),
        ("Thu, 02-Jul-26 12:00:00 GMT", ""),
        ("2 Jul 26 12:00 UT", ""),
        ("Fri, 02 Jul 2026 12:00:00 GMT", ""),
        ("Do, 02 Jul 2026 14:00:00 +0200", ""),
        ("Thu Jul  2 13:00:00 2026", ""),
        ("Thu Jul  2 13:00:00 BST 2026", ""),
        ("Thu Jul 02 2026 13:00:00 GMT+0100 (British Summer Time)", ""),
        ("2 July 2026 13:00", ""),
        ("Thursday 2nd July 2026, 1pm", ""),
        ("July 2, 2026 at 1:00 p.m.", ""),
        ("02/07/2026 13:00", "en-GB"),
        ("07/02/2026 13:00", "en-US"),
        ("Donnerstag, 2. Juli 2026 um 13:00 Uhr", "de"),
        ("jeudi 2 juillet 2026 à 13h00", "fr"),
        ("2 de julio de 2026 13:00", "es"),
        ("czwartek, 2 lipca 2026, 13:00", "pl"),
        ("Dydd Iau, 2 Gorffennaf 2026 13:00", "cy"),
        ("2 июля 2026 \u0433. 13:00", "ru"),
        ("2026年7月2日 13:00", "ja"),
    ],
)
def test_a_time_is_read_as_people_and_programs_write_it(
    text: str, language: str
) -> None:
    at = written_moment(text, LONDON, [language] if language else [])

    assert at is not None
    assert at.instant == datetime(2026, 7, 2, 12, tzinfo=UTC)
    assert not at.is_day


@pytest.mark.parametrize(
    "text", ["2026-07-02", "2 July 2026", "Thu, 2 Jul 2026", "02.07.2026", "2026-7-2"]
)
def test_a_day_begins_at_its_midnight(text: str) -> None:
    at = written_moment(text, LONDON)

    assert at is not None
    assert at.is_day
    assert at.instant == datetime(2026, 7, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "Yesterday", "2 July", "July 2026 perhaps", "1720000000"),
        *("Thu, 02 Jul 2026 12:00:00 XYZ", "Thu, 02 Jul 2026 12:00:00 IST"),
        *("Thu, 32 Jul 2026 12:00:00 GMT", "Thu, 02 Jul 2026 25:00:00 GMT"),
        *("Thu, 02 Jul 1782 12:00:00 GMT", "1782", "0000-00-00 00:00:00"),
        *("Mon, 99 Jul 99999 08:00:00 GMT", "13:00 pm 2 July 2026"),
        *("Thu, 02 Jul 2026 12:00:00 +9900", "x" * 10_000, "9999-12-31T23:00-05:00"),
    ],
)
def test_what_cannot_be_read_is_no_moment_and_no_guess(text: str) -> None:
    assert written_moment(text, LONDON) is None
