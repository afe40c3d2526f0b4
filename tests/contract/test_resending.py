"""Copies that ended and are sent after all: only those, and only by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from digest.errors import DigestError, NotFound
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, edition, send_batch
from digest.store.delivery import deliveries, resending
from digest.store.delivery.deliveries import DeliveryMove
from digest.store.delivery.sending import send_batches
from digest.store.editions import editions, moves
from digest.store.editions.closing import close_edition
from tests.builders import EIGHT
from tests.rows import PlannedEdition, a_planned_edition, states

HOUR = timedelta(hours=1)
ACCEPTED, REFUSED = DeliveryState.ACCEPTED, DeliveryState.REFUSED
PLANNED = DeliveryState.PLANNED


def a_sent_edition(engine: Engine, *ends: DeliveryState) -> PlannedEdition:
    """Return an edition whose emails have ended so, one batch a copy."""
    sent_edition = a_planned_edition(engine, emails=len(ends), batch_size=1)
    with writing(engine) as connection:
        for reader_id, end in zip(sent_edition.readers, ends, strict=True):
            connection.execute(
                update(delivery)
                .where(delivery.c.reader_id == reader_id)
                .values(state=end, reply="550 no such person", settled_at=EIGHT)
            )
        connection.execute(update(send_batch).values(state="done"))
        connection.execute(update(edition).values(state="sent", ended_at=EIGHT))
    return sent_edition


@pytest.mark.parametrize("state", resending.RETRIED)
def test_only_what_stands_so_is_sent_again(
    engine: Engine, state: DeliveryState
) -> None:
    sent_edition = a_sent_edition(engine, ACCEPTED, state, DeliveryState.CANCELLED)
    with writing(engine) as connection:
        assert resending.count(connection, sent_edition.id, state, EIGHT) == 1
        assert resending.retry(connection, sent_edition.id, state, EIGHT + HOUR) == 1
        assert resending.retry(connection, sent_edition.id, state, EIGHT + HOUR) == 0
        lease = send_batches.claim(connection, "a", EIGHT + HOUR, HOUR)
        another = send_batches.claim(connection, "a", EIGHT + HOUR, HOUR)

    assert states(engine, sent_edition.id)[PLANNED] == 1
    assert lease is not None
    assert lease.readers == range(sent_edition.readers[1], sent_edition.readers[1] + 1)
    assert another is None


def test_the_edition_is_sending_again_until_they_have_ended(engine: Engine) -> None:
    sent_edition = a_sent_edition(engine, ACCEPTED, REFUSED)
    with writing(engine) as connection:
        resending.retry(connection, sent_edition.id, REFUSED, EIGHT + HOUR)
        again = editions.get(connection, sent_edition.id)
        assert not close_edition(connection, sent_edition.id, EIGHT + HOUR)
        for to in (DeliveryState.HANDING_OVER, ACCEPTED):
            deliveries.move(
                connection, DeliveryMove(sent_edition.key(1), to), EIGHT + HOUR
            )
        assert close_edition(connection, sent_edition.id, EIGHT + HOUR)

    assert (again.state, again.ended_at) == (EditionState.SENDING, None)


def test_of_some_people_alone(engine: Engine) -> None:
    sent_edition = a_sent_edition(engine, REFUSED, REFUSED)
    chosen = [sent_edition.subscribers[1]]
    with writing(engine) as connection:
        assert resending.count(connection, sent_edition.id, REFUSED, EIGHT, chosen) == 1
        assert resending.retry(connection, sent_edition.id, REFUSED, EIGHT, chosen) == 1
        stands = connection.execute(
            select(delivery.c.state).order_by(delivery.c.reader_id)
        )
        assert [row.state for row in stands] == [REFUSED, PLANNED]


def test_what_would_come_too_late_is_not_sent_and_nothing_is_changed(
    engine: Engine,
) -> None:
    sent_edition = a_sent_edition(engine, REFUSED)
    with writing(engine) as connection:
        connection.execute(update(edition).values(deliver_by=EIGHT))

    with (
        pytest.raises(DigestError, match="wanted by Monday 6 July 2026, 09:00 BST: "),
        writing(engine) as connection,
    ):
        resending.retry(connection, sent_edition.id, REFUSED, EIGHT)
    assert states(engine, sent_edition.id) == {REFUSED: 1}


def test_an_edition_that_is_not_there_says_so(engine: Engine) -> None:
    with pytest.raises(NotFound), writing(engine) as connection:
        resending.retry(connection, 99, REFUSED, EIGHT)


@pytest.mark.parametrize("state", [ACCEPTED, DeliveryState.EXPIRED])
def test_what_has_arrived_or_expired_is_never_sent_again(
    engine: Engine, state: DeliveryState
) -> None:
    sent_edition = a_sent_edition(engine, state)
    with writing(engine) as connection:
        assert resending.retry(connection, sent_edition.id, state, EIGHT) == 0
    assert states(engine, sent_edition.id) == {state: 1}


def test_nothing_that_runs_by_itself_sends_a_refused_copy_again(
    engine: Engine,
) -> None:
    sent_edition = a_sent_edition(engine, REFUSED)
    with writing(engine) as connection:
        assert not deliveries.move(
            connection, DeliveryMove(sent_edition.key(), PLANNED), EIGHT
        )
        assert not moves.move(connection, sent_edition.id, EditionState.SENDING, EIGHT)
    with reading(engine) as connection:
        assert editions.get(connection, sent_edition.id).state is EditionState.SENT
