"""An edition is over when all its copies have ended, and not before."""

import pytest
from sqlalchemy import Engine, update

from digest.model.delivery.delivery import DeliveryState
from digest.store.base.engine import writing
from digest.store.base.tables import delivery, edition, send_batch
from digest.store.editions.closing import close_edition
from tests.builders import EIGHT
from tests.rows import a_planned_edition


@pytest.mark.parametrize("state", sorted(DeliveryState))
@pytest.mark.parametrize("channel", ["email", "post"])
@pytest.mark.parametrize("batch", ["open", "done"])
def test_an_edition_is_over_when_each_copy_has_ended_whatever_the_batches_say(
    engine: Engine, state: DeliveryState, channel: str, batch: str
) -> None:
    planned = a_planned_edition(engine, emails=2)
    with writing(engine) as connection:
        connection.execute(update(edition).values(state="sending"))
        connection.execute(update(send_batch).values(state=batch))
        connection.execute(update(delivery).values(state=DeliveryState.ACCEPTED))
        connection.execute(
            update(delivery)
            .where(delivery.c.reader_id == planned.readers[0])
            .values(state=state, channel=channel)
        )
        is_over = close_edition(connection, planned.id, EIGHT)

    goes_on = (DeliveryState.PLANNED, DeliveryState.HANDING_OVER)
    assert is_over == (state not in (*goes_on, DeliveryState.UNCERTAIN))


def test_that_it_goes_on_is_seen_without_looking_through_its_copies(
    engine: Engine,
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("SQLite alone says how much it has looked at")
    emails = 400
    planned = a_planned_edition(engine, emails=emails)
    looked = list[None]()
    with writing(engine) as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        # Called for every so many of its instructions: to look at a copy takes more.
        driver.set_progress_handler(lambda: looked.append(None), 5)
        assert not close_edition(connection, planned.id, EIGHT)
        driver.set_progress_handler(None, 5)

    assert len(looked) < emails / 4
