"""What is broken is told wherever somebody looks, and what is busy is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, update

from digest.model.delivery.rate_limits import RateLimit, RateLimits
from digest.model.editions.mode import Mode
from digest.schedule import limits
from digest.schedule.editions.due import open_due
from digest.schedule.editions.publishing import publish
from digest.schedule.reports.alarms import AlarmKind, Reckoning, reckon
from digest.schedule.reports.status import status_of
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.store.base import machine_clocks, tables
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.campaigns import campaigns
from digest.store.delivery.sending import carriers, rate_limits, send_batches
from digest.store.holds import holds
from tests.builders import EIGHT, a_post
from tests.stored import FILE, a_reader, a_stored_campaign, lifted, posts_accepted

SLOT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)  # 16:00 in London
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)
BY_POST: dict[str, Any] = {
    "address": ["1 Example Street", "EXAMPLETON"],
    "postcode": "ZZ99 1AA",
}


def now_at(engine: Engine, now: datetime) -> Reckoning:
    with reading(engine) as connection:
        return reckon(connection, now)


def kinds(engine: Engine, now: datetime) -> list[AlarmKind]:
    return [alarm.kind for alarm in now_at(engine, now).alarms]


def looked(engine: Engine, now: datetime) -> None:
    """Have the timetable look, with nothing to do."""
    holds.check_in(engine, now)


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Return a database of one kind: what is asked of both is in one test below."""
    return sqlite_engine


def sources_read(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        values = {"first_read_at": now, "last_read_at": now}
        connection.execute(update(tables.source).values(values))


@pytest.fixture
def planned(engine: Engine) -> Engine:
    """Return a database with an edition planned at eight for two readers by email."""
    a_stored_campaign(engine)
    for name in ("ann", "bea"):
        a_reader(engine, name)
    posts_accepted(engine, [a_post()])
    publish(engine, "lantern-week", "daily", EIGHT)
    return engine


def test_where_nothing_is_due_nothing_is_broken(engine: Engine) -> None:
    a_stored_campaign(engine)

    assert kinds(engine, EIGHT) == []
    assert now_at(engine, EIGHT).timetable_in_words(EIGHT) == (
        "no timetable has looked yet"
    )


def test_a_dead_timetable_and_the_editions_it_owes_are_told(engine: Engine) -> None:
    a_stored_campaign(engine)
    looked(engine, SLOT - HOUR)
    now = SLOT + DAY - HOUR + timedelta(minutes=90)
    with writing(engine) as connection:  # dead, but for a day it was only slept
        connection.execute(update(tables.watch).values(looked_at=now - 20 * HOUR))
    facts = status_of(engine, now)
    broken = {entry["kind"]: entry["what"] for entry in facts["broken"]}

    assert facts["editions_missing"] == 2
    assert "20 hours ago" in broken["timetable"]
    assert "daily: 2 editions are missing, from Monday 6 July" in broken["edition"]
    assert "Tuesday 7 July" in broken["edition"]


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        pytest.param(4.9, "", id="just below"),
        pytest.param(5.1, "The clock of there is 5 seconds ahead of", id="just above"),
        pytest.param(-4.9, "", id="behind, just below"),
        pytest.param(-61.0, "is 61 seconds behind the database's", id="behind"),
    ],
)
def test_a_machine_whose_clock_differs_is_told_while_it_is_there(
    engine: Engine, ahead: float, words: str
) -> None:
    compared = timedelta(seconds=ahead)
    machine_clocks.note(engine, "there", timedelta(hours=3), EIGHT)
    machine_clocks.note(engine, "there", compared, EIGHT)
    troubles = [str(alarm.trouble) for alarm in now_at(engine, EIGHT).alarms]
    later = now_at(engine, EIGHT + limits.CLOCKS_COMPARED)

    assert len(troubles) == bool(words)
    assert all(words in each and "NTP" in each for each in troubles)
    assert later.alarms == ()


def test_one_that_never_looked_is_no_reason_to_say_that_all_is_well(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)

    assert kinds(engine, SLOT + HOUR) == [AlarmKind.EDITION]


@pytest.mark.parametrize(("late", "count"), [(timedelta(0), 0), (TICK, 1)])
def test_a_timetable_is_silent_when_three_sweeps_have_not_come(
    engine: Engine, late: timedelta, count: int
) -> None:
    a_stored_campaign(engine)
    looked(engine, EIGHT)
    now = EIGHT + timedelta(minutes=15) + late

    assert kinds(engine, now) == count * [AlarmKind.TIMETABLE]


@pytest.mark.parametrize(("late", "count"), [(timedelta(0), 0), (MINUTE, 1)])
def test_an_edition_is_missing_ten_minutes_after_its_slot(
    engine: Engine, late: timedelta, count: int
) -> None:
    a_stored_campaign(engine)
    now = SLOT + timedelta(minutes=9) + late
    looked(engine, now)

    assert now_at(engine, now).missing == count


def test_one_that_a_person_paused_is_not_broken(engine: Engine) -> None:
    stored = a_stored_campaign(engine)
    with writing(engine) as connection:
        campaigns.pause(connection, stored.id, EIGHT)

    assert kinds(engine, SLOT + DAY) == []


def test_the_slots_of_a_pause_have_a_moment_once_it_is_over(engine: Engine) -> None:
    stored = a_stored_campaign(engine)
    with writing(engine) as connection:
        campaigns.pause(connection, stored.id, EIGHT)
    with writing(engine) as connection:
        campaigns.resume(connection, stored.id, SLOT + HOUR)

    assert kinds(engine, SLOT + HOUR + MINUTE) == []
    assert kinds(engine, SLOT + HOUR + 11 * MINUTE) == [AlarmKind.EDITION]


def test_everything_that_a_person_paused_is_not_broken(engine: Engine) -> None:
    a_stored_campaign(engine)
    holds.pause(engine, EIGHT)

    assert kinds(engine, SLOT + HOUR) == []
    lifted(engine, SLOT + HOUR)
    assert kinds(engine, SLOT + HOUR) == []
    assert kinds(engine, SLOT + 2 * HOUR) == [AlarmKind.EDITION]


def test_a_hold_that_nobody_asked_for_is_broken(engine: Engine) -> None:
    a_stored_campaign(engine)
    looked(engine, EIGHT)

    assert AlarmKind.HOLD in kinds(engine, EIGHT + DAY + MINUTE)


def test_an_edition_that_waits_for_a_person_is_not_broken(engine: Engine) -> None:
    a_stored_campaign(engine, FILE.replace("lists =", 'approval = "one"\nlists ='))
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post()])
    publish(engine, "lantern-week", "daily", EIGHT)

    assert kinds(engine, EIGHT + 4 * HOUR) == []


@pytest.mark.parametrize(("late", "count"), [(timedelta(0), 0), (TICK, 1)])
def test_an_edition_that_waits_for_nobody_and_stands_is_broken(
    engine: Engine, late: timedelta, count: int
) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post()])
    open_due(engine, SLOT)
    now = SLOT + limits.STEP_GRACE + late
    looked(engine, now)
    sources_read(engine, now)

    assert kinds(engine, now) == count * [AlarmKind.EDITION]


@pytest.mark.parametrize(("after", "count"), [(119, 0), (121, 1)])
def test_emails_that_no_worker_takes_are_broken(
    planned: Engine, after: int, count: int
) -> None:
    now = EIGHT + timedelta(seconds=after)

    assert kinds(planned, now) == count * [AlarmKind.WORKER]


def test_a_long_queue_that_moves_is_busy(planned: Engine) -> None:
    now = EIGHT + 5 * HOUR
    with writing(planned) as connection:
        # Another batch of an hour's run, which ended a minute ago.
        connection.execute(
            tables.send_batch.insert().values(
                edition_id=1,
                first_reader_id=90,
                last_reader_id=99,
                state=send_batches.DONE,
                due_at=now - MINUTE,
            )
        )

    assert kinds(planned, now) == []
    assert kinds(planned, now + 2 * MINUTE) == [AlarmKind.WORKER]


def test_a_batch_in_hand_of_which_nothing_moves_is_broken(planned: Engine) -> None:
    with writing(planned) as connection:
        send_batches.claim(connection, "a", EIGHT, 5 * HOUR)

    assert kinds(planned, EIGHT + 20 * MINUTE) == []
    assert kinds(planned, EIGHT + 21 * MINUTE) == [AlarmKind.WORKER]


def test_a_batch_of_which_a_copy_just_left_is_busy(planned: Engine) -> None:
    now = EIGHT + 4 * HOUR
    with writing(planned) as connection:
        send_batches.claim(connection, "a", EIGHT, 5 * HOUR)
        connection.execute(
            update(tables.delivery)
            .where(tables.delivery.c.reader_id == 1)
            .values(settled_at=now)
        )

    assert kinds(planned, now) == []


def test_a_batch_of_a_worker_that_died_is_told(planned: Engine) -> None:
    with writing(planned) as connection:
        send_batches.claim(connection, "a", EIGHT, MINUTE)

    assert kinds(planned, EIGHT + 2 * MINUTE) == []
    assert kinds(planned, EIGHT + 4 * MINUTE) == [AlarmKind.WORKER]


def test_a_mail_server_that_takes_nothing_is_told_and_not_the_workers(
    planned: Engine,
) -> None:
    now = EIGHT
    for _ in range(8):
        with writing(planned) as connection:
            carriers.pause(connection, "mail:25", "login failed", now)
            server = carriers.in_trouble(connection)["mail:25"]
        now = server.paused_until

    assert kinds(planned, now) == [AlarmKind.MAIL_SERVER]
    assert set(kinds(planned, now + 3 * MINUTE)) == {
        AlarmKind.MAIL_SERVER,
        AlarmKind.WORKER,
    }


def test_letters_nobody_makes_are_told(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "bob", email=None, format="letter", **BY_POST)
    posts_accepted(engine, [a_post()])
    publish(engine, "lantern-week", "daily", EIGHT)

    assert kinds(engine, EIGHT + 30 * MINUTE) == []
    assert kinds(engine, EIGHT + 31 * MINUTE) == [AlarmKind.WORKER]


def a_print_batch(connection: Connection) -> None:
    """Have a print batch that was made at eight, and sealed."""
    connection.execute(
        tables.print_batch.insert().values(
            edition_id=1,
            state="sealed",
            letters=12,
            sheets=12,
            pdf="a.pdf",
            manifest="a.csv",
            sha256="",
            made_at=EIGHT,
        )
    )


@pytest.mark.parametrize(
    ("days", "mode", "count"), [(3, "live", 0), (4, "live", 1), (4, "practice", 0)]
)
def test_letters_that_lie_for_days_are_told(
    planned: Engine, days: int, mode: str, count: int
) -> None:
    with writing(planned) as connection:
        connection.execute(update(tables.edition).values(mode=mode))
        a_print_batch(connection)
    now = EIGHT + days * DAY
    alarms = now_at(planned, now).alarms
    lying = [alarm.trouble for alarm in alarms if alarm.kind is AlarmKind.LETTERS]

    assert len(lying) == count
    assert all("12 letters lie here" in trouble.what for trouble in lying)


@pytest.mark.parametrize(
    ("state", "since", "count"),
    [("failing", 23, 0), ("failing", 25, 1), ("paused", 1, 1)],
)
def test_a_source_is_told_that_waits_for_a_person_or_fails_for_a_day(
    engine: Engine, state: str, since: int, count: int
) -> None:
    a_stored_campaign(engine)
    now = EIGHT + 30 * HOUR
    looked(engine, now)
    with writing(engine) as connection:
        connection.execute(
            update(tables.source).values(
                state=state,
                failing_since=now - since * HOUR,
                failure="no answer",
                last_failed_at=now,
                next_try_at=now + HOUR,
            )
        )

    assert kinds(engine, now).count(AlarmKind.SOURCE) == count


@pytest.mark.parametrize(("late", "count"), [(-TICK, 0), (timedelta(0), 1)])
def test_a_source_that_has_been_due_for_six_hours_and_is_not_read_is_told(
    engine: Engine, late: timedelta, count: int
) -> None:
    a_stored_campaign(engine, now=EIGHT - DAY)
    now = EIGHT + 7 * HOUR - MINUTE + late
    sources_read(engine, EIGHT - MINUTE)
    looked(engine, now)

    assert kinds(engine, now).count(AlarmKind.SOURCE) == count


def test_what_cannot_be_looked_at_is_named(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_stored_campaign(engine)

    def broken(*_: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(carriers, "in_trouble", broken)
    alarms = now_at(engine, EIGHT).alarms

    assert {alarm.kind for alarm in alarms} == {AlarmKind.UNSEEN}
    assert any("the mail servers" in alarm.trouble.what for alarm in alarms)


def test_a_campaign_that_cannot_be_read_is_broken(engine: Engine) -> None:
    a_stored_campaign(engine)
    with writing(engine) as connection:
        connection.execute(update(tables.campaign).values(file={"name": 3}))

    assert kinds(engine, EIGHT) == [AlarmKind.ROW]


def test_what_is_broken_needs_no_second_mention(engine: Engine) -> None:
    a_stored_campaign(engine)
    looked(engine, EIGHT)
    now = EIGHT + DAY + MINUTE
    with reading(engine) as connection:
        reckoning = reckon(connection, now)
        every = troubles_in(connection, campaigns.listed(connection), now)

    assert any("Nothing is sent" in trouble.what for trouble in every)
    assert reckoning.without_alarms(every) == []


def test_a_rate_limit_that_is_used_up_is_no_silence(planned: Engine) -> None:
    rates = RateLimits((RateLimit(1, DAY),))
    with writing(planned) as connection:
        want = rate_limits.GrantRequest(rate_limits.EVERYTHING, rates.overall)
        rate_limits.grant(connection, [want], EIGHT + MINUTE)
        alarms = reckon(connection, EIGHT + HOUR, rates).alarms

    assert alarms == ()
    assert kinds(planned, EIGHT + HOUR) == [AlarmKind.WORKER]


def test_a_worker_of_live_mode_is_not_asked_for_rehearsals(planned: Engine) -> None:
    assert kinds(in_mode(planned, Mode.PRACTICE), EIGHT + HOUR) == []


def test_both_databases_understand_what_they_are_asked(
    postgresql_engine: Engine,
) -> None:
    engine = postgresql_engine
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    a_reader(engine, "bob", email=None, format="letter", **BY_POST)
    posts_accepted(engine, [a_post()])
    publish(engine, "lantern-week", "daily", EIGHT)
    looked(engine, EIGHT)
    late = EIGHT + 8 * HOUR
    by_cause = [alarm.cause for alarm in now_at(engine, late).alarms]

    assert by_cause == ["timetable", "missing editions of schedule 1", "worker"]
    with writing(engine) as connection:
        send_batches.claim(connection, "a", late, HOUR)
        a_print_batch(connection)
    by_cause = [alarm.cause for alarm in now_at(engine, late + 3 * DAY).alarms]
    assert "letters" in by_cause
