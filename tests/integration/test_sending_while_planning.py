"""What is planned of an edition leaves while its last readers are still planned."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from digest.compose import lifecycle, plan, stopping
from digest.compose.plan import submit_nothing
from digest.errors import StoreError
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.schedule.reports.runs import runs_of
from digest.schedule.reports.status import status_of
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import delivery, left_out, reader
from digest.store.delivery import copies, deliveries
from digest.store.delivery.sending import send_batches
from digest.store.delivery.sending.send_batches import Lease, emails_of, expire_late
from digest.store.editions import editions, listed_editions, moves
from digest.store.people.kinds import reader_chunks
from tests.builders import EIGHT, a_post
from tests.stored import (
    a_reader,
    a_stored_campaign,
    posts_accepted,
    schedule_id,
    switched,
)

MINUTE = timedelta(minutes=1)
STATES = DeliveryState


@pytest.fixture
def half_planned(engine: Engine) -> Engine:
    """Return a database with edition 1 planned for two of its three readers."""
    a_stored_campaign(engine)
    for name in ("ann", "bob", "cat"):
        a_reader(engine, name)
    posts_accepted(engine, [a_post()])
    with writing(engine) as connection:
        slot = editions.Slot(1, schedule_id(engine, "daily"), EIGHT)
        moves.open_at(connection, slot, EIGHT)
    lifecycle.freeze(engine, 1, EIGHT)
    lifecycle.approve(engine, 1, EIGHT)
    step(engine, size=2)
    return engine


def step(engine: Engine, size: int = 9) -> None:
    """Plan one chunk more, or find that there is none."""
    plan._plan_chunk(engine, 1, EIGHT, size, submit_nothing)  # noqa: SLF001 - a step of it


def leased(engine: Engine) -> Lease | None:
    with writing(engine) as connection:
        return send_batches.claim(connection, "a sender", EIGHT, MINUTE)


def sent(engine: Engine, lease: Lease) -> None:
    """Bring all copies of a batch to their end, and give it back."""
    with writing(engine) as connection:
        those = delivery.c.reader_id.between(
            lease.readers.start, lease.readers.stop - 1
        )
        for state in (STATES.HANDING_OVER, STATES.ACCEPTED):
            deliveries.move_those(connection, those, state, EIGHT)
        send_batches.finish(connection, lease, EIGHT)


def edition_of(engine: Engine) -> editions.Edition:
    with reading(engine) as connection:
        return editions.get(connection, 1)


def test_the_first_batch_may_leave_before_the_last_reader_is_planned(
    half_planned: Engine,
) -> None:
    first = leased(half_planned)
    assert first is not None
    assert first.readers == range(1, 3)
    sent(half_planned, first)
    assert edition_of(half_planned).state is EditionState.APPROVED
    step(half_planned)
    second = leased(half_planned)
    step(half_planned)

    assert second is not None
    assert second.readers == range(3, 4)
    assert edition_of(half_planned).state is EditionState.PLANNED
    sent(half_planned, second)
    assert edition_of(half_planned).state is EditionState.SENT


def test_an_edition_whose_copies_all_ended_meanwhile_is_sent(
    half_planned: Engine,
) -> None:
    step(half_planned)
    for _ in range(2):
        lease = leased(half_planned)
        assert lease is not None
        sent(half_planned, lease)
    assert edition_of(half_planned).state is EditionState.APPROVED
    step(half_planned)

    assert edition_of(half_planned).state is EditionState.SENT


def test_what_leaves_meanwhile_is_of_use_for_as_long_as_the_rest(
    half_planned: Engine,
) -> None:
    of_use_until = edition_of(half_planned).deliver_by
    assert of_use_until == EIGHT + timedelta(days=4)
    with writing(half_planned) as connection:
        assert expire_late(connection, 1, emails_of(range(1, 3)), of_use_until) == 2
    step(half_planned)
    step(half_planned)

    assert edition_of(half_planned).deliver_by == of_use_until


def test_every_reader_has_a_copy_or_a_reason_after_an_interruption(
    half_planned: Engine,
) -> None:
    lease = leased(half_planned)
    assert lease is not None
    sent(half_planned, lease)
    plan.plan(half_planned, 1, EIGHT + MINUTE)

    with reading(half_planned) as connection:
        counts = copies.counts(connection, 1)
        assert not connection.scalar(select(left_out.c.reader_id))
    assert counts == {STATES.ACCEPTED: 2, STATES.PLANNED: 1}


def test_nobody_moves_a_reader_while_an_edition_plans_them(engine: Engine) -> None:
    """Two timetables and a reader who switches schedules: no post comes twice."""
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post()])
    with writing(engine) as connection:
        slot = editions.Slot(1, schedule_id(engine, "daily"), EIGHT)
        moves.open_at(connection, slot, EIGHT)
    lifecycle.freeze(engine, 1, EIGHT)
    lifecycle.approve(engine, 1, EIGHT)
    url = engine.url.render_as_string(hide_password=False)
    other = open_engine(url, lock_wait_ms=50)
    with writing(engine) as connection:
        edition = editions.locked(connection, 1)
        reader_chunks.gather(connection, edition, 9, EIGHT)
        with pytest.raises(StoreError):
            switched(other, 1, "weekly")
        reader_chunks.drop(connection)
    switched(other, 1, "weekly")
    other.dispose()

    with reading(engine) as connection:
        assert connection.scalar(select(reader.c.schedule_id)) == 2


def test_staff_see_that_it_is_planned_and_how_it_goes(half_planned: Engine) -> None:
    with reading(half_planned) as connection:
        [run] = runs_of(connection, editions.going(connection), EIGHT)
        [listed] = listed_editions.planned(connection, 9)
    facts = status_of(half_planned, EIGHT)
    before = listed.standing, facts["editions"][0]["standing"]
    step(half_planned)
    step(half_planned)

    assert before == ("planning", "planning")
    assert facts["editions"][0]["state"] == "approved"
    assert run.total == 2
    assert any("No worker" in reason for reason in run.reasons)
    assert edition_of(half_planned).standing == "planned"


def test_what_was_stopped_is_among_the_runs(half_planned: Engine) -> None:
    stopping.stop(half_planned, 1, EIGHT)
    with reading(half_planned) as connection:
        [listed] = listed_editions.planned(connection, 9)
        going = editions.going(connection)

    assert listed.standing == "stopped"
    assert going == []
