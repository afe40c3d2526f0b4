"""A copy is claimed before it leaves: only what is still wanted, in its last words."""

import pytest
from sqlalchemy import Engine, update

from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.store.base.engine import writing
from digest.store.base.tables import edition, variant
from digest.store.delivery import claims
from digest.store.delivery.claims import ClaimResult
from tests.builders import EIGHT
from tests.rows import a_planned_edition, states, unsubscribed, withdrawn


@pytest.mark.parametrize(
    ("since", "upto", "result"),
    [
        pytest.param(0, 1, ClaimResult.STALE, id="in the edition"),
        pytest.param(1, 2, ClaimResult.YES, id="in the one before"),
        pytest.param(0, 0, ClaimResult.YES, id="in the one to come"),
    ],
)
def test_words_are_made_anew_only_where_an_item_of_theirs_was_withdrawn(
    engine: Engine, since: int, upto: int, result: ClaimResult
) -> None:
    planned = a_planned_edition(engine)
    with writing(engine) as connection:
        connection.execute(update(variant).values(since=since, upto=upto))
        connection.execute(update(edition).values(upto=upto))
        guard = claims.guard_for(connection, planned.id, Channel.EMAIL)
    withdrawn(engine)  # the item at position 1

    with writing(engine) as connection:
        claim = claims.claim(connection, planned.readers[0], guard, EIGHT)

    assert claim is result


def test_who_left_is_taken_out_of_what_leaves_together_and_counted(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=1, letters=3)
    for subscriber_id in planned.subscribers[:2]:
        unsubscribed(engine, subscriber_id)

    with writing(engine) as connection:
        guard = claims.guard_for(connection, planned.id, Channel.POST)
        counts = [claims.cancel_unwelcome(connection, guard, EIGHT) for _ in range(2)]

    assert counts == [1, 0], "the email is another channel's"
    assert states(engine, planned.id) == {
        DeliveryState.PLANNED: 3,
        DeliveryState.CANCELLED: 1,
    }
