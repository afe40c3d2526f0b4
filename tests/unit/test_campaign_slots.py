"""The slots of a campaign: within its days, and a last one for every schedule."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePath

import pytest

from digest.model.campaigns.campaign import LastEdition
from digest.model.campaigns.campaign_file import parse
from digest.model.campaigns.campaign_slots import last_slot, next_slot, slots
from digest.model.campaigns.slots import weekly
from tests.builders import a_campaign, a_schedule

# Lantern Week: Monday 6 July to Sunday 12 July 2026, in London, where it is summer.
LONDON = "Europe/London"
FIRST, LAST = date(2026, 7, 6), date(2026, 7, 12)
WEEK = a_campaign(starts=FIRST, ends=LAST)
DAILY = a_schedule(times=weekly(time(16), zone=LONDON))
WEEKLY = a_schedule("weekly", times=weekly(time(10), 3, zone=LONDON))


def at(instant: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        pytest.param(
            "2026-07-01T12:00", "2026-07-05T23:00", id="long before it starts"
        ),
        pytest.param("2026-07-05T22:59", "2026-07-05T23:00", id="a minute before"),
        pytest.param("2026-07-05T23:00", "2026-07-06T23:00", id="at its first slot"),
        pytest.param("2026-07-06T23:00", None, id="what is left is of the day after"),
    ],
)
def test_the_next_slot_is_within_the_campaigns_days(now: str, slot: str | None) -> None:
    # Midnight in London is 23:00 UTC of the day before.
    campaign = a_campaign(starts=date(2026, 7, 6), ends=date(2026, 7, 7))
    midnight = a_schedule(times=weekly(time(0), zone=LONDON))

    assert next_slot(campaign, midnight, at(now)) == (at(slot) if slot else None)


@pytest.mark.parametrize(
    ("schedule", "last_edition", "expected"),
    [
        pytest.param(
            DAILY, LastEdition(), "2026-07-12T15:00", id="its own time that day"
        ),
        pytest.param(
            WEEKLY, LastEdition(), "2026-07-12T09:00", id="that time that day"
        ),
        pytest.param(DAILY, LastEdition(is_off=True), None, id="none is wanted"),
        pytest.param(
            WEEKLY,
            LastEdition(at("2026-07-13T09:00")),
            "2026-07-13T09:00",
            id="as staff say",
        ),
    ],
)
def test_a_schedule_closes_on_the_campaigns_last_day(
    schedule: object, last_edition: LastEdition, expected: str | None
) -> None:
    campaign = a_campaign(starts=FIRST, ends=LAST, last_edition=last_edition)
    closes = last_slot(campaign, schedule)  # type: ignore[arg-type]

    assert closes == (at(expected) if expected else None)


def test_a_campaign_without_an_end_never_closes() -> None:
    assert last_slot(a_campaign(), DAILY) is None


def whole(campaign: object, schedule: object) -> list[datetime]:
    """Return every slot of a schedule in July and August."""
    month = at("2026-07-01T00:00"), at("2026-08-31T00:00")
    return [*slots(campaign, schedule, *month)]  # type: ignore[arg-type]


def test_a_weekly_schedule_has_its_own_slots_and_a_last_one() -> None:
    assert whole(WEEK, WEEKLY) == [at("2026-07-09T09:00"), at("2026-07-12T09:00")]


def test_a_daily_schedule_closes_with_its_last_slot() -> None:
    days = [at("2026-07-06T15:00") + timedelta(days=n) for n in range(7)]

    assert whole(WEEK, DAILY) == days


def test_nothing_goes_out_after_the_last_slot() -> None:
    noon = a_campaign(
        starts=FIRST, ends=LAST, last_edition=LastEdition(at("2026-07-12T12:00"))
    )

    assert whole(noon, DAILY)[-2:] == [at("2026-07-11T15:00"), at("2026-07-12T12:00")]
    assert next_slot(noon, DAILY, at("2026-07-12T12:00")) is None
    assert next_slot(noon, DAILY, at("2026-07-11T15:00")) == at("2026-07-12T12:00")


def test_a_last_slot_may_come_after_the_last_day() -> None:
    monday = a_campaign(ends=LAST, last_edition=LastEdition(at("2026-07-13T09:00")))

    assert whole(monday, DAILY)[-2:] == [at("2026-07-12T15:00"), at("2026-07-13T09:00")]
    assert next_slot(monday, WEEKLY, at("2026-07-09T09:00")) == at("2026-07-13T09:00")


FILE = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "digest@example.org"
lists = ["lantern"]
timezone = "Europe/London"
ends = 2026-07-12
KEYS
[[schedule]]
name = "daily"
at = "16:00"
"""


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param("", LastEdition(), id="nothing"),
        pytest.param('last_edition = "none"', LastEdition(is_off=True), id="none"),
        pytest.param(
            'last_edition = "21:30"',
            LastEdition(at("2026-07-12T20:30")),
            id="a time of that day",
        ),
        pytest.param(
            'last_edition = "2026-07-13 10:00"',
            LastEdition(at("2026-07-13T09:00")),
            id="a day",
        ),
        pytest.param(
            'goodbye = """\nThank you all\nfor coming.\n\nUntil next year!"""',
            LastEdition(goodbye=("Thank you all for coming.", "Until next year!")),
            id="a goodbye in paragraphs",
        ),
    ],
)
def test_a_campaign_file_says_how_it_closes(keys: str, expected: LastEdition) -> None:
    assert (
        parse(FILE.replace("KEYS", keys), "UTC", PurePath("/")).last_edition == expected
    )
