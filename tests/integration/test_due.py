"""Slots that are due: each gets one edition, the missed ones are owned up to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event

from digest.gather.fetching.fetch import Fetcher
from digest.model.editions.edition import EditionState
from digest.schedule.editions.due import next_slots, open_due
from digest.schedule.editions.publishing import publish_due
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.editions import editions, moves
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.staff.audit import acting_as
from tests.builders import EIGHT
from tests.stored import FILE, a_stored_campaign, lifted, schedule_id

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


def test_a_slot_that_another_timetable_settles_meanwhile_is_no_fault(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    a_stored_campaign(engine)
    ended = []

    def other_timetable(*_args: object) -> None:
        # The schedules have been read, and then that the first has a slot that is due.
        ended.append("transaction")
        if len(ended) == 2:
            assert open_due(engine, SLOT) == 1

    event.listen(engine, "checkin", other_timetable)

    assert open_due(engine, SLOT) == 0
    assert states(engine) == [(SLOT, EditionState.OPEN)]
    assert caplog.messages == []


def test_a_slot_to_come_gets_none(engine: Engine) -> None:
    a_stored_campaign(engine)

    assert open_due(engine, SLOT - timedelta(seconds=1)) == 0


def test_a_new_schedule_has_no_missed_past(engine: Engine) -> None:
    a_stored_campaign(engine, now=SLOT + timedelta(hours=1))

    assert open_due(engine, SLOT + timedelta(hours=2)) == 0


def test_a_changed_schedule_has_no_missed_past(engine: Engine) -> None:
    a_stored_campaign(engine)
    open_due(engine, SLOT)
    earlier = FILE.replace('"16:00"', '"09:30"')
    a_stored_campaign(engine, earlier, SLOT + timedelta(hours=1))

    assert open_due(engine, SLOT + timedelta(hours=2)) == 0


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


@pytest.mark.parametrize(
    ("days", "late", "is_caught_up"),
    [
        pytest.param("thu", timedelta(days=3, hours=11), True, id="a week, within"),
        pytest.param("thu", timedelta(days=3, hours=13), False, id="a week, beyond"),
        pytest.param("thu, mon", timedelta(days=1, hours=23), True, id="four days"),
        pytest.param("thu, fri", timedelta(hours=7), False, id="a day"),
    ],
)
def test_how_late_a_slot_may_run_follows_the_time_to_the_next(
    engine: Engine,
    days: str,
    late: timedelta,
    is_caught_up: bool,  # noqa: FBT001 - a column of the table
) -> None:
    head, _, _ = FILE.partition('at = "16:00"')
    text = f'{head}at = "10:00"\ndays = "{days}"'
    a_stored_campaign(engine, text)
    thursday = datetime(2026, 7, 9, 9, 0, tzinfo=UTC)

    assert open_due(engine, thursday + late) == is_caught_up


MOMENT = timedelta(microseconds=1)
SIX_HOURS = timedelta(hours=6)  # what a schedule catches up unless it says otherwise


@pytest.mark.parametrize(
    ("catch_up", "late", "state"),
    [
        pytest.param("", SIX_HOURS - MOMENT, EditionState.OPEN, id="just within"),
        pytest.param("", SIX_HOURS, EditionState.OPEN, id="at its end"),
        pytest.param("", SIX_HOURS + MOMENT, EditionState.MISSED, id="just beyond"),
        pytest.param(
            'catch_up = "90m"',
            timedelta(minutes=90),
            EditionState.OPEN,
            id="at the end of its own",
        ),
        pytest.param(
            'catch_up = "90m"',
            timedelta(minutes=90) + MOMENT,
            EditionState.MISSED,
            id="just beyond its own",
        ),
    ],
)
def test_a_slot_runs_late_up_to_its_catch_up_and_is_missed_beyond(
    engine: Engine, catch_up: str, late: timedelta, state: EditionState
) -> None:
    a_stored_campaign(engine, FILE.replace('at = "16:00"', f'at = "16:00"\n{catch_up}'))

    assert open_due(engine, SLOT + late) == (state is EditionState.OPEN)
    assert states(engine) == [(SLOT, state)]


@pytest.mark.parametrize("days", [8, 400])
def test_every_slot_has_its_row_however_long_nobody_looked(
    engine: Engine, days: int
) -> None:
    a_stored_campaign(engine)
    awake = SLOT + timedelta(days=days, hours=1)

    assert open_due(engine, awake) == 1
    daily = schedule_id(engine, "daily")
    with reading(engine) as connection:
        rows = editions.of_campaign(connection, 1)
    slots = sorted(row.slot for row in rows if row.schedule_id == daily)
    clock = [slot.astimezone(ZoneInfo("Europe/London")) for slot in slots]
    assert len(slots) == days + 1
    assert {(slot.hour, slot.minute) for slot in clock} == {(16, 0)}
    assert len({slot.date() for slot in clock}) == days + 1
    assert open_due(engine, awake) == 0


def test_slots_lie_within_the_campaigns_days(engine: Engine) -> None:
    dated = FILE.partition('[[schedule]]\nname = "weekly"')[0].replace(
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


@pytest.mark.parametrize(
    "looked_meanwhile",
    [pytest.param(True, id="running"), pytest.param(False, id="off")],
)
def test_slots_of_a_pause_are_told_as_such(
    engine: Engine,
    looked_meanwhile: bool,  # noqa: FBT001 - a case
) -> None:
    stored = a_stored_campaign(engine)
    with writing(acting_as(engine, "Pat")) as connection:
        campaigns.pause(connection, stored.id, EIGHT)
    resumed_at = SLOT + timedelta(days=2, hours=1)
    if looked_meanwhile:
        for hours in range(48):
            assert open_due(engine, SLOT + timedelta(hours=hours)) == 0
    with writing(engine) as connection:
        campaigns.resume(connection, stored.id, resumed_at)
    opened = open_due(engine, resumed_at)
    with reading(engine) as connection:
        rows = editions.of_campaign(connection, stored.id)
    by_slot = {row.slot: (row.state, row.reason) for row in rows}
    paused = "the campaign was paused by Pat since Monday 6 July 2026, 09:00 BST"

    assert opened == 1
    assert by_slot == {
        SLOT: (EditionState.MISSED, paused),
        SLOT + timedelta(days=1): (EditionState.MISSED, paused),
        SLOT + timedelta(days=2): (EditionState.OPEN, None),
    }


def test_a_slot_after_a_pause_was_missed_for_another_reason(engine: Engine) -> None:
    stored = a_stored_campaign(engine)
    with writing(engine) as connection:
        campaigns.pause(connection, stored.id, EIGHT)
        campaigns.resume(connection, stored.id, EIGHT + timedelta(hours=1))
    open_due(engine, SLOT + timedelta(days=1))
    with reading(engine) as connection:
        reasons = {row.reason for row in editions.of_campaign(connection, stored.id)}

    assert reasons == {None, "the timetable was not running"}


OLDER = "the database is older than its mark"


@pytest.mark.parametrize(
    ("looked", "hold", "why"),
    [
        pytest.param(
            SLOT + timedelta(hours=3),
            Hold(SLOT - timedelta(hours=3), holds.PAUSED),
            "nothing left since Monday 6 July 2026, 13:00 BST until Tuesday 7 July "
            "2026, 15:00 BST: a person said pause",
            id="paused",
        ),
        pytest.param(
            SLOT - timedelta(hours=3),
            Hold(SLOT + timedelta(hours=3), OLDER),
            f"what went out then is not in this database: {OLDER}",
            id="restored to before it",
        ),
        pytest.param(
            SLOT + timedelta(hours=1),
            Hold(SLOT + timedelta(hours=3), OLDER),
            "the timetable was not running",
            id="restored to after it",
        ),
        pytest.param(
            SLOT - timedelta(hours=3),
            Hold(SLOT + timedelta(hours=3), holds.PAUSED),
            "the timetable was not running",
            id="paused after it",
        ),
    ],
)
def test_a_slot_under_a_hold_says_what_was_so(
    engine: Engine, looked: datetime, hold: Hold, why: str
) -> None:
    stored = a_stored_campaign(engine)
    holds.check_in(engine, looked)
    with writing(engine) as connection:
        holds.place(connection, hold, hold.since)
    lifted(engine, SLOT + timedelta(hours=23))
    open_due(engine, SLOT + timedelta(days=1))
    with reading(engine) as connection:
        rows = editions.of_campaign(connection, stored.id)
    [missed] = [row for row in rows if row.state is EditionState.MISSED]

    assert (missed.slot, missed.reason) == (SLOT, why)


@pytest.mark.parametrize(
    ("times", "moved_at", "expected"),
    [
        pytest.param(("16:00", "09:30"), "13:00", ["13:00"], id="to earlier than now"),
        pytest.param(("16:00", "14:30"), "13:00", ["14:30"], id="to later than now"),
        pytest.param(("16:00", "09:30"), "17:00", ["16:00"], id="after it went"),
        pytest.param(("16:00", "09:30"), "!17:00", ["17:00"], id="nobody had looked"),
        pytest.param(("09:30", "08:00"), "10:30", ["09:30"], id="both are past"),
    ],
)
def test_a_day_whose_time_is_moved_has_one_edition(
    engine: Engine, times: tuple[str, str], moved_at: str, expected: list[str]
) -> None:
    def local(clock: str) -> datetime:
        at = datetime.fromisoformat(f"2026-07-06T{clock}")
        return at.replace(tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)

    a_stored_campaign(engine, FILE.replace("16:00", times[0]), local("07:00"))
    if not moved_at.startswith("!"):
        open_due(engine, local(moved_at))
    moved_at = moved_at.removeprefix("!")
    a_stored_campaign(engine, FILE.replace("16:00", times[1]), local(moved_at))
    for hour in range(6, 24):
        if (now := local(f"{hour:02}:59")) > local(moved_at):
            open_due(engine, now)
    with reading(engine) as connection:
        rows = editions.of_campaign(connection, 1)

    assert [row.state for row in rows] == [EditionState.OPEN]
    [slot] = [row.slot for row in rows]
    assert timedelta(0) <= slot - local(expected[0]) <= timedelta(minutes=6)


def test_after_a_long_sleep_nothing_happens_until_somebody_says_resume(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    publish_due(engine, Fetcher(), EIGHT)
    awake = SLOT + timedelta(days=2)
    publish_due(engine, Fetcher(), awake)
    slept = states(engine)
    resumed = lifted(engine, awake)
    publish_due(engine, Fetcher(), awake)

    assert slept == []
    assert resumed
    assert len(states(engine)) == 3


@pytest.mark.parametrize(
    ("asleep", "acts"),
    [
        pytest.param(timedelta(hours=24) - MOMENT, True, id="just less than a day"),
        pytest.param(timedelta(hours=24), True, id="a day"),
        pytest.param(timedelta(hours=24) + MOMENT, False, id="just more than a day"),
    ],
)
def test_a_sleep_of_more_than_a_day_is_a_long_one(
    engine: Engine,
    asleep: timedelta,
    acts: bool,  # noqa: FBT001 - a column of the table
) -> None:
    a_stored_campaign(engine)
    publish_due(engine, Fetcher(), SLOT - timedelta(hours=1))
    publish_due(engine, Fetcher(), SLOT - timedelta(hours=1) + asleep)
    with reading(engine) as connection:
        hold = holds.recorded(connection)

    assert bool(states(engine)) is acts
    assert (hold and hold.since) == (None if acts else SLOT - timedelta(hours=1))


def test_a_machine_that_looks_often_enough_never_slept(engine: Engine) -> None:
    looks = [holds.check_in(engine, EIGHT + timedelta(hours=20 * n)) for n in range(4)]

    assert looks == [None] * 4


def test_a_sleep_by_a_time_that_is_given_is_none_now(engine: Engine) -> None:
    holds.check_in(engine, EIGHT)
    by_given_time = holds.as_of(engine)
    awake = EIGHT + timedelta(days=3)

    assert holds.look(by_given_time, awake) == Hold(EIGHT, holds.SLEPT)
    with writing(by_given_time) as connection:
        assert holds.hand_over(connection, awake) == Hold(EIGHT, holds.SLEPT)
    assert holds.look(engine, EIGHT + timedelta(hours=1)) is None


def test_a_long_sleep_lasts_until_somebody_says_resume(engine: Engine) -> None:
    holds.check_in(engine, EIGHT)
    awake = EIGHT + timedelta(days=3)
    looks = [holds.check_in(engine, awake + timedelta(minutes=n)) for n in range(3)]
    resumed = lifted(engine, awake + timedelta(hours=1))

    assert looks == [Hold(EIGHT, holds.SLEPT)] * 3
    assert resumed == looks[0]
    assert holds.check_in(engine, awake + timedelta(days=2)) is None
    assert lifted(engine, awake + timedelta(days=2)) is None


def test_two_editions_of_one_slot_cannot_be(engine: Engine) -> None:
    a_stored_campaign(engine)
    slot = editions.Slot(1, schedule_id(engine, "daily"), SLOT)
    with writing(engine) as connection:
        opened = [moves.open_at(connection, slot, SLOT) for _ in range(2)]

    assert opened == [True, False]
