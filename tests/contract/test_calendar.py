"""What the reader of calendars promises: every good event, and every bad one named."""

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest

from digest.errors import SourceError
from digest.gather.calendars.calendar import read_from
from digest.gather.calendars.ics.answer import CalendarQuestion
from digest.gather.calendars.ics.process import ask
from digest.gather.registry import READERS
from digest.model.campaigns.campaign import Source, SourceKind
from digest.model.posts.blocks import links_in, texts
from digest.model.posts.items import Event, EventState
from tests.builders import EIGHT, a_visit
from tests.ics import (
    ENDS,
    STARTS,
    a_calendar,
    an_ics_event,
    keys,
    reading_of,
    starts,
    utc,
)

GOOD = an_ics_event(uid="good", title="Good")
# A wall time of New York where no library knows the zone's name.
CUSTOM_ZONE = """BEGIN:VTIMEZONE
TZID:Our own time
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE""".replace("\n", "\r\n")


def the_event(content: bytes, since: datetime = EIGHT) -> Event:
    reading = reading_of(content, since)
    assert reading.skipped == ()
    [event] = reading.items
    assert isinstance(event, Event)
    return event


def test_an_event_comes_in_whole() -> None:
    event = the_event(
        a_calendar(
            an_ics_event(
                STARTS,
                ENDS,
                "LOCATION:The Hall\\n1 Example Street\\, EXAMPLETON",
                "DESCRIPTION:Wear boots.\\n\\nBring a friend\\; there is tea.",
                "URL:https://example.org/walk",
                "CATEGORIES:walks,out of doors",
                "CONFERENCE;VALUE=URI:https://example.org/join",
            )
        )
    )

    assert (event.key, event.title, event.zone) == (
        "one",
        "Lantern walk",
        "Europe/London",
    )
    assert (event.starts, event.ends) == (utc(2026, 7, 7, 9), utc(2026, 7, 7, 11))
    assert event.place == "The Hall, 1 Example Street, EXAMPLETON"
    assert list(texts(event.body)) == ["Wear boots.", "Bring a friend; there is tea."]
    assert event.summary.startswith("Wear boots.")
    assert (event.url, event.joining_url) == (
        "https://example.org/walk",
        "https://example.org/join",
    )
    assert event.topics == ("walks", "out of doors")


@pytest.mark.parametrize(
    ("lines", "start", "zone"),
    [
        pytest.param(STARTS, "09:00", "Europe/London", id="a zone by name"),
        pytest.param(
            "DTSTART;TZID=GMT Standard Time:20260707T100000",
            "09:00",
            "Europe/London",
            id="Outlook's name of a zone",
        ),
        pytest.param(
            "DTSTART;TZID=/example.org/20260101/Europe/Paris:20260707T100000",
            "08:00",
            "Europe/Paris",
            id="a zone with a maker's name before it",
        ),
        pytest.param(
            'DTSTART;TZID="Our own time":20260707T100000',
            "14:00",
            "Europe/Dublin",
            id="a zone that only the calendar knows",
        ),
        pytest.param(
            "DTSTART:20260707T100000Z", "10:00", "Europe/Dublin", id="world time"
        ),
        pytest.param(
            "DTSTART:20260707T100000", "09:00", "Europe/Dublin", id="floating"
        ),
    ],
)
def test_a_time_is_read_in_its_zone_or_in_the_campaigns(
    lines: str, start: str, zone: str
) -> None:
    content = a_calendar(CUSTOM_ZONE, an_ics_event(lines))
    reading = reading_of(content, zone="Europe/Dublin")
    [event] = reading.items

    assert isinstance(event, Event)
    assert (f"{event.starts:%H:%M}", event.zone) == (start, zone)


@pytest.mark.parametrize(
    ("written", "zone", "hour"),
    [
        pytest.param("Europe/Paris", "Europe/Paris", 8, id="a zone"),
        pytest.param("UTC", "Europe/London", 9, id="world time"),
        pytest.param("Nowhere", "Europe/London", 9, id="a zone nobody knows"),
    ],
)
def test_a_time_without_a_zone_is_the_calendars_where_that_names_one(
    written: str, zone: str, hour: int
) -> None:
    def read(line: str) -> Event:
        return the_event(a_calendar(f"X-WR-TIMEZONE:{written}", an_ics_event(line)))

    world, floating = read("DTSTART:20260707T100000Z"), read("DTSTART:20260707T100000")

    assert (world.zone, world.starts.hour) == (zone, 10)
    assert (floating.zone, floating.starts.hour) == (zone, hour)


@pytest.mark.parametrize(
    ("lines", "starts_at", "ends_at"),
    [
        pytest.param(("DTSTART;VALUE=DATE:20260707",), "0706T2300", None, id="one day"),
        pytest.param(
            ("DTSTART;VALUE=DATE:20260707", "DTEND;VALUE=DATE:20260707"),
            "0706T2300",
            None,
            id="one day that ends before it begins to",
        ),
        pytest.param(
            ("DTSTART;VALUE=DATE:20260707", "DTEND;VALUE=DATE:20260710"),
            "0706T2300",
            "0709T2300",
            id="three days",
        ),
        pytest.param(
            ("DTSTART;VALUE=DATE:20260707", "DTEND:20260709T000000Z"),
            "0706T2300",
            "0708T2300",
            id="a day with an hour for its end",
        ),
        pytest.param(
            ("DTSTART;VALUE=DATE:20260707", "DURATION:P2D"),
            "0706T2300",
            "0708T2300",
            id="two days by their number",
        ),
        pytest.param(
            (
                "DTSTART;TZID=Europe/London:20260707T000000",
                "DTEND;TZID=Europe/London:20260708T000000",
                "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            ),
            "0706T2300",
            "0707T2300",
            id="Outlook's way of saying so",
        ),
    ],
)
def test_whole_days_begin_and_end_at_local_midnight(
    lines: tuple[str, ...], starts_at: str, ends_at: str | None
) -> None:
    event = the_event(a_calendar(an_ics_event(*lines)))

    assert event.all_day
    assert f"{event.starts:%m%dT%H%M}" == starts_at
    assert (event.ends and f"{event.ends:%m%dT%H%M}") == ends_at


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ("RRULE:FREQ=WEEKLY",),
            ["2026-07-07 09:00", "2026-07-14 09:00"],
            id="every week: the next, and those of two weeks",
        ),
        pytest.param(
            ("RRULE:FREQ=WEEKLY;COUNT=1",), ["2026-07-07 09:00"], id="with an end"
        ),
        pytest.param(
            ("RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/London:20260707T100000"),
            ["2026-07-14 09:00"],
            id="without the next",
        ),
        pytest.param(
            ("RRULE:FREQ=WEEKLY", "EXDATE:20260707T090000Z"),
            ["2026-07-14 09:00"],
            id="without the next, as world time",
        ),
        pytest.param(
            ("RRULE:FREQ=WEEKLY", "EXDATE;VALUE=DATE:20260707"),
            ["2026-07-14 09:00"],
            id="without the next, as a day",
        ),
        pytest.param(
            ("RDATE;TZID=Europe/London:20260709T150000",),
            ["2026-07-07 09:00", "2026-07-09 14:00"],
            id="one more date",
        ),
        pytest.param(
            ("RDATE;VALUE=PERIOD:20260709T150000Z/PT1H",),
            ["2026-07-07 09:00", "2026-07-09 15:00"],
            id="one more, of another length",
        ),
        pytest.param(
            ("RRULE:FREQ=DAILY;UNTIL=20260709",),
            ["2026-07-07 09:00", "2026-07-08 09:00"],
            id="until a day",
        ),
        pytest.param(
            ("RRULE:FREQ=WEEKLY;BYDAY=TU, TH;COUNT=3", "EXDATE:"),
            ["2026-07-07 09:00", "2026-07-09 09:00", "2026-07-14 09:00"],
            id="as Outlook writes it",
        ),
    ],
)
def test_an_event_that_repeats_is_told_as_its_coming_dates(
    lines: tuple[str, ...], expected: list[str]
) -> None:
    reading = reading_of(a_calendar(an_ics_event(STARTS, ENDS, *lines)))

    assert starts(reading) == expected
    assert reading.skipped == ()


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        pytest.param(
            "20260324T013000", ["2026-03-24 01:30", "2026-03-31 00:30"], id="spring"
        ),
        pytest.param(
            "20260322T013000",
            ["2026-03-22 01:30", "2026-03-29 01:30"],
            id="an hour that is left out",
        ),
        pytest.param(
            "20261018T013000",
            ["2026-10-18 00:30", "2026-10-25 00:30"],
            id="an hour that comes twice",
        ),
        pytest.param(
            "20261020T100000", ["2026-10-20 09:00", "2026-10-27 10:00"], id="autumn"
        ),
    ],
)
def test_a_series_keeps_its_wall_time_when_the_clocks_change(
    first: str, expected: list[str]
) -> None:
    lines = (f"DTSTART;TZID=Europe/London:{first}", "RRULE:FREQ=WEEKLY;COUNT=2")
    day = datetime.strptime(first[:8], "%Y%m%d").replace(tzinfo=UTC)
    reading = reading_of(a_calendar(an_ics_event(*lines)), day - timedelta(days=1))

    assert starts(reading) == expected


SERIES = an_ics_event(STARTS, ENDS, "RRULE:FREQ=WEEKLY")
MOVED = (
    "RECURRENCE-ID;TZID=Europe/London:20260714T100000",
    "DTSTART;TZID=Europe/London:20260715T150000",
)


def test_a_date_that_is_moved_keeps_its_key() -> None:
    before = reading_of(a_calendar(SERIES))
    after = reading_of(a_calendar(SERIES, an_ics_event(*MOVED, title="On Wednesday")))

    assert keys(before) == keys(after) == ["one", "one 2026-07-14"]
    assert starts(after) == ["2026-07-07 09:00", "2026-07-15 14:00"]
    assert after.items[1].title == "On Wednesday"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(
            SERIES.replace("T100000", "T110000"),
            ["one", "one 2026-07-14"],
            id="the series, to another hour",
        ),
        pytest.param(
            SERIES.replace("DTSTART", "RDATE:20260709T150000Z\r\nDTSTART"),
            ["one", "one 2026-07-09", "one 2026-07-14"],
            id="one date more",
        ),
        pytest.param(an_ics_event(), ["one"], id="no longer a series"),
    ],
)
def test_keys_stay_what_they_are_when_a_series_is_changed(
    now: str, expected: list[str]
) -> None:
    assert keys(reading_of(a_calendar(now))) == expected


def test_the_later_part_of_a_series_that_google_cut_in_two_keeps_its_keys() -> None:
    early = an_ics_event(
        STARTS, "RRULE:FREQ=WEEKLY;UNTIL=20260713T225959Z", uid="tea@google.com"
    )
    late = an_ics_event(
        "DTSTART;TZID=Europe/London:20260714T110000",
        "RRULE:FREQ=WEEKLY",
        uid="tea_R20260714T090000@google.com",
    )

    assert keys(reading_of(a_calendar(early, late))) == [
        "tea@google.com",
        "tea@google.com 2026-07-14",
    ]


def test_this_and_all_later_dates_may_be_moved() -> None:
    change = an_ics_event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20260714T100000",
        "DTSTART;TZID=Europe/London:20260714T120000",
        "DTEND;TZID=Europe/London:20260714T130000",
    )
    reading = reading_of(a_calendar(SERIES, change), EIGHT + timedelta(days=7))

    assert starts(reading) == ["2026-07-14 11:00", "2026-07-21 11:00"]
    assert keys(reading) == ["one 2026-07-14", "one 2026-07-21"]


def test_two_dates_of_one_day_have_keys_of_their_own() -> None:
    rule = "RRULE:FREQ=DAILY;BYHOUR=10,15;COUNT=3"
    reading = reading_of(a_calendar(an_ics_event(STARTS, rule)))

    assert keys(reading) == ["one", "one 2026-07-07", "one 2026-07-08"]


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(an_ics_event(STARTS, "STATUS:CANCELLED"), id="an event"),
        pytest.param(
            f"METHOD:CANCEL\r\n{an_ics_event(STARTS)}", id="by the whole calendar"
        ),
    ],
)
def test_a_cancelled_event_is_no_news_and_puts_right_what_is_known(part: str) -> None:
    reading = reading_of(a_calendar(part))

    assert reading.items == ()
    assert [(item.key, item.state) for item in reading.updates] == [
        ("one", EventState.CANCELLED)
    ]


def test_a_cancelled_date_of_a_series_does_not_cost_the_next_its_place() -> None:
    off = an_ics_event(
        "RECURRENCE-ID;TZID=Europe/London:20260707T100000", STARTS, "STATUS:CANCELLED"
    )
    reading = reading_of(a_calendar(SERIES, off))

    assert keys(reading) == ["one 2026-07-14"]
    assert reading.updates[0].state is EventState.CANCELLED


def test_an_event_that_is_not_yet_certain_is_told_as_such() -> None:
    event = the_event(a_calendar(an_ics_event(STARTS, "STATUS:TENTATIVE")))

    assert event.state is EventState.PROVISIONAL


@pytest.mark.parametrize(
    ("lines", "is_news", "is_known"),
    [
        pytest.param(("DTSTART:20260601T100000Z",), False, False, id="past"),
        pytest.param(
            ("DTSTART:20260601T100000Z", "DTEND:20260901T100000Z"),
            True,
            False,
            id="under way",
        ),
        pytest.param(("DTSTART:20260803T070000Z",), True, False, id="within 28 days"),
        pytest.param(("DTSTART:20260803T080000Z",), False, True, id="later"),
        pytest.param(
            ("DTSTART:20240101T100000Z", "RRULE:FREQ=MONTHLY"),
            True,
            False,
            id="monthly",
        ),
        pytest.param(
            ("DTSTART:20240701T100000Z", "RRULE:FREQ=YEARLY"),
            False,
            False,
            id="next year",
        ),
        pytest.param(
            ("DTSTART:20240101T100000Z", "RRULE:FREQ=DAILY;UNTIL=20250101T000000Z"),
            False,
            False,
            id="a series that ended",
        ),
    ],
)
def test_news_is_what_comes_within_four_weeks(
    lines: tuple[str, ...], is_news: object, is_known: object
) -> None:
    reading = reading_of(a_calendar(an_ics_event(*lines)))

    assert bool(reading.items) is is_news
    assert bool(reading.updates) is is_known


def test_a_long_series_does_not_flood_the_log() -> None:
    daily = an_ics_event(STARTS, "RRULE:FREQ=DAILY")
    often = an_ics_event(STARTS, "RRULE:FREQ=HOURLY", uid="two")
    reading = reading_of(a_calendar(daily, often))

    assert [
        sum(k.startswith(uid) for k in keys(reading)) for uid in ("one", "two")
    ] == [
        13,
        31,
    ]
    assert [item.name for item in reading.skipped] == ["Lantern walk"]


FAR = "9" * 9


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        pytest.param(
            (STARTS, "RRULE:FREQ=SECONDLY"), "every second", id="every second"
        ),
        pytest.param(
            (STARTS, "RRULE:FREQ=MINUTELY;INTERVAL=5"), "every minute", id="minutes"
        ),
        pytest.param(
            (STARTS, "RRULE:FREQ=MINUTELY", "EXRULE:FREQ=SECONDLY"), "EXRULE", id="ex"
        ),
        pytest.param(
            (STARTS, "RRULE:FREQ=DAILY;COUNT=10001"), "10,000 times", id="count"
        ),
        pytest.param(
            (STARTS, f"RRULE:FREQ=DAILY;COUNT={FAR}{FAR}"), "10,000 times", id="huge"
        ),
        pytest.param((STARTS, "RRULE:FREQ=DAILY;INTERVAL=0"), "interval", id="none"),
        pytest.param(
            (
                STARTS,
                "RRULE:FREQ=YEARLY;"
                + ";".join(
                    f"BY{name}={','.join(map(str, range(most)))}"
                    for name, most in (("HOUR", 24), ("MINUTE", 60), ("SECOND", 60))
                ),
            ),
            "too many parts",
            id="parts",
        ),
        pytest.param(
            ("DTSTART:19700101T100000Z", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"),
            "takes too long",
            id="never",
        ),
        pytest.param(
            (STARTS, "RDATE:" + ",".join(["20260709T150000Z"] * 1001)),
            "1,000 dates",
            id="a flood of dates",
        ),
        pytest.param((STARTS, *["RRULE:FREQ=DAILY"] * 6), "5 repeat rules", id="rules"),
        pytest.param(
            ("DTSTART;TZID=America/New_York:99991231T235959",), "worked out", id="9999"
        ),
        pytest.param((STARTS, f"DURATION:P{FAR}D"), "for years", id="endless"),
        pytest.param((STARTS, "DTEND:20360707T100000Z"), "than a year", id="ten years"),
        pytest.param((STARTS, "DTEND:20260706T100000Z"), "before it starts", id="ends"),
        pytest.param(("DTSTART:tomorrow",), "no date or time", id="no time"),
        pytest.param(("LOCATION:The Hall",), "has no start", id="no start"),
        pytest.param((STARTS, "DTEND:later"), "end that is no", id="no end"),
        pytest.param((STARTS, "RRULE:FREQ=OFTEN"), "repeat rule", id="no rule"),
        pytest.param((STARTS, "RRULE:FREQ=DAILY;UNTIL=x"), "repeat rule", id="until"),
        pytest.param(
            (STARTS, "RRULE:FREQ=DAILY", "EXDATE:x"), "leaves out", id="no exception"
        ),
        pytest.param((STARTS, "DESCRIPTION:" + "<div>" * 500), "nested", id="too deep"),
    ],
)
def test_one_bad_event_is_named_and_costs_itself_alone(
    lines: tuple[str, ...], why: str
) -> None:
    bad = an_ics_event(*lines, uid="bad", title="Bad")
    reading = reading_of(a_calendar(bad, GOOD))

    assert keys(reading) == ["good"]
    assert [item.name for item in reading.skipped] == ["Bad"]
    assert why in reading.skipped[0].why
    assert "\n" not in reading.skipped[0].why


@pytest.mark.parametrize(
    ("part", "name"),
    [
        pytest.param(an_ics_event(title=""), "an event without a title", id="untitled"),
        pytest.param("BEGIN:VEVENT\r\nSUMMARY:Cut", "Cut", id="cut short"),
        pytest.param(f"{GOOD}\r\n{GOOD}", None, id="said twice alike"),
        pytest.param(
            an_ics_event(STARTS, uid="good", title="Rival"), "Rival", id="same UID"
        ),
    ],
)
def test_an_event_that_cannot_be_told_apart_is_named(
    part: str, name: str | None
) -> None:
    reading = reading_of(a_calendar(GOOD, part, an_ics_event(uid="last")))

    assert [item.name for item in reading.skipped] == ([name] if name else [])
    assert {"good", "last"} <= set(keys(reading))


def test_a_date_whose_change_cannot_be_read_is_left_out_alone() -> None:
    bad = an_ics_event(MOVED[0], "DTSTART:soon", title="Bad")
    reading = reading_of(a_calendar(SERIES, bad), EIGHT)

    assert keys(reading) == ["one"]
    assert [item.name for item in reading.skipped] == ["Bad"]
    assert reading.is_silent_on("one 2026-07-14")
    assert not reading.is_silent_on("one 2026-07-21")


def test_the_latest_version_of_an_event_counts() -> None:
    def version(number: int) -> str:
        return an_ics_event(STARTS, f"SEQUENCE:{number}", title=f"No {number}")

    reading = reading_of(a_calendar(version(2), version(11), version(3)))

    assert [item.title for item in reading.items] == ["No 11"]
    assert reading.skipped == ()


def test_events_without_a_uid_are_taken_apart_by_title_and_start() -> None:
    parts = [an_ics_event(uid="", title=title) for title in ("One", "Two")]

    assert len(set(keys(reading_of(a_calendar(*parts))))) == 2


def test_private_events_are_left_out_and_counted() -> None:
    parts = [
        an_ics_event(STARTS, "CLASS:PRIVATE", uid="a"),
        an_ics_event(STARTS, "CLASS:CONFIDENTIAL", uid="b"),
        an_ics_event(STARTS, uid="c", title="Busy"),
        an_ics_event(STARTS, uid="d", title="Busy bees' picnic"),
    ]
    reading = reading_of(a_calendar(*parts))

    assert keys(reading) == ["d"]
    assert [item.name for item in reading.skipped] == ["3 of its events"]
    assert reading.is_silent_on("a")


@pytest.mark.parametrize(
    ("content", "is_silent"),
    [
        pytest.param(a_calendar(GOOD), False, id="whole"),
        pytest.param(a_calendar(GOOD)[:-20], True, id="cut short"),
        pytest.param(a_calendar(GOOD, an_ics_event(title="")), True, id="untitled"),
        pytest.param(a_calendar(), False, id="empty"),
    ],
)
def test_a_calendar_says_what_has_gone_only_where_it_is_whole(
    content: bytes, is_silent: object
) -> None:
    assert reading_of(content).is_silent_on("another") is is_silent


GOOGLE = "-::~:~::~:~:~::~:~::-"
LINE = "_" * 40
ZOOM = "https://us02web.zoom.us/j/123?pwd=s3cret"


@pytest.mark.parametrize(
    ("lines", "words", "joining"),
    [
        pytest.param(
            (
                f"DESCRIPTION:Tea.\\n\\n{GOOGLE}\\nJoin with Google Meet: "
                f"https://meet.google.com/abc-defg-hij\\nPlease do not edit\\n{GOOGLE}",
            ),
            ["Tea."],
            "https://meet.google.com/abc-defg-hij",
            id="what Google adds",
        ),
        pytest.param(
            (
                f"DESCRIPTION:Tea.\\n{LINE}\\nMicrosoft Teams meeting\\nJoin: "
                f"https://teams.microsoft.com/l/meetup-join/19\\n{LINE}\\n",
            ),
            ["Tea."],
            "https://teams.microsoft.com/l/meetup-join/19",
            id="what Outlook adds",
        ),
        pytest.param(
            ("DESCRIPTION:<b>Tea</b> and<br>cake",), ["Tea and\ncake"], "", id="HTML"
        ),
        pytest.param(
            ("X-ALT-DESC;FMTTYPE=text/html:<p>Tea</p>",), ["Tea"], "", id="only HTML"
        ),
        pytest.param(
            ("LOCATION:https://zoom.us/j/123",), [], "https://zoom.us/j/123", id="place"
        ),
        pytest.param(
            ("DESCRIPTION:Bring £2 & a <smile>",),
            ["Bring £2 & a <smile>"],
            "",
            id="plain",
        ),
        pytest.param(
            ("CONFERENCE:javascript:alert(1)", "DESCRIPTION:javascript:x"),
            ["javascript:x"],
            "",
            id="no address",
        ),
    ],
)
def test_an_events_words_are_what_people_wrote(
    lines: tuple[str, ...], words: list[str], joining: str
) -> None:
    event = the_event(a_calendar(an_ics_event(STARTS, *lines)))

    assert list(texts(event.body)) == words
    assert event.joining_url == joining
    assert event.place == ""


@pytest.mark.parametrize(
    ("title", "place", "expected", "joining"),
    [
        (f"Chair yoga - {ZOOM}", "", ("Chair yoga", ""), ZOOM),
        (f"Chair yoga ({ZOOM}) with Sal", "", ("Chair yoga, with Sal", ""), ZOOM),
        (f"Chair yoga: join us here {ZOOM}", "", ("Chair yoga", ""), ZOOM),
        ("Yoga: https://ann:secret@example.org/", "", ("Yoga", ""), ""),
        (f"RE: what we believe {ZOOM}", "", ("RE: what we believe", ""), ZOOM),
        ("Chair yoga", f"Hall, or {ZOOM}", ("Chair yoga", "Hall, or"), ZOOM),
        ("Chair yoga", "Hall https://hall.example.org/map", None, ""),
    ],
)
def test_a_link_that_lets_in_stands_in_no_title(
    title: str, place: str, expected: tuple[str, str] | None, joining: str
) -> None:
    lines = (f"LOCATION:{place}",) if place else ()
    event = the_event(a_calendar(an_ics_event(STARTS, *lines, title=title)))

    assert (event.title, event.place) == (expected or (title, place))
    assert event.joining_url == joining


def test_long_titles_behind_an_address_are_read_at_once() -> None:
    long = f"{ZOOM} {'#' * 5000}"
    parts = [an_ics_event(STARTS, uid=f"{n}", title=f"{n} {long}") for n in range(20)]
    began = process_time()

    assert len(reading_of(a_calendar(*parts)).items) == len(parts)
    # They were read again from each of their letters.
    assert process_time() - began < 1


def test_a_map_is_no_link_to_join_and_a_subject_passed_on_is_a_title() -> None:
    place = "https://maps.app.goo.gl/xyz"
    part = an_ics_event(STARTS, f"LOCATION:{place}", title="FW: Re: Christmas fair")
    event = the_event(a_calendar(part))

    assert (event.title, event.place) == ("Christmas fair", "")
    assert (event.url, event.joining_url) == (place, "")


def test_addresses_in_plain_words_become_links() -> None:
    event = the_event(
        a_calendar(
            an_ics_event(STARTS, "DESCRIPTION:See https://example.org/a?b=1&c=2.")
        )
    )

    assert list(links_in(event.body)) == [
        ("https://example.org/a?b=1&c=2", "https://example.org/a?b=1&c=2")
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\ufeff".encode() + a_calendar(GOOD), id="a mark before it"),
        pytest.param(a_calendar(GOOD).replace(b"\r\n", b"\n"), id="line feeds"),
        pytest.param(a_calendar(GOOD).replace(b"BEGIN:VEV", b"begin:vev"), id="small"),
        pytest.param(
            a_calendar(GOOD.replace("Good", "Caf\u00e9")).replace(
                "\u00e9".encode(), b"\xc3\r\n \xa9"
            ),
            id="folded inside a letter",
        ),
        pytest.param(
            a_calendar(GOOD.replace("Good", "Caf\u00e9")).decode().encode("cp1252"),
            id="an old encoding",
        ),
        pytest.param(a_calendar(GOOD) + a_calendar(), id="two calendars"),
    ],
)
def test_a_file_may_be_written_in_many_ways(content: bytes) -> None:
    assert the_event(content).title in {"Good", "Caf\u00e9"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "is no calendar", id="empty"),
        pytest.param(b"<html><body>Calendar</body></html>", "web page", id="a page"),
        pytest.param(b"\x00\xff\xfe" * 1000, "is no calendar", id="binary"),
        pytest.param(
            a_calendar("CALSCALE:HEBREW", GOOD), "Gregorian", id="other calendar"
        ),
        pytest.param(
            b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 20_001, "20,000", id="a flood"
        ),
    ],
)
def test_what_is_no_calendar_is_refused_in_one_line(content: bytes, why: str) -> None:
    with pytest.raises(SourceError, match=why) as refusal:
        reading_of(content)

    assert "\n" not in str(refusal.value)


QUESTION = CalendarQuestion(EIGHT, EIGHT, EIGHT, "Europe/London")


def test_the_child_answers_as_this_process_would() -> None:
    bad = an_ics_event(STARTS, "RRULE:FREQ=SECONDLY", uid="bad")
    content = a_calendar(SERIES, bad, an_ics_event(*MOVED), GOOD)
    source = Source("diary", SourceKind.CALENDAR, "diary.ics")

    assert read_from(content, source, a_visit(since=EIGHT)) == reading_of(content)


def test_a_calendar_that_takes_too_long_is_given_up() -> None:
    answer = ask(a_calendar(GOOD), QUESTION, seconds=0.001)

    assert "takes longer" in answer.refused


def test_a_calendar_is_read_from_a_file(tmp_path: object) -> None:
    path = f"{tmp_path}/diary.ics"
    with open(path, "wb") as file:  # noqa: PTH123 - the path is a word here
        file.write(a_calendar(GOOD))
    source = Source("diary", SourceKind.CALENDAR, path)

    assert keys(READERS[SourceKind.CALENDAR](source, a_visit(since=EIGHT))) == ["good"]


@pytest.mark.parametrize("name", ["none.ics", "."])
def test_a_file_that_cannot_be_read_is_refused_in_one_line(name: str) -> None:
    source = Source("diary", SourceKind.CALENDAR, name)
    with pytest.raises(SourceError, match=r"path of an \.ics file"):
        READERS[SourceKind.CALENDAR](source, a_visit())


OVER_ALL_DAY = an_ics_event(
    "DTSTART;VALUE=DATE:20240503", uid="fair", title="Spring fair"
)
OVER_SERIES = an_ics_event(
    "DTSTART;TZID=Europe/London:20240401T233000",
    "RRULE:FREQ=WEEKLY;COUNT=10",
    uid="choir",
    title="Choir",
)


@pytest.mark.parametrize(
    ("events", "note"),
    [
        pytest.param(
            [OVER_ALL_DAY],
            "1 event is over, and none is ahead: the last began on 3 May 2024",
            id="a day",
        ),
        pytest.param(
            [OVER_ALL_DAY, OVER_SERIES],
            "2 events are over, and none is ahead: the last began on 3 June 2024",
            id="the last of a series that was counted",
        ),
        pytest.param(
            [an_ics_event("DTSTART:20240602T233000Z"), OVER_ALL_DAY],
            "2 events are over, and none is ahead: the last began on 3 June 2024",
            id="a night that is the next day here",
        ),
        pytest.param([], "holds no events", id="no event at all"),
    ],
)
def test_a_calendar_with_nothing_ahead_says_so(events: list[str], note: str) -> None:
    content = a_calendar(*events)
    source = Source("diary", SourceKind.CALENDAR, "diary.ics")

    reading = read_from(content, source, a_visit(since=EIGHT))

    assert (reading.items, reading.skipped, reading.notes) == ((), (), (note,))
    assert reading == reading_of(content)


def test_what_is_over_is_not_told_of_beside_what_comes() -> None:
    assert reading_of(a_calendar(OVER_ALL_DAY, GOOD)).notes == ()


def test_a_calendar_whose_one_event_is_bad_is_not_called_empty() -> None:
    bad = an_ics_event(STARTS, "RRULE:FREQ=SECONDLY", uid="bad")

    reading = reading_of(a_calendar(bad))

    assert reading.skipped
    assert reading.notes == ()
