"""A copy is claimed before it leaves: only what is still wanted, in its last words."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.model.people.lawful_basis import BasisGap, LawfulBasis
from digest.store.base.engine import writing
from digest.store.base.tables import delivery, edition, subscription, variant
from digest.store.campaigns import campaigns
from digest.store.delivery.sending import claims, send_batches
from digest.store.delivery.sending.claims import ClaimResult
from tests.builders import EIGHT
from tests.rows import FILE, a_planned_edition, states, unsubscribed, withdrawn
from tests.stored import a_stored_campaign


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


AS_IT_WAS = FILE.format(uncertain="resend")
COUNCIL = AS_IT_WAS + '\n[organisation]\npublic_task = "Care Act 2014, section 4"\n'


def on_a_public_task(engine: Engine, subscriber_id: int) -> None:
    """Have somebody be there on a basis that needs the campaign's word."""
    with writing(engine) as connection:
        connection.execute(
            update(subscription)
            .where(subscription.c.subscriber_id == subscriber_id)
            .values(consent_basis=LawfulBasis.PUBLIC_TASK)
        )


def test_no_email_leaves_on_a_basis_that_was_changed_while_the_run_goes(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=2)
    with writing(engine) as connection:
        guard = claims.guard_for(connection, planned.id, Channel.EMAIL)
    on_a_public_task(engine, planned.subscribers[1])
    with writing(engine) as connection:
        results = claims.claim_all(connection, planned.readers, guard, EIGHT)
        replies = connection.scalars(
            select(delivery.c.reply).where(delivery.c.state == DeliveryState.CANCELLED)
        ).all()

    assert [*results.values()] == [ClaimResult.YES, ClaimResult.CANCELLED]
    assert replies == [BasisGap.NO_TASK.words]


def test_no_email_leaves_once_the_campaign_takes_its_word_back_in_a_run(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=1)
    a_stored_campaign(engine, COUNCIL, EIGHT)
    on_a_public_task(engine, planned.subscribers[0])
    with writing(engine) as connection:
        guard = claims.guard_for(connection, planned.id, Channel.EMAIL)
    a_stored_campaign(engine, AS_IT_WAS, EIGHT + timedelta(seconds=1))
    with writing(engine) as connection:
        stale = claims.claim(connection, planned.readers[0], guard, EIGHT)
        guard = claims.guard_for(connection, planned.id, Channel.EMAIL)
        result = claims.claim(connection, planned.readers[0], guard, EIGHT)

    assert stale is ClaimResult.STALE
    assert result is ClaimResult.CANCELLED


def test_an_email_leaves_on_a_basis_that_the_campaign_may_use(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=1)
    a_stored_campaign(engine, COUNCIL)
    on_a_public_task(engine, planned.subscribers[0])
    with writing(engine) as connection:
        guard = claims.guard_for(connection, planned.id, Channel.EMAIL)
        assert claims.claim(connection, planned.readers[0], guard, EIGHT) is (
            ClaimResult.YES
        )


def test_a_letter_leaves_whatever_the_basis(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=0, letters=1)
    on_a_public_task(engine, planned.subscribers[0])
    with writing(engine) as connection:
        guard = claims.guard_for(connection, planned.id, Channel.POST)
        assert claims.cancel_unwelcome(connection, guard, EIGHT) == 0
