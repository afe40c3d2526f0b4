"""One bad event among good ones, bad in every way a machine can think of."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.ics import STARTS, a_calendar, an_ics_event, keys, reading_of

GOOD = (
    an_ics_event(uid="good-1", title="One"),
    an_ics_event(STARTS, "RRULE:FREQ=WEEKLY;COUNT=3", uid="good-2", title="Two"),
    an_ics_event("DTSTART;VALUE=DATE:20260708", uid="good-3", title="Three"),
)
EXPECTED = sorted(keys(reading_of(a_calendar(*GOOD))))
LINES = (
    "DTSTART;TZID=Europe/London:20260707T100000",
    "DTSTART;TZID=GMT Standard Time:20260707T100000",
    "DTEND:20260707T120000Z",
    "DURATION:PT1H",
    "RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=TU,TH",
    "EXDATE;TZID=Europe/London:20260714T100000",
    "RDATE;VALUE=PERIOD:20260708T100000Z/PT1H",
    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20260714T100000",
    "SEQUENCE:3",
    "STATUS:CANCELLED",
    "DESCRIPTION:Hello\\nthere",
    "X-ALT-DESC;FMTTYPE=text/html:<b>hi</b>",
    "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM",
    'ATTENDEE;CN="Ann":mailto:ann@example.org',
    "CONFERENCE:https://example.org/join",
)
# What breaks things: ends of lines and of parts, marks, numbers, wrong values.
BITS = (
    *("\r\n", "\n ", ":", ";", '"', "=", ",", "\\", "\x00", "\x1f", "\x85", "\u2028"),
    *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "BEGIN:VTIMEZONE"),
    *("END:VTIMEZONE", "BEGIN:VCALENDAR", "END:VCALENDAR", "TZID=", "VALUE=PERIOD"),
    *("99999999999999", "-", "00000000T000000", "20261332T256199", "T", "Z", "\ufffd"),
    *("FREQ=SECONDLY", "INTERVAL=-1", "BYSETPOS=0", "BYMONTH=13", "BYDAY=99XX"),
    *("UNTIL=", "COUNT=0", "WKST=XX", "BYYEARDAY=367", "BYWEEKNO=54"),
)
AFTER_ITS_UID = len("BEGIN:VEVENT\r\nUID:bad\r\n")
places = st.integers(AFTER_ITS_UID, 400)


@st.composite
def bad_events(draw: st.DrawFn) -> str:
    """Return an event of which parts are cut out, doubled or put in anywhere."""
    chosen = draw(st.lists(st.sampled_from(LINES), max_size=8, unique=True))
    event = an_ics_event(*chosen, "LOCATION:The Hall", uid="bad", title="Bad")
    for _ in range(draw(st.integers(1, 5))):
        at = min(draw(places), len(event))
        cut = draw(st.integers(0, 12))
        put = draw(st.sampled_from(BITS) | st.text(max_size=4) | st.just(""))
        event = event[:at] + put + event[at + cut :]
    return event.encode(errors="replace").decode()


@settings(max_examples=300, deadline=None)
@example("BEGIN:VEVENT\r\nUID:bad\r\nSUMMARY:Never ended", 0)
@example("BEGIN:VEVENT\r\nUID:bad\r\nBEGIN:VALARM\r\nEND:VEVENT", 1)
@example("BEGIN:VEVENT\r\nUID:bad\r\nEND:VEVENT\r\nEND:VCALENDAR", 2)
@example('BEGIN:VEVENT\r\nUID:bad\r\nDTSTART;X="never closed:1\r\nEND:VEVENT', 1)
@given(bad_events(), st.integers(0, len(GOOD)))
def test_a_bad_event_costs_no_good_one(bad: str, place: int) -> None:
    reading = reading_of(a_calendar(*GOOD[:place], bad, *GOOD[place:]))

    good = [key for key in keys(reading) if key.startswith("good")]
    assert sorted(good) == EXPECTED
