"""What comes next of a campaign, in words, and schedules that are never due."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import PurePath

import pytest

from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_file import parse
from digest.model.campaigns.coming_slots import coming, never_due, only_last

WEEKDAYS = """
name = "daily"
at = "16:00"
days = "mon-fri"
"""
NIGHT = """
name = "night"
at = "01:30"
days = "sun"
"""


def a_campaign(*schedules: str, keys: str = "") -> Campaign:
    """Return a campaign in London with those schedules."""
    text = f"""
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "digest@example.org"
lists = ["lantern"]
timezone = "Europe/London"
{keys}
"""
    text += "".join(f"[[schedule]]{schedule}" for schedule in schedules)
    return parse(text, "UTC", PurePath())


def lines(
    campaign: Campaign, after: str, most: int = 3, extra: datetime | None = None
) -> list[str]:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    schedules = [(schedule, extra) for schedule in campaign.schedules]
    return [
        f"{slot.schedule.name}: {slot.when} {slot.note}".strip()
        for slot in islice(coming(campaign, schedules, moment), most)
    ]


def test_schedules_are_told_together_and_soonest_first() -> None:
    assert lines(a_campaign(WEEKDAYS, NIGHT), "2026-07-03T12:00") == [
        "daily: Friday 3 July 2026, 16:00 BST",
        "night: Sunday 5 July 2026, 01:30 BST",
        "daily: Monday 6 July 2026, 16:00 BST",
    ]


def test_a_day_that_is_skipped_is_told_with_why() -> None:
    campaign = a_campaign(WEEKDAYS, keys='holidays = "GB-ENG"\nclosed = [2026-04-02]')

    assert lines(campaign, "2026-04-01T12:00", 5) == [
        "daily: Wednesday 1 April 2026, 16:00 BST",
        "daily: Thursday 2 April 2026: none closed",
        "daily: Friday 3 April 2026: none Good Friday",
        "daily: Monday 6 April 2026: none Easter Monday",
        "daily: Tuesday 7 April 2026, 16:00 BST",
    ]


def test_a_day_that_is_skipped_is_past_once_its_time_is() -> None:
    campaign = a_campaign(WEEKDAYS, keys="closed = [2026-04-02]")
    skipped = "daily: Thursday 2 April 2026: none closed"

    assert lines(campaign, "2026-04-02T14:59", 1) == [skipped]
    assert skipped not in lines(campaign, "2026-04-02T15:00", 1)


def test_a_slot_that_is_moved_is_told_with_why() -> None:
    friday = WEEKDAYS.replace("mon-fri", "fri") + 'when_closed = "before"\n'
    campaign = a_campaign(friday, keys='holidays = "GB-ENG"')

    assert lines(campaign, "2026-04-01T12:00", 1) == [
        "daily: Thursday 2 April 2026, 16:00 BST "
        "in place of Friday 3 April 2026: Good Friday"
    ]


def test_both_changes_of_the_clock_are_told() -> None:
    night = a_campaign(NIGHT)

    assert lines(night, "2026-03-28T12:00", 2) == [
        "night: Sunday 29 March 2026, 02:00 BST clocks go forward: there is no 01:30",
        "night: Sunday 5 April 2026, 01:30 BST",
    ]
    assert lines(night, "2026-10-24T12:00", 2) == [
        "night: Sunday 25 October 2026, 01:30 BST clocks go back: the first 01:30 of "
        "two",
        "night: Sunday 1 November 2026, 01:30 GMT",
    ]


def test_when_it_closes_is_told() -> None:
    campaign = a_campaign(WEEKDAYS + 'close = "30m"\n')

    assert lines(campaign, "2026-07-06T12:00", 1) == [
        "daily: Monday 6 July 2026, 16:00 BST closes at 15:30"
    ]


def test_nothing_comes_before_a_campaign_begins_or_after_it_is_over() -> None:
    campaign = a_campaign(WEEKDAYS, keys="starts = 2026-07-07\nends = 2026-07-08")

    assert lines(campaign, "2026-07-01T12:00") == [
        "daily: Tuesday 7 July 2026, 16:00 BST",
        "daily: Wednesday 8 July 2026, 16:00 BST the last edition",
    ]


def test_a_day_that_staff_close_has_the_last_edition_all_the_same() -> None:
    keys = "ends = 2026-07-08\nclosed = [2026-07-08]"

    assert lines(a_campaign(WEEKDAYS, keys=keys), "2026-07-07T12:00") == [
        "daily: Tuesday 7 July 2026, 16:00 BST",
        "daily: Wednesday 8 July 2026: none closed",
        "daily: Wednesday 8 July 2026, 16:00 BST the last edition",
    ]


def test_a_slot_beside_its_times_is_told_in_its_place() -> None:
    # Its time was moved to one that was past, and its edition goes out all the same.
    campaign, noon = a_campaign(WEEKDAYS), datetime(2026, 7, 7, 11, 5, tzinfo=UTC)

    assert lines(campaign, "2026-07-06T12:00", extra=noon) == [
        "daily: Monday 6 July 2026, 16:00 BST",
        "daily: Tuesday 7 July 2026, 12:05 BST",
        "daily: Tuesday 7 July 2026, 16:00 BST",
    ]
    assert len(lines(campaign, "2026-07-07T11:05", extra=noon)) == 3
    assert "12:05" not in str(lines(campaign, "2026-07-07T11:05", extra=noon))


LASTING = "starts = 2026-07-06\nends = 2026-07-08"  # Monday to Wednesday
DAYS = f'{LASTING}\nlast_edition = "none"'


@pytest.mark.parametrize(
    ("schedule", "keys", "why"),
    [
        pytest.param('at = "16:00"', DAYS, "", id="daily"),
        pytest.param('at = "16:00"\ndays = "thu"', DAYS, "none of that", id="no day"),
        pytest.param('at = "16:00"\ndays = "thu"', "", "", id="without an end"),
        pytest.param(
            'at = "16:00"\nmonthly = "last fri"', DAYS, "none of that", id="no month"
        ),
        pytest.param(
            'at = "16:00"\non = 2026-07-09',
            DAYS,
            "2026-07-09 is after",
            id="a day after",
        ),
        pytest.param('at = "16:00"\non = 2026-07-08', DAYS, "", id="the last day"),
        pytest.param(
            'at = "16:00"\ndays = "thu"',
            'starts = 2026-07-06\nends = 2026-07-06\nlast_edition = "none"',
            "(from 2026-07-06 to 2026-07-06)",
            id="a campaign of a day",
        ),
        pytest.param(
            'at = "16:00"\non = [2026-07-08, 2026-07-09]',
            DAYS,
            "",
            id="one of two days",
        ),
        pytest.param(
            'at = "16:00"\nstarts = 2026-07-09', DAYS, "is after", id="starts after"
        ),
        pytest.param(
            'at = "16:00"\nends = 2026-07-05', DAYS, "is after", id="ends before"
        ),
        pytest.param(
            'at = "16:00"\non = 2026-12-25',
            'holidays = "GB-ENG"',
            "closed: Friday 25 December 2026 (Christmas Day)",
            id="a bank holiday",
        ),
        pytest.param(
            'at = "16:00"\non = 2026-12-25\nwhen_closed = "after"',
            'holidays = "GB-ENG"',
            "",
            id="moved from a bank holiday",
        ),
        pytest.param(
            'at = "16:00"',
            DAYS + "\nclosed = [2026-07-06, 2026-07-07, 2026-07-08]",
            "Write when_closed =",
            id="all closed",
        ),
    ],
)
def test_a_schedule_that_is_never_due_is_told_with_why(
    schedule: str, keys: str, why: str
) -> None:
    campaign = a_campaign(f'\nname = "it"\n{schedule}\n', keys=keys)
    [it] = campaign.schedules
    words = never_due(campaign, it)

    assert why in words
    assert bool(words) is bool(why)


@pytest.mark.parametrize(
    ("schedule", "keys", "words"),
    [
        pytest.param(
            'at = "16:00"\ndays = "thu"',
            LASTING,
            "has one edition, its last, on Wednesday 8 July 2026, 16:00 BST: 16:00 "
            "thu, and none of that is within its days",
            id="no day",
        ),
        pytest.param(
            'at = "16:00"\ndays = "tue"',
            LASTING + "\nclosed = 2026-07-07",
            "every day that it names is closed: Tuesday 7 July 2026 (closed)",
            id="all closed",
        ),
        pytest.param('at = "16:00"\ndays = "tue"', LASTING, "", id="a day"),
        pytest.param('at = "16:00"\ndays = "thu"', DAYS, "", id="none at all"),
    ],
)
def test_a_schedule_of_a_last_edition_alone_is_told_in_advance(
    schedule: str, keys: str, words: str
) -> None:
    campaign = a_campaign(f'\nname = "it"\n{schedule}\n', keys=keys)
    [it] = campaign.schedules

    assert words in only_last(campaign, it)
    assert bool(only_last(campaign, it)) is bool(words)
    if words:
        assert never_due(campaign, it) == ""
        *_, last = coming(campaign, [(it, None)], datetime(2026, 7, 1, tzinfo=UTC))
        assert (last.is_last, last.named.day) == (True, campaign.ends)
