"""A copy is claimed before it leaves: only what is still wanted, in its last words."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.store.base.engine import writing
from digest.store.base.tables import edition, variant
from digest.store.campaigns import campaigns
from digest.store.delivery import claims, send_batches
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


def test_pausing_stops_a_leased_batch_between_two_copies_and_loses_none(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=3)
    length = timedelta(seconds=30)
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "a", EIGHT, length)
        guard = claims.guard_for(connection, planned.id, Channel.EMAIL)
        first = claims.claim(connection, planned.readers[0], guard, EIGHT)
        campaigns.pause(connection, guard.campaign_id, EIGHT)
    assert lease
    with writing(engine) as connection:
        others = claims.claim_all(connection, planned.readers[1:3], guard, EIGHT)
        send_batches.finish(connection, lease, EIGHT)
    with writing(engine) as connection:
        while_paused = send_batches.claim(connection, "b", EIGHT + length * 2, length)
        campaigns.resume(connection, guard.campaign_id, EIGHT + length * 2)
        again = send_batches.claim(connection, "b", EIGHT + length * 2, length)
        results = claims.claim_all(connection, planned.readers[1:3], guard, EIGHT)

    assert first is ClaimResult.YES
    assert set(others.values()) == {ClaimResult.NO}
    assert while_paused is None
    assert again is not None
    assert set(results.values()) == {ClaimResult.YES}
    assert states(engine, planned.id) == {DeliveryState.HANDING_OVER: 3}
