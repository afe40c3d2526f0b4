"""The keys of a [[schedule]]: what they mean, and what is refused with why."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import PurePath
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import CampaignFileError
from digest.model.campaigns.campaign import Schedule
from digest.model.campaigns.campaign_file import parse
from digest.model.campaigns.day_times import QuietHours
from digest.model.campaigns.slots import closing_in_words


def schedule_of(lines: str, campaign: str = "") -> Schedule:
    """Return the one schedule of a campaign file with those lines."""
    text = f"""
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "digest@example.org"
lists = ["lantern"]
timezone = "Europe/London"
{campaign}
[[schedule]]
name = "daily"
{lines}
"""
    [schedule] = parse(text, "UTC", PurePath()).schedules
    return schedule


def first_slots(lines: str, campaign: str = "", count: int = 3) -> list[str]:
    """Return the first slots from 1 July 2026 on, by the clock of London."""
    times = schedule_of(lines, campaign).times
    slot, slots = datetime(2026, 6, 30, 23, tzinfo=UTC), list[datetime]()
    while len(slots) < count and (following := times.next_slot(slot)):
        slots.append(slot := following)
    local = (slot.astimezone(ZoneInfo("Europe/London")) for slot in slots)
    return [f"{slot:%a %-d %b %H:%M}" for slot in local]


@pytest.mark.parametrize(
    ("lines", "slots"),
    [
        pytest.param(
            'at = ["16:00", "09:00"]\ndays = "thu"',
            ["Thu 2 Jul 09:00", "Thu 2 Jul 16:00", "Thu 9 Jul 09:00"],
            id="several times, in the order of the day",
        ),
        pytest.param(
            'at = "10:00"\ndays = "thu"\nevery = "2w"\nstarts = 2026-07-06',
            ["Thu 9 Jul 10:00", "Thu 23 Jul 10:00", "Thu 6 Aug 10:00"],
            id="every other week, from the week it starts in",
        ),
        pytest.param(
            'at = "10:00"\nmonthly = "first mon"',
            ["Mon 6 Jul 10:00", "Mon 3 Aug 10:00", "Mon 7 Sep 10:00"],
            id="a weekday of the month",
        ),
        pytest.param(
            'at = "10:00"\nmonthly = ["1st", "last friday"]',
            ["Wed 1 Jul 10:00", "Fri 31 Jul 10:00", "Sat 1 Aug 10:00"],
            id="two days of the month",
        ),
        pytest.param(
            'at = "10:00"\nmonthly = "1st"\nstarts = 2026-10-15',
            ["Sun 1 Nov 10:00", "Tue 1 Dec 10:00", "Fri 1 Jan 10:00"],
            id="each month, over the end of a year",
        ),
        pytest.param(
            'at = "10:00"\nmonthly = "last working day"',
            ["Fri 31 Jul 10:00", "Mon 31 Aug 10:00", "Wed 30 Sep 10:00"],
            id="the last working day",
        ),
        pytest.param(
            'at = "10:00"\nmonthly = "first working day"\nstarts = 2026-07-20',
            ["Mon 3 Aug 10:00", "Tue 1 Sep 10:00", "Thu 1 Oct 10:00"],
            id="the first working day, behind a weekend",
        ),
        pytest.param(
            'at = "10:00"\non = 2026-07-09', ["Thu 9 Jul 10:00"], id="a day, once"
        ),
        pytest.param(
            'every = "20m"\nbetween = "16:30 to 17:00"\ndays = "fri"',
            ["Fri 3 Jul 16:30", "Fri 3 Jul 16:50", "Fri 10 Jul 16:30"],
            id="every so often in a window",
        ),
        pytest.param(
            'at = "16:00"\nstarts = 2026-07-09\nends = 2026-07-10',
            ["Thu 9 Jul 16:00", "Fri 10 Jul 16:00"],
            id="between two days, both inclusive",
        ),
        pytest.param(
            'at = "11:00"\ntimezone = "Europe/Berlin"\ndays = "thu"',
            ["Thu 2 Jul 10:00", "Thu 9 Jul 10:00", "Thu 16 Jul 10:00"],
            id="a zone of its own",
        ),
    ],
)
def test_a_schedule_is_due_when_its_keys_say(lines: str, slots: list[str]) -> None:
    assert first_slots(lines) == slots


SUMMER = 'holidays = "GB-ENG"\nclosed = [2026-08-28]'


@pytest.mark.parametrize(
    ("lines", "slots"),
    [
        pytest.param(
            "", ["Thu 27 Aug 16:00", "Tue 1 Sep 16:00"], id="skipped unless said"
        ),
        pytest.param(
            'when_closed = "send"',
            ["Thu 27 Aug 16:00", "Fri 28 Aug 16:00", "Mon 31 Aug 16:00"],
            id="sent all the same",
        ),
        pytest.param(
            'when_closed = "before"',
            ["Thu 27 Aug 16:00", "Tue 1 Sep 16:00"],
            id="before, where there is an edition already",
        ),
    ],
)
def test_bank_holidays_and_closed_days_move_or_skip_a_slot(
    lines: str, slots: list[str]
) -> None:
    lines = f'at = "16:00"\ndays = "mon-fri"\nstarts = 2026-08-27\n{lines}'

    assert first_slots(lines, SUMMER, len(slots)) == slots


def test_a_weekly_edition_moves_to_the_working_day_before_or_after() -> None:
    friday = 'at = "16:00"\ndays = "fri"\nstarts = 2026-08-28'

    assert first_slots(f'{friday}\nwhen_closed = "before"', SUMMER, 1) == [
        "Fri 4 Sep 16:00"  # the day before is before it starts
    ]
    assert first_slots(f'{friday}\nwhen_closed = "after"', SUMMER, 1) == [
        "Tue 1 Sep 16:00"  # the Monday is a bank holiday
    ]


def test_the_last_working_day_minds_bank_holidays_of_the_place() -> None:
    monthly = 'at = "10:00"\nmonthly = "last working day"'

    # The last Monday of August is a bank holiday in England, not in Scotland.
    assert first_slots(monthly, 'holidays = "GB-ENG"')[1] == "Fri 28 Aug 10:00"
    assert first_slots(monthly, 'holidays = "GB-SCT"')[1] == "Mon 31 Aug 10:00"
    # Friday is of the weekend in Israel: the 31st of July, and no holiday.
    assert first_slots(monthly, 'holidays = "IL"')[0] == "Thu 30 Jul 10:00"


def test_an_edition_may_close_early_and_leave_the_night_in_peace() -> None:
    schedule = schedule_of('at = "16:00"\nclose = "30m"\nquiet = "21:00-08:00"')

    assert schedule.close == timedelta(minutes=30)
    assert schedule.quiet == QuietHours(time(21), time(8))


def test_without_such_keys_an_edition_closes_at_its_slot() -> None:
    schedule = schedule_of('at = "16:00"')

    assert (schedule.close, schedule.quiet) == (timedelta(0), None)


@pytest.mark.parametrize(
    ("lines", "campaign", "fault"),
    [
        pytest.param("", "", "at: is missing", id="no time"),
        pytest.param("at = []", "", "at: is empty", id="no times"),
        pytest.param('at = ["9:00"]', "", 'is it "09:00"?', id="a time nearly right"),
        pytest.param(
            'at = "09:00, 16:00"', "", 'at = ["09:00", "16:00"]', id="times in a line"
        ),
        pytest.param(
            'at = ["09:00", "09:00"]', "", "names 09:00 more than once", id="twice"
        ),
        pytest.param("at = 16", "", "it must be text in quotes", id="a number"),
        pytest.param(
            'at = "10:00"\ndays = "thu"\nevery = "2w"',
            "",
            "needs a day to count its weeks from",
            id="every other week, but from when",
        ),
        pytest.param(
            'at = "10:00"\nevery = "2w"\nstarts = 2026-07-06',
            "",
            "days: is missing",
            id="every other week, but on which days",
        ),
        pytest.param(
            'at = "10:00"\nevery = "fortnight"', "", 'is it "2w"?', id="a fortnight"
        ),
        pytest.param('every = "1w"', "", "is every week", id="every week"),
        pytest.param('every = "90 bananas"', "", 'write "30m"', id="no length"),
        pytest.param('every = "2m"', "", "must be from 5m", id="too often"),
        pytest.param('every = "2d"', "", "less than a day", id="days"),
        pytest.param(
            'every = "30m"\nat = "16:00"', "", "cannot stand beside", id="two times"
        ),
        pytest.param(
            'every = "30m"\nbetween = "17:00-09:00"',
            "",
            "ends before it begins",
            id="a window past midnight",
        ),
        pytest.param(
            'every = "30m"\nbetween = "9-17"',
            "",
            'is it "09:00-17:00"?',
            id="a window nearly right",
        ),
        pytest.param(
            'at = "10:00"\nbetween = "09:00-17:00"',
            "",
            "between: is not a key here",
            id="a window without steps",
        ),
        pytest.param(
            'at = "10:00"\nmonthly = 31', "", 'or "last day"', id="no day of each month"
        ),
        pytest.param('at = "10:00"\nmonthly = 0', "", "write 1 to 28", id="day 0"),
        pytest.param(
            'at = "10:00"\nmonthly = "fifth mon"', "", '"last"', id="not in each month"
        ),
        pytest.param(
            'at = "10:00"\nmonthly = "frist mondy"',
            "",
            'is it "first monday"?',
            id="misspelt",
        ),
        pytest.param(
            'at = "10:00"\nmonthly = "now and then"', "", "write e.g.", id="no day"
        ),
        pytest.param(
            'at = "10:00"\nmonthly = 1\ndays = "thu"',
            "",
            "days: cannot stand beside monthly",
            id="two rules",
        ),
        pytest.param(
            'at = "10:00"\non = 2026-07-09\nevery = "2w"',
            "",
            "cannot count weeks beside on",
            id="weeks of a day",
        ),
        pytest.param(
            'at = "10:00"\non = "2026-07-09"', "", "must be a date", id="day in quotes"
        ),
        pytest.param(
            "at = '10:00'\non = 2026-07-09T10:00:00", "", "date alone", id="with a time"
        ),
        pytest.param(
            'at = "10:00"\nstarts = 2026-07-09\nends = 2026-07-08',
            "",
            "ends: is before starts",
            id="ends first",
        ),
        pytest.param(
            'at = "10:00"\nstarts = 0001-01-01', "", "from 1970 to 2100", id="long ago"
        ),
        pytest.param(
            'at = "10:00"\non = 9999-12-31', "", "from 1970 to 2100", id="far ahead"
        ),
        pytest.param(
            'at = "10:00"', "ends = 9999-12-31", "from 1970 to 2100", id="for ever"
        ),
        pytest.param(
            'at = "10:00"\ntimezone = "London"', "", 'is it "Europe/London"?', id="zone"
        ),
        pytest.param(
            'at = "10:00"\ntimezone = "America/New Yrok"',
            "",
            'is it "America/New_York"?',
            id="zone misspelt",
        ),
        pytest.param(
            'at = "10:00"\ntimezone = "xyzzy"', "", "write e.g. Europe/", id="no zone"
        ),
        pytest.param(
            'at = "10:00"\nwhen_closed = "skipp"', "", 'is it "skip"?', id="closed"
        ),
        pytest.param(
            'at = "10:00"', 'holidays = "England"', "write a country", id="no place"
        ),
        pytest.param(
            'at = "10:00"', 'holidays = "gb-eng"', 'is it "GB-ENG"?', id="small letters"
        ),
        pytest.param(
            'at = "10:00"',
            'holidays = "GB-Scotlan"',
            'is it "GB-SCT"?',
            id="a part nearly right",
        ),
        pytest.param(
            'at = "10:00"',
            'holidays = "GB-XX"',
            "of GB there are ENG, NIR, SCT, WLS",
            id="no such part",
        ),
        pytest.param(
            'at = "10:00"', 'closed = "Friday"', "must be a date", id="closed in words"
        ),
        pytest.param(
            'at = "10:00"\nclose = "0m"', "", "must be from 1m to 24h", id="not closed"
        ),
        pytest.param(
            'at = "10:00"\n[[schedule]]\nat = "11:00"',
            "",
            "name: is missing",
            id="name",
        ),
        pytest.param(
            'at = "10:00"\nclose = "2d"', "", "must be from 1m to 24h", id="long closed"
        ),
        pytest.param(
            'at = ["10:00", "10:20"]\nclose = "30m"',
            "",
            "no longer than from slot to slot: 20 minutes",
            id="closed before the slot before",
        ),
        pytest.param(
            'at = "22:00"\nquiet = "21:00-08:00"',
            "",
            "holds 22:00, when an edition is due",
            id="due in quiet hours",
        ),
        pytest.param(
            'at = "10:00"\nquiet = "08:00-08:00"', "", "ends when it begins", id="quiet"
        ),
        pytest.param(
            'at = "10:00"\nwhats_on = "2h"', "", "must be from 1d to 92d", id="ahead"
        ),
        pytest.param(
            'at = "10:00"\nwhats_on = true',
            "",
            'must be a length of time: "8d"; false is no list',
            id="a list of no length",
        ),
        pytest.param(
            'at = "10:00"\nwhats_on = 8',
            "",
            'must be a length of time: "8d"; false is no list',
            id="a list of a bare number",
        ),
        pytest.param(
            'at = "10:00"\nwhats_on = false',
            "events_alone = true",
            "needs a schedule that lists events",
            id="events alone without a list",
        ),
    ],
)
def test_what_is_not_understood_is_refused_with_what_was_meant(
    lines: str, campaign: str, fault: str
) -> None:
    with pytest.raises(CampaignFileError) as refusal:
        schedule_of(lines, campaign)

    assert fault in str(refusal.value)


def test_weeks_are_counted_from_the_campaigns_first_day_where_no_other_is_named() -> (
    None
):
    lines = 'at = "10:00"\ndays = "mon"\nevery = "2w"'

    assert first_slots(lines, "starts = 2026-07-13", 2) == [
        "Mon 13 Jul 10:00",
        "Mon 27 Jul 10:00",
    ]


@pytest.mark.parametrize(
    ("lines", "campaign", "words"),
    [
        # As they stood in the database before there were other kinds: an upgrade
        # must not take a schedule for a changed one.
        ('at = "16:00"', "", '["16:00 daily", "Europe/London"]'),
        ('at = "16:05"\ndays = "tue, mon"', "", '["16:05 mon,tue", "Europe/London"]'),
    ],
)
def test_what_a_timetable_is_known_again_by_stays_as_it_was(
    lines: str, campaign: str, words: str
) -> None:
    assert schedule_of(lines, campaign).times.mark == words


@pytest.mark.parametrize(
    ("lines", "campaign"),
    [
        ('at = ["16:00", "16:30"]', ""),
        ('at = "16:00:30"', ""),
        ('at = "16:00"\nmonthly = "first mon"', ""),
        ('at = "16:00"\nmonthly = "last mon"', ""),
        ('at = "16:00"\ndays = "mon"\nevery = "2w"\nstarts = 2026-07-06', ""),
        ('at = "16:00"\ndays = "mon"\nevery = "2w"\nstarts = 2026-07-13', ""),
        ('at = "16:00"\nends = 2026-07-13', ""),
        ('at = "16:00"\ntimezone = "Europe/Paris"', ""),
        ('at = "16:00"', 'holidays = "GB-ENG"'),
        ('at = "16:00"', "closed = [2026-12-24]"),
        (
            'at = "16:00"',
            f"closed = [{', '.join(f'2026-12-{n}' for n in range(10, 30))}]",
        ),
        ('every = "30m"', ""),
        ('every = "40m"', ""),
        ('at = "16:00"\non = 2026-07-09', ""),
    ],
)
def test_every_change_of_a_timetable_changes_what_it_is_known_again_by(
    lines: str, campaign: str
) -> None:
    mark = schedule_of(lines, campaign).times.mark

    assert mark != schedule_of('at = "16:00"').times.mark
    assert len(mark) <= 80


def test_a_quiet_window_ends_on_the_wall_clock_through_a_change_of_it() -> None:
    quiet, zone = QuietHours(time(21), time(8)), "Europe/London"

    def end(text: str) -> datetime | None:
        return quiet.end(datetime.fromisoformat(text).replace(tzinfo=UTC), zone)

    assert end("2026-10-24T20:30") == datetime(2026, 10, 25, 8, tzinfo=UTC)
    assert end("2026-03-28T21:00") == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert end("2026-03-29T06:59") == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert end("2026-03-29T07:00") is None
    assert end("2026-07-06T19:59") is None
    noon = QuietHours(time(12), time(13))
    assert [noon.holds(time(hour)) for hour in (11, 12, 13)] == [False, True, False]
    assert QuietHours(time(12), time(13)).end(
        datetime(2026, 7, 6, 11, 30, tzinfo=UTC), zone
    ) == datetime(2026, 7, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("campaign", "words"),
    [
        ("", ""),
        ('holidays = "DE"', "bank holidays of DE"),
        ("closed = [2026-12-29, 2026-12-24]", "2026-12-24, 2026-12-29"),
        (
            'holidays = "GB-ENG"\nclosed = 2026-12-24',
            "bank holidays of GB-ENG, 2026-12-24",
        ),
    ],
)
def test_when_staff_are_closed_is_told_in_words(campaign: str, words: str) -> None:
    closures = schedule_of('at = "10:00"', campaign).times.closures

    assert str(closures) == words
    assert bool(closures) is bool(words)


@pytest.mark.parametrize(("days", "moves"), [(31, True), (32, False)])
def test_an_edition_moves_no_further_than_a_month(
    days: int,
    moves: bool,  # noqa: FBT001 - a column of the table
) -> None:
    first = date(2026, 7, 6)
    closed = ", ".join(str(first + timedelta(days=n)) for n in range(days))
    lines = 'at = "10:00"\non = 2026-07-06\nwhen_closed = "after"'

    # The day that is open again is a Thursday, or a Friday.
    assert bool(first_slots(lines, f"closed = [{closed}]")) is moves


def test_bank_holidays_are_those_that_gov_uk_lists() -> None:
    days = {date(2026, 4, 3): "Good Friday", date(2026, 12, 28): "Boxing Day"}
    closures = schedule_of('at = "10:00"', 'holidays = "GB-ENG"').times.closures

    for day, name in days.items():
        assert closures.reason(day).startswith(name)
    assert closures.reason(date(2026, 4, 7)) == ""


def test_the_last_slot_of_all_may_run_as_late_as_its_emails_are_of_use() -> None:
    once = schedule_of('at = "10:00"\non = 2026-07-09\nexpires = "2d"')

    assert once.may_run_late(datetime(2026, 7, 9, 9, tzinfo=UTC)) == timedelta(days=2)


YEARS_AROUND = (datetime(1971, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001 - in UTC
VALUES = {
    "at": ['"16:00"', '"4pm"', '["09:00", "23:59:59"]', "[]", "16", '"24:00"'],
    "days": ['"mon-fri"', '"thu"', '"mon;wed"', "1", '"daily"'],
    "every": ['"2w"', '"30m"', '"1h"', '"23h"', '"0m"', '"5 weeks"', "2"],
    "between": ['"09:00-17:00"', '"23:00-01:00"', '"00:00-00:05"', '"9-5"'],
    "monthly": ['"first mon"', '"last working day"', "28", "31", '["1st", "last day"]'],
    "on": ["2026-07-09", "[2028-02-29, 2026-12-25]", "0001-01-01", '"today"', "[]"],
    "starts": ["1970-01-01", "2026-07-06", "2100-12-31", "9999-12-31"],
    "ends": ["1970-01-01", "2026-12-31", "2100-12-31", "0001-01-01"],
    "timezone": ['"Pacific/Apia"', '"Africa/Casablanca"', '"UTC"', '"../UTC"', '""'],
    "when_closed": ['"skip"', '"before"', '"after"', '"send"', '"never"'],
    "close": ['"30m"', '"24h"', '"0m"', '"99999d"'],
    "quiet": ['"21:00-08:00"', '"00:00-23:59"', '"x"'],
}
OF_CAMPAIGN = {
    "holidays": ['"GB-ENG"', '"IL"', '"GB"', '"XX"', '""'],
    "closed": ["[2026-12-24]", "[]", "2026-12-24", '"Friday"'],
    "starts": ["1970-01-01", "2026-07-06", "2100-12-31"],
    "ends": ["2026-07-08", "2100-12-31"],
}


def some_of(values: dict[str, list[str]]) -> st.SearchStrategy[str]:
    """Return lines with some of the keys, each with one of its values."""
    chosen = {key: st.sampled_from(choices) for key, choices in values.items()}
    return st.fixed_dictionaries({}, optional=chosen).map(
        lambda keys: "\n".join(f"{key} = {value}" for key, value in keys.items())
    )


@settings(max_examples=300, deadline=None)
@given(some_of(VALUES), some_of(OF_CAMPAIGN), st.datetimes(*YEARS_AROUND))
def test_whatever_is_written_is_refused_in_words_or_has_slots_in_order(
    lines: str, campaign: str, moment: datetime
) -> None:
    try:
        schedule = schedule_of(lines, campaign)
    except CampaignFileError:
        return
    after = moment.replace(tzinfo=UTC)
    slots = [*islice(schedule.times.slots(after, after + timedelta(days=400)), 50)]

    assert slots == sorted(set(slots))
    assert all(after < slot for slot in slots)
    following = schedule.times.next_slot(after)
    assert following == slots[0] if slots else True
    if following:
        assert schedule.may_run_late(following) > timedelta(0)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("14:29", "; it closes at 15:30, in 1 minute"),
        ("12:25", "; it closes at 15:30, in 2 hours 5 minutes"),
        ("14:30", "; it closed at 15:30"),
        ("14:59", "; it closed at 15:30"),
    ],
)
def test_an_edition_counts_down_to_its_closing(now: str, words: str) -> None:
    slot = datetime(2026, 7, 6, 15, tzinfo=UTC)
    closes = slot - timedelta(minutes=30)
    moment = datetime.combine(slot.date(), time.fromisoformat(now), UTC)

    assert closing_in_words(closes, slot, moment, "Europe/London") == words
    assert closing_in_words(slot, slot, moment, "Europe/London") == ""


@pytest.mark.parametrize(
    ("line", "days"),
    [("", 8), ('"14d"', 14), ("false", None), ("0", None), ('"0d"', None)],
)
def test_a_schedule_lists_what_is_on_so_far_ahead(line: str, days: int | None) -> None:
    key = f"\nwhats_on = {line}" if line else ""
    listed = schedule_of(f'at = "16:00"{key}').whats_on

    assert listed == (timedelta(days=days) if days else None)
