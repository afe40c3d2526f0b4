"""An edition closes before its slot, and no email leaves in quiet hours."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.deliver.sending.run_state import RunTally
from digest.deliver.sending.sender import EmailSender
from digest.gather.fetching.fetch import Fetcher
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.formats import Channel
from digest.schedule.delivery.worker import WorkReport
from digest.schedule.editions.due import next_slots, open_slot
from digest.schedule.editions.publishing import publish_due
from digest.schedule.reports.runs import run_of
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.delivery.sending import send_batches
from digest.store.delivery.sending.claims import ClaimResult, claim, guard_for
from digest.store.delivery.sending.send_batches import Lease
from digest.store.editions import editions
from digest.store.editions.holding_back import quiet_until
from digest.store.reports.editions.listed_copies import listed
from tests.builders import EIGHT, a_post, words
from tests.fakes.carrier import ScriptedCarrier
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock
from tests.rows import FILE, a_planned_edition, states
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

SLOT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)  # 16:00 in London
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=30)
LATE = a_post("late", title="Late", body=words("Only just in time."), summary="")


def a_live_campaign(engine: Engine, *lines: str) -> Engine:
    """Return live mode on a database with a post and a reader, due at 16:00."""
    keys = "\n".join(['at = "16:00"', *lines])
    a_stored_campaign(engine, READY.replace('at = "16:00"', keys))
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post("early")])
    return in_mode(engine, Mode.LIVE)


def looked(engine: Engine, now: datetime) -> list[EditionState]:
    """Have the timetable look, and return where its editions stand then."""
    publish_due(engine, Fetcher(), now)
    with reading(engine) as connection:
        return [row.state for row in editions.of_campaign(connection, 1)]


def test_an_edition_that_closes_early_is_frozen_then_and_leaves_at_its_slot(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine, 'close = "30m"')

    assert looked(live, SLOT - 31 * MINUTE) == []
    assert looked(live, SLOT - 30 * MINUTE) == [EditionState.APPROVED]
    posts_accepted(live, [LATE])
    assert looked(live, SLOT - MINUTE) == [EditionState.APPROVED]
    with writing(live) as connection:
        early = send_batches.claim(connection, "a", SLOT - MINUTE, LEASE)
    assert early is None
    assert looked(live, SLOT) == [EditionState.PLANNED]
    with writing(live) as connection:
        at_slot = send_batches.claim(connection, "a", SLOT, LEASE)
        edition = editions.get(connection, 1)
    assert at_slot is not None
    assert (edition.slot, edition.upto) == (SLOT, 1)


def test_what_comes_in_after_closing_goes_with_the_next(engine: Engine) -> None:
    live = a_live_campaign(engine, 'close = "30m"')
    looked(live, SLOT - 30 * MINUTE)
    posts_accepted(live, [LATE])
    day = timedelta(days=1)
    for moment in (SLOT, SLOT + day - 30 * MINUTE, SLOT + day):
        looked(live, moment)

    with reading(live) as connection:
        spans = [(row.slot, row.upto) for row in editions.of_campaign(connection, 1)]
    assert sorted(spans) == [(SLOT, 1), (SLOT + day, 2)]


def test_one_that_is_found_late_has_its_slot_all_the_same(engine: Engine) -> None:
    live = a_live_campaign(engine, 'close = "30m"')

    assert looked(live, SLOT + 20 * MINUTE) == [EditionState.PLANNED]
    with reading(live) as connection:
        assert editions.get(connection, 1).slot == SLOT


def test_the_countdown_is_to_the_closing_and_then_of_the_next_edition(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine, 'close = "30m"')

    with reading(live) as connection:
        slot, _weekly = next_slots(connection, SLOT - 60 * MINUTE)
        before = open_slot(connection, "lantern-week", None, SLOT - 31 * MINUTE)
        after = open_slot(connection, "lantern-week", None, SLOT - 30 * MINUTE)
    assert (slot.closes, slot.at) == (SLOT - 30 * MINUTE, SLOT)
    assert before
    assert after
    assert (before.at, after.at) == (SLOT, SLOT + timedelta(days=1))


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "following"),
    [
        pytest.param("17:00", SLOT + DAY + 60 * MINUTE, id="later"),
        pytest.param("15:50", SLOT + DAY - 10 * MINUTE, id="sooner, and still to come"),
        pytest.param("15:00", SLOT + DAY - 60 * MINUTE, id="to what is past"),
        pytest.param("16:00, 18:00", SLOT + 120 * MINUTE, id="one more"),
        pytest.param("17:00, 18:00", SLOT + 120 * MINUTE, id="later, and one more"),
    ],
)
def test_a_time_moved_once_its_edition_has_closed_gives_the_day_no_second(
    engine: Engine, at: str, following: datetime
) -> None:
    live = a_live_campaign(engine, 'close = "30m"')
    looked(live, SLOT - 30 * MINUTE)
    times = ", ".join(f'"{each}"' for each in at.split(", "))
    moved = READY.replace('at = "16:00"', f'at = [{times}]\nclose = "30m"')
    a_stored_campaign(live, moved, SLOT - 15 * MINUTE)
    posts_accepted(live, [LATE])
    with reading(live) as connection:
        coming = next_slots(connection, SLOT - MINUTE)
        behind = next_slots(connection, SLOT)

    # It leaves when it was to, and what came later waits for the slot after it.
    assert looked(live, SLOT) == [EditionState.PLANNED]
    assert [each.at for each in coming if each.schedule == "daily"] == [SLOT]
    assert [each.at for each in behind if each.schedule == "daily"] == [following]
    assert looked(live, following - 13 * 60 * MINUTE)[1:] == []
    assert looked(live, following - 31 * MINUTE) == [EditionState.PLANNED]
    assert looked(live, following - 30 * MINUTE) == [
        EditionState.APPROVED,
        EditionState.PLANNED,
    ]


QUIET = 'quiet = "21:00-08:00"'
NIGHT = datetime(2026, 7, 6, 21, 0, tzinfo=UTC)  # 22:00 in London
MORNING = datetime(2026, 7, 7, 7, 0, tzinfo=UTC)


def leased(engine: Engine, now: datetime) -> Lease | None:
    with writing(engine) as connection:
        return send_batches.claim(connection, "a", now, LEASE)


@pytest.mark.parametrize(
    ("now", "may"),
    [
        pytest.param(datetime(2026, 7, 6, 19, 59, tzinfo=UTC), True, id="just before"),
        pytest.param(datetime(2026, 7, 6, 20, 0, tzinfo=UTC), False, id="as it begins"),
        pytest.param(MORNING - MINUTE, False, id="just before it ends"),
        pytest.param(MORNING, True, id="as it ends"),
    ],
)
def test_no_email_is_leased_in_quiet_hours(
    engine: Engine,
    now: datetime,
    may: bool,  # noqa: FBT001 - a column of the table
) -> None:
    live = a_live_campaign(engine, QUIET)
    looked(live, SLOT)

    assert (leased(live, now) is not None) is may


def test_what_is_under_way_as_the_quiet_begins_waits_for_its_end(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine, QUIET)
    looked(live, SLOT)
    begun = NIGHT - 62 * MINUTE
    lease = leased(live, begun)
    assert lease
    with writing(live) as connection:
        guard = guard_for(connection, 1, Channel.EMAIL)
        [copy] = listed(connection, 1)
        assert claim(connection, copy.key.reader_id, guard, NIGHT) is ClaimResult.NO
        send_batches.finish(connection, lease, NIGHT)

    assert states(live, 1) == {DeliveryState.PLANNED: 1}
    assert leased(live, NIGHT + MINUTE) is None
    assert leased(live, MORNING) is not None


def test_staff_see_why_nothing_leaves_and_until_when(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, QUIET)
    looked(live, SLOT)

    with reading(live) as connection:
        run = run_of(connection, editions.get(connection, 1), NIGHT)
    [reason, *_] = run.reasons
    assert "quiet hours, until Tuesday 7 July 2026, 08:00 BST" in reason


def test_a_round_of_work_says_what_waits_for_the_end_of_the_quiet(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine, QUIET)
    looked(live, SLOT)
    with reading(live) as connection:
        report = WorkReport(RunTally(), quiet=quiet_until(connection, NIGHT))

    assert report.lines(Path())[-1] == (
        "edition 1: no email leaves in its quiet hours, until Tuesday 7 July 2026, "
        "08:00 BST"
    )
    assert report.facts()["quiet"] == {1: MORNING}


def test_a_rehearsal_wakes_nobody_and_goes_on(sqlite_engine: Engine) -> None:
    a_live_campaign(sqlite_engine, QUIET)
    practice = in_mode(sqlite_engine, Mode.PRACTICE)
    looked(practice, SLOT)

    assert leased(practice, NIGHT) is not None


def test_letters_are_printed_in_quiet_hours(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, QUIET)
    looked(live, SLOT)

    with reading(live) as connection:
        assert not guard_for(connection, 1, Channel.POST).is_quiet(NIGHT)
        assert guard_for(connection, 1, Channel.EMAIL).is_quiet(NIGHT)


def test_a_run_that_comes_into_quiet_hours_stops_and_goes_on_when_they_are_over(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=20, batch_size=7)
    file = CampaignFile(FILE.format(uncertain="resend") + QUIET, "UTC", "/")
    with writing(engine) as connection:
        campaigns.apply(connection, file, EIGHT)
    clock = HandWoundClock(NIGHT - 61 * MINUTE)

    def as_the_fifth_leaves(_copy: object) -> None:
        if len(carrier.copies) == 4:
            clock.now = NIGHT

    carrier = ScriptedCarrier(on_wire=as_the_fifth_leaves)
    live = in_mode(engine, Mode.LIVE)
    sender = EmailSender(
        engine=live,
        carrier=carrier,
        message_for=lambda _edition, _variant: MESSAGE,
        links=FakeLinks(),
        clock=clock,
        connections=1,
    )
    evening = sender.send_due(threading.Event())
    # What was claimed as the quiet began is on the wire, and no other.
    assert evening == RunTally(accepted=len(carrier.copies))
    assert 5 <= len(carrier.copies) <= 6
    assert sender.send_due(threading.Event()) == RunTally()
    clock.now = MORNING
    morning = sender.send_due(threading.Event())

    assert evening.accepted + morning.accepted == 20
    assert len({copy.recipient for copy in carrier.copies}) == 20
    assert states(live, planned.id) == {DeliveryState.ACCEPTED: 20}
