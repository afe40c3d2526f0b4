"""A run as staff see it: counted, its rate told, its waits explained, in pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, update

from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.eta import TimeRemaining
from digest.model.delivery.rate_limits import RateLimit, RateLimits
from digest.model.editions.edition import EditionState
from digest.schedule.reports.runs import Run, run_of
from digest.schedule.reports.status import status_of
from digest.store import limits
from digest.store.base.engine import reading, writing
from digest.store.base.tables import campaign, delivery, edition, left_out
from digest.store.delivery import deliveries, settling
from digest.store.delivery.deliveries import DeliveryMove
from digest.store.delivery.sending import carriers, rate_limits, send_batches
from digest.store.editions import editions
from digest.store.holds import holds
from digest.store.reports.editions import listed_copies, unserved
from tests.builders import EIGHT
from tests.rows import PlannedEdition, a_planned_edition

ACCEPTED, HANDING_OVER = DeliveryState.ACCEPTED, DeliveryState.HANDING_OVER
PLANNED, REFUSED = DeliveryState.PLANNED, DeliveryState.REFUSED
UNCERTAIN = DeliveryState.UNCERTAIN
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LEASE = timedelta(seconds=30)


def ended(
    engine: Engine, planned: PlannedEdition, which: Sequence[int], at: datetime
) -> None:
    """Have copies accepted, by the index of their readers."""
    with writing(engine) as connection:
        for index in which:
            deliveries.move(
                connection, DeliveryMove(planned.key(index), HANDING_OVER), at
            )
            deliveries.move(
                connection, DeliveryMove(planned.key(index), ACCEPTED, "250"), at
            )


def run_at(
    engine: Engine, planned: PlannedEdition, now: datetime, *limits: RateLimit
) -> Run:
    with reading(engine) as connection:
        return run_of(connection, editions.get(connection, planned.id), now, limits)


def taken_up(engine: Engine, now: datetime = EIGHT) -> send_batches.Lease:
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "a", now, LEASE)
    assert lease is not None
    return lease


def given_back(engine: Engine, lease: send_batches.Lease, now: datetime) -> None:
    with writing(engine) as connection:
        send_batches.finish(connection, lease, now)


def test_before_it_begins_nothing_is_promised(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=4, letters=1)
    run = run_at(engine, planned, EIGHT)

    assert (run.total, run.ended, run.remaining) == (
        5,
        0,
        TimeRemaining(4, zone="Europe/London"),
    )
    assert (run.rate, run.seconds_left) == (None, None)
    assert run.outlook == "the time left cannot be told yet"
    assert run.reasons == (
        "No worker has it in hand: is digest serve or digest work running?",
    )


def test_the_rate_is_that_of_the_last_minute(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=60, batch_size=20)
    first = taken_up(engine)
    ended(engine, planned, range(20), EIGHT)
    given_back(engine, first, EIGHT)
    taken_up(engine, EIGHT + 2 * MINUTE)
    ended(engine, planned, range(20, 30), EIGHT + 2 * MINUTE)
    run = run_at(engine, planned, EIGHT + 2 * MINUTE + 10 * SECOND)

    assert (run.rate, run.seconds_left) == (1.0, 30.0)
    assert run.outlook == "1.0 a second, about 30 seconds left"
    assert run.reasons == ()


def test_a_batch_that_ended_just_now_counts_for_the_rate(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=40, batch_size=20)
    first = taken_up(engine)
    ended(engine, planned, range(20), EIGHT)
    given_back(engine, first, EIGHT)
    taken_up(engine)

    assert run_at(engine, planned, EIGHT + 10 * SECOND).rate == 2.0


def test_between_two_rounds_nobody_is_said_to_be_missing(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=40, batch_size=20)
    first = taken_up(engine)
    ended(engine, planned, range(20), EIGHT)
    given_back(engine, first, EIGHT)
    soon = run_at(engine, planned, EIGHT + 10 * SECOND)
    late = run_at(engine, planned, EIGHT + 3 * MINUTE)

    assert soon.reasons == ()
    assert any("No worker has it in hand" in reason for reason in late.reasons)


def test_a_limit_to_come_makes_the_time_longer(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=40)
    taken_up(engine)
    ended(engine, planned, range(10), EIGHT)
    run = run_at(engine, planned, EIGHT + SECOND * 2, RateLimit(10, timedelta(hours=1)))

    assert run.seconds_left == 2 * 3600


def test_what_is_used_of_a_limit_makes_the_time_longer_too(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=40)
    taken_up(engine)
    ended(engine, planned, range(10), EIGHT)
    hourly = RateLimit(10, timedelta(hours=1))
    with writing(engine) as connection:
        rate_limits.grant(
            connection,
            [rate_limits.GrantRequest(rate_limits.EVERYTHING, (hourly,))],
            EIGHT,
        )
    run = run_at(engine, planned, EIGHT + SECOND * 2, hourly)

    # A grant is a part of what there is: one of these ten.
    assert run.seconds_left == pytest.approx(2.1 * 3600)


def test_what_is_put_off_is_said_with_the_servers_words(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=5)
    lease = taken_up(engine)
    with writing(engine) as connection:
        for index, words in enumerate(["451 greylisted", "451 greylisted", "452 full"]):
            key, until = planned.key(index), EIGHT + (index + 5) * MINUTE
            deliveries.postpone(connection, key, until, words)
    given_back(engine, lease, EIGHT)
    run = run_at(engine, planned, EIGHT)

    zone = "Europe/London"
    assert run.remaining == TimeRemaining(2, 3, EIGHT + 5 * MINUTE, zone=zone)
    assert run.outlook.endswith("the first on Monday 6 July 2026, 09:05 BST")
    assert run.reasons[-2:] == ("2 put off: 451 greylisted", "1 put off: 452 full")


def test_what_holds_everything_up_is_said(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    holds.check_in(engine, EIGHT - timedelta(days=3))
    holds.check_in(engine, EIGHT)
    with writing(engine) as connection:
        connection.execute(update(campaign).values(paused_at=EIGHT))
        connection.execute(update(edition).values(deliver_by=EIGHT + MINUTE))
        carriers.pause(connection, "mail.example.org:25", "535 login failed", EIGHT)
    reasons = " ".join(run_at(engine, planned, EIGHT).reasons)

    assert "digest resume" in reasons
    assert "Say: digest campaign resume lantern-week" in reasons
    assert "mail.example.org:25 is left alone for another 30 seconds: 535" in reasons
    assert "What has not gone by Monday 6 July 2026, 09:01 BST expires." in reasons


def test_a_limit_that_is_used_up_is_said_and_no_worker_is_missed(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=40)
    lease = taken_up(engine)
    ended(engine, planned, range(10), EIGHT)
    given_back(engine, lease, EIGHT)
    hourly = RateLimit(10, timedelta(hours=1))
    with writing(engine) as connection:
        for _ in range(10):
            rate_limits.grant(
                connection,
                [rate_limits.GrantRequest(rate_limits.EVERYTHING, (hourly,))],
                EIGHT,
            )
    run = run_at(engine, planned, EIGHT + 10 * SECOND, hourly)

    assert run.reasons == (
        "No more may leave: 10 in 1 hour (DIGEST_RATE). "
        "The next on Monday 6 July 2026, 10:00 BST.",
    )


def test_a_limit_that_is_free_again_at_once_is_not_spoken_of(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=40)
    taken_up(engine)
    each_second = RateLimit(1, SECOND)
    with writing(engine) as connection:
        rate_limits.grant(
            connection,
            [rate_limits.GrantRequest(rate_limits.EVERYTHING, (each_second,))],
            EIGHT,
        )

    assert run_at(engine, planned, EIGHT, each_second).reasons == ()


def test_a_paused_run_is_still_shown_and_no_time_is_promised(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=40, batch_size=20)
    lease = taken_up(engine)
    ended(engine, planned, range(20), EIGHT)
    given_back(engine, lease, EIGHT)
    with writing(engine) as connection:
        connection.execute(update(campaign).values(paused_at=EIGHT))
    [run] = status_of(engine, EIGHT + 10 * SECOND, RateLimits())["runs"]

    assert (run["edition"], run["seconds_left"]) == (planned.id, None)
    assert run["outlook"] == "no more are begun just now"
    assert run["reasons"] == [
        "The campaign is paused. Say: digest campaign resume lantern-week"
    ]


def test_it_is_sent_only_when_every_copy_has_an_end(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2, uncertain="hold")  # type: ignore[arg-type]  # as a file has it
    lease = taken_up(engine)
    ended(engine, planned, [0], EIGHT)
    with writing(engine) as connection:
        for to in (HANDING_OVER, UNCERTAIN):
            deliveries.move(
                connection, DeliveryMove(planned.key(1), to, "cut off"), EIGHT
            )
    given_back(engine, lease, EIGHT)
    assert run_at(engine, planned, EIGHT).edition.state is EditionState.SENDING
    words = " ".join(status_of(engine, EIGHT, RateLimits())["help"])
    assert f"digest deliveries settle {planned.key(1)} resend" in words

    with writing(engine) as connection:
        settling.settle_one(connection, planned.key(1), ACCEPTED, EIGHT)
    run = run_at(engine, planned, EIGHT)
    assert run.edition.state is EditionState.SENT
    assert (run.ended, run.outlook, run.reasons) == (2, "nothing is left to send", ())


def test_status_tells_a_program_how_each_run_goes(engine: Engine) -> None:
    a_planned_edition(engine, emails=3)
    [run] = status_of(engine, EIGHT, RateLimits())["runs"]

    assert (run["ended"], run["total"], run["ready"]) == (0, 3, 3)
    assert run["copies"] == [{"channel": "email", "state": "planned", "copies": 3}]


@pytest.mark.parametrize("people", [limits.UNSERVED_NAMED, limits.UNSERVED_NAMED + 5])
def test_more_people_than_can_be_read_at_once_are_counted(
    engine: Engine, people: int
) -> None:
    planned = a_planned_edition(engine, emails=people)
    with writing(engine) as connection:
        connection.execute(update(delivery).values(state=REFUSED, reply="550 no"))
        named = unserved.not_served(connection, planned.id)
        count = unserved.count_not_served(connection, planned.id)
    lines = status_of(engine, EIGHT, RateLimits())["help"]

    assert (len(named), count) == (limits.UNSERVED_NAMED, people)
    assert lines[-1] == (
        f"Lantern Week: {people} readers were not reached: 550 no. Reader 0, Reader 1, "
        f"Reader 2, Reader 3, Reader 4 and {people - 5} more. "
        "See: digest deliveries 1 --state refused"
    )


def test_everybody_is_listed_in_pages_each_once_and_in_order(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=7)
    with writing(engine) as connection:
        without_copy = planned.readers[2]
        connection.execute(
            delivery.delete().where(delivery.c.reader_id == without_copy)
        )
        connection.execute(
            insert(left_out).values(
                edition_id=planned.id,
                reader_id=without_copy,
                kind="left",
                reason="left",
            )
        )
        reader_ids, after = list[int](), 0
        while page := listed_copies.listed(connection, planned.id, (), after, 3):
            assert len(page) <= 3
            reader_ids += [copy.key.reader_id for copy in page]
            after = reader_ids[-1]
        refused = listed_copies.listed(connection, planned.id, [REFUSED])

    assert reader_ids == sorted(planned.readers)
    assert refused == []


def test_a_list_longer_than_a_page_is_read_to_its_end(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=limits.COPIES_LISTED + 1)
    pages = [*listed_copies.everybody(engine, planned.id, [PLANNED])]

    assert [len(page) for page in pages] == [limits.COPIES_LISTED, 1]
    assert [*listed_copies.everybody(engine, planned.id, [REFUSED])] == []
