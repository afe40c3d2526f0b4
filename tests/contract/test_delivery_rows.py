"""One door for every state: what may move, what may not, and what is said."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import Engine, select, update

from digest.errors import NotFound
from digest.model.campaigns.campaign import UncertainPolicy
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.rendition import Rendition
from digest.model.formats import Channel
from digest.model.moves import DELIVERY_MOVES
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    campaign,
    delivery,
    left_out,
    send_batch,
    subscriber,
)
from digest.store.delivery import deliveries
from digest.store.delivery.deliveries import DeliveryKey, DeliveryMove
from digest.store.delivery.sending import claims, send_batches
from digest.store.editions import renditions
from digest.store.reports.editions import listed_copies
from tests.builders import EIGHT
from tests.rows import PlannedEdition, a_planned_edition

PLANNED, HANDING_OVER = DeliveryState.PLANNED, DeliveryState.HANDING_OVER
ACCEPTED, UNCERTAIN = DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN
LENGTH = timedelta(minutes=1)


def _stands(engine: Engine, planned: PlannedEdition, state: DeliveryState) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(delivery)
            .where(delivery.c.reader_id == planned.readers[0])
            .values(state=state)
        )


@pytest.mark.parametrize(
    ("at", "to"),
    [
        pytest.param(*pair, id="-".join(pair))
        for pair in product(DeliveryState, repeat=2)
    ],
)
def test_a_delivery_moves_only_as_it_may_and_only_once(
    engine: Engine, at: DeliveryState, to: DeliveryState
) -> None:
    planned = a_planned_edition(engine)
    _stands(engine, planned, at)
    with writing(engine) as connection:
        first = deliveries.move(connection, DeliveryMove(planned.key(), to), EIGHT)
        second = deliveries.move(connection, DeliveryMove(planned.key(), to), EIGHT)

    assert first is (to in DELIVERY_MOVES.onward[at])
    assert not second
    with reading(engine) as connection:
        stands = connection.scalar(select(delivery.c.state))
    assert stands == (to if first else at)


@pytest.mark.parametrize("channel", Channel)
def test_a_copy_is_listed_unless_it_is_an_email_on_its_way_to_being_accepted(
    engine: Engine, channel: Channel
) -> None:
    a_planned_edition(engine)
    listed = {}
    with writing(engine) as connection:
        for state in DeliveryState:
            connection.execute(update(delivery).values(channel=channel, state=state))
            listed[state] = connection.scalar(select(delivery.c.listed_state))

    is_email = channel is Channel.EMAIL
    unlisted = {PLANNED, HANDING_OVER, ACCEPTED} if is_email else set()
    assert listed == {
        state: None if state in unlisted else state for state in DeliveryState
    }


def test_an_email_that_is_accepted_has_its_row_alone_written(
    postgresql_engine: Engine,
) -> None:
    planned = a_planned_edition(postgresql_engine)
    with writing(postgresql_engine) as connection:
        guard = claims.guard_for(connection, planned.id, Channel.EMAIL)
        claims.claim_all(connection, planned.readers, guard, EIGHT)
        deliveries.move(connection, DeliveryMove(planned.key(), ACCEPTED), EIGHT)
        written = connection.exec_driver_sql(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables"
            " WHERE relname = 'delivery'"
        ).one()

    assert written == (2, 2)


@pytest.mark.parametrize(
    "answer",
    [
        '250 "2.0.0" C:\\queue\\{4F}, thanks',
        "NULL",
        "",
        " 250\n2.0.0\t'ja, ätt' ",
        None,
    ],
)
def test_an_answer_is_kept_to_the_letter(engine: Engine, answer: str | None) -> None:
    planned = a_planned_edition(engine)
    _stands(engine, planned, HANDING_OVER)
    with writing(engine) as connection:
        deliveries.move(
            connection, DeliveryMove(planned.key(), ACCEPTED, answer), EIGHT
        )
        assert connection.scalar(select(delivery.c.reply)) == answer


def test_only_an_attempt_that_is_charged_counts(engine: Engine) -> None:
    planned = a_planned_edition(engine)
    given_back = DeliveryMove(planned.key(), PLANNED, "not our day")
    tried = DeliveryMove(planned.key(), PLANNED, "451", EIGHT + LENGTH, tried=True)
    with writing(engine) as connection:
        for change in (given_back, tried):
            deliveries.move(
                connection, DeliveryMove(planned.key(), HANDING_OVER), EIGHT
            )
            deliveries.move(connection, change, EIGHT)
        [row] = listed_copies.listed(connection, planned.id)

    assert (row.attempts, row.reason) == (1, "451")
    assert row.next_attempt_at == EIGHT + LENGTH


def test_a_copy_is_taken_once(engine: Engine) -> None:
    planned = a_planned_edition(engine)
    with writing(engine) as connection:
        guard = claims.guard_for(connection, planned.id, Channel.EMAIL)
        first = claims.claim(connection, planned.key().reader_id, guard, EIGHT)
        second = claims.claim(connection, planned.key().reader_id, guard, EIGHT)

    assert (first, second) == (claims.ClaimResult.YES, claims.ClaimResult.NO)


@pytest.mark.parametrize(
    "text", ["", "12", "1.", ".2", "a.b", "1.2.3", "-1.2", "1 2", "9" * 19 + ".1"]
)
def test_a_name_that_is_no_deliverys_is_one_line(text: str) -> None:
    with pytest.raises(NotFound, match="digest deliveries"):
        DeliveryKey.parse(text)


def test_a_delivery_is_named_as_in_its_message_id() -> None:
    key = DeliveryKey(edition_id=12, reader_id=345)

    assert str(key) == "345.12"
    assert DeliveryKey.parse(" 345.12 ") == key


def test_everybody_an_edition_was_for_is_listed_those_left_out_too(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=2)
    with writing(engine) as connection:
        connection.execute(
            delivery.delete().where(delivery.c.reader_id == planned.readers[0])
        )
        connection.execute(
            left_out.insert().values(
                edition_id=planned.id,
                reader_id=planned.readers[0],
                kind="unreachable",
                reason="no address is held: add one",
            )
        )
        everyone = listed_copies.listed(connection, planned.id)
        chosen = listed_copies.listed(connection, planned.id, [listed_copies.LEFT_OUT])

    assert [
        (copy.name, copy.channel, copy.state, copy.reason) for copy in everyone
    ] == [
        ("Reader 0", "", "left-out", "no address is held: add one"),
        ("Reader 1", "email", "planned", ""),
    ]
    assert chosen == everyone[:1]


def test_a_copy_that_may_have_arrived_unknown_to_us_says_so_for_good(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=2)
    doubts = []
    with writing(engine) as connection:
        for state in (HANDING_OVER, UNCERTAIN, PLANNED, HANDING_OVER, ACCEPTED):
            deliveries.move(connection, DeliveryMove(planned.key(), state), EIGHT)
            doubts.append(listed_copies.listed(connection, planned.id)[0].doubt)
        doubtful = listed_copies.listed(
            connection, planned.id, [listed_copies.DOUBTFUL]
        )

    assert doubts == ["", *["may have arrived"] * 2, *["may have arrived twice"] * 2]
    assert [copy.name for copy in doubtful] == ["Reader 0"]


def test_attempts_that_were_answered_do_not_count_as_doubts(engine: Engine) -> None:
    planned = a_planned_edition(engine)
    delayed = DeliveryMove(planned.key(), PLANNED, "451", tried=True)
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "a", EIGHT, LENGTH)
        assert lease is not None
        for _ in range(5):
            deliveries.move(
                connection, DeliveryMove(planned.key(), HANDING_OVER), EIGHT
            )
            deliveries.move(connection, delayed, EIGHT)
        repeated = []
        for _ in range(3):
            for state in (HANDING_OVER, UNCERTAIN):
                deliveries.move(connection, DeliveryMove(planned.key(), state), EIGHT)
            repeated.append(
                send_batches.repeat_uncertain(
                    connection, lease, UncertainPolicy.RESEND, EIGHT
                )
            )

    assert repeated == [1, 1, 0]


def test_two_of_one_name_are_told_apart_by_where_they_are_reached(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=1, letters=1)
    with writing(engine) as connection:
        connection.execute(update(subscriber).values(name="Ann Example"))
        by_email, by_post = listed_copies.listed(connection, planned.id)

    assert by_email.name == by_post.name
    assert "@" in by_email.to
    assert by_post.to != by_email.to


def test_a_leased_batch_is_nobody_elses_until_the_lease_runs_out(
    engine: Engine,
) -> None:
    a_planned_edition(engine)
    with writing(engine) as connection:
        first = send_batches.claim(connection, "a", EIGHT, LENGTH)
        assert first is not None
        assert send_batches.claim(connection, "b", EIGHT + LENGTH, LENGTH) is None
        renewed_at = EIGHT + LENGTH
        assert send_batches.renew(connection, [first], renewed_at, LENGTH) == []
        later = EIGHT + 2 * LENGTH + timedelta(seconds=1)
        second = send_batches.claim(connection, "b", later, LENGTH)

    assert second is not None
    assert second.fence == first.fence + 1
    with writing(engine) as connection:
        assert send_batches.renew(connection, [first], later, LENGTH) == [first]
        send_batches.finish(connection, first, later)
        row = connection.execute(select(send_batch)).one()
    assert (row.state, row.lease_owner) == ("leased", "b")


def test_the_lease_of_a_sender_known_to_be_gone_ends_at_once(engine: Engine) -> None:
    a_planned_edition(engine)
    with writing(engine) as connection:
        send_batches.claim(connection, "a", EIGHT, LENGTH)
        assert send_batches.owners(connection) == {"a"}
        assert send_batches.release(connection, "a", EIGHT) == 1

        assert send_batches.claim(connection, "b", EIGHT, LENGTH) is not None


def test_a_batch_comes_back_when_its_next_copy_is_due(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    soon, late = EIGHT + LENGTH, EIGHT + 9 * LENGTH
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "a", EIGHT, LENGTH)
        assert lease is not None
        deliveries.postpone(connection, planned.key(0), late, "later")
        deliveries.postpone(connection, planned.key(1), soon, "soon")
        send_batches.finish(connection, lease, EIGHT)
        row = connection.execute(select(send_batch)).one()

    assert (row.state, row.due_at) == ("open", soon)


def test_a_paused_campaign_sends_nothing(engine: Engine) -> None:
    a_planned_edition(engine)
    with writing(engine) as connection:
        connection.execute(update(campaign).values(paused_at=EIGHT))

        assert send_batches.claim(connection, "a", EIGHT, LENGTH) is None


def test_a_rendition_is_kept_once_and_stays_as_it_was(engine: Engine) -> None:
    planned = a_planned_edition(engine)
    first = Rendition(b"first", {"pages": 2})
    with writing(engine) as connection:
        assert renditions.get(connection, planned.id, "key") is None
        assert renditions.put(connection, planned.id, "key", first)
        again = Rendition(b"second", {})
        assert not renditions.put(connection, planned.id, "key", again)
        assert renditions.get(connection, planned.id, "key") == first
