"""Slots that are due: each gets one edition, the missed ones are owned up to."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from digest.gather.fetching.fetch import Fetcher
from digest.model.editions.edition import EditionState
from digest.schedule.editions import long_sleep
from digest.schedule.editions.due import next_slots, open_due
from digest.schedule.editions.publishing import publish_due
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.editions import editions
from tests.builders import EIGHT
from tests.stored import FILE, a_stored_campaign, schedule_id

SLOT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)  # 16:00 in London


def states(engine: Engine) -> list[tuple[datetime, EditionState]]:
    with reading(engine) as connection:
        rows = editions.of_campaign(connection, 1)
    return sorted((row.slot, row.state) for row in rows)


def test_a_slot_gets_one_edition_however_often_one_looks(engine: Engine) -> None:
    a_stored_campaign(engine)

    assert [open_due(engine, SLOT + timedelta(minutes=n)) for n in range(3)] == [
        1,
        0,
        0,
    ]
    assert states(engine) == [(SLOT, EditionState.OPEN)]


def test_a_slot_to_come_gets_none(engine: Engine) -> None:
    a_stored_campaign(engine)

    assert open_due(engine, SLOT - timedelta(seconds=1)) == 0


def test_a_new_schedule_has_no_missed_past(engine: Engine) -> None:
    a_stored_campaign(engine, now=SLOT + timedelta(hours=1))

    assert open_due(engine, SLOT + timedelta(hours=2)) == 0


def test_a_changed_schedule_has_no_missed_past(engine: Engine) -> None:
    a_stored_campaign(engine)
    earlier = FILE.replace('"16:00"', '"09:30"')
    a_stored_campaign(engine, earlier, SLOT - timedelta(hours=2))

    assert open_due(engine, SLOT - timedelta(hours=1)) == 0


def test_the_newest_missed_slot_runs_late_and_the_others_are_owned_up_to(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    third = SLOT + timedelta(days=2)

    assert open_due(engine, third + timedelta(hours=5)) == 1
    assert states(engine) == [
        (SLOT, EditionState.MISSED),
        (SLOT + timedelta(days=1), EditionState.MISSED),
        (third, EditionState.OPEN),
    ]


def test_a_slot_beyond_its_catch_up_is_missed(engine: Engine) -> None:
    a_stored_campaign(engine)

    assert open_due(engine, SLOT + timedelta(hours=7)) == 0
    assert states(engine) == [(SLOT, EditionState.MISSED)]


def test_slots_lie_within_the_campaigns_days(engine: Engine) -> None:
    dated = FILE.replace(
        'timezone = "Eu', 'starts = 2026-07-08\nends = 2026-07-08\ntimezone = "Eu'
    )
    a_stored_campaign(engine, dated)
    the_day = datetime(2026, 7, 8, 15, 0, tzinfo=UTC)

    assert open_due(engine, the_day - timedelta(hours=1)) == 0
    with reading(engine) as connection:
        assert [slot.at for slot in next_slots(connection, EIGHT)] == [the_day]
        assert next_slots(connection, the_day) == []
    assert open_due(engine, the_day) == 1
    assert open_due(engine, the_day + timedelta(days=1)) == 0


def test_a_paused_campaign_has_no_slots(engine: Engine) -> None:
    stored = a_stored_campaign(engine)
    with writing(engine) as connection:
        campaigns.pause(connection, stored.id, EIGHT)

    assert open_due(engine, SLOT) == 0
    with reading(engine) as connection:
        assert next_slots(connection, EIGHT) == []


def test_after_a_long_sleep_nothing_happens_until_somebody_says_resume(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    publish_due(engine, Fetcher(), EIGHT)
    awake = SLOT + timedelta(days=2)
    publish_due(engine, Fetcher(), awake)
    slept = states(engine)
    resumed = long_sleep.resume(engine, awake)
    publish_due(engine, Fetcher(), awake)

    assert slept == []
    assert resumed
    assert len(states(engine)) == 3


def test_two_editions_of_one_slot_cannot_be(engine: Engine) -> None:
    a_stored_campaign(engine)
    slot = editions.Slot(1, schedule_id(engine, "daily"), SLOT)
    with writing(engine) as connection:
        opened = [editions.open_at(connection, slot, SLOT) for _ in range(2)]

    assert opened == [True, False]
