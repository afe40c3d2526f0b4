"""Leaving takes effect at once, may be repeated, and can be undone."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, literal, select

from digest.audience.erasing import erase
from digest.audience.suppressing import suppress
from digest.audience.unsubscribing import (
    leave,
    leave_as_told,
    resubscribe,
    unsubscribe,
)
from digest.model.people.departure import LeavingMeans, LeavingRequest
from digest.store.base.engine import reading, writing
from digest.store.base.tables import mailing_list, subscription
from digest.store.campaigns import campaigns
from digest.store.people import subscriptions
from digest.store.people.readers import list_ids, reads
from tests.builders import EIGHT
from tests.lists import (
    ANN,
    BOB,
    HASHER,
    TWO_LISTS,
    a_copy,
    an_edition,
    imported,
    rows_for,
    states,
)
from tests.stored import a_stored_campaign

LATER = EIGHT + timedelta(days=1)


def live_lists(engine: Engine) -> set[str]:
    """Return the lists that the first subscriber is on."""
    with reading(engine) as connection:
        return set(
            connection.scalars(
                select(mailing_list.c.name)
                .join(subscription)
                .where(
                    subscription.c.subscriber_id == 1, subscription.c.ended_at.is_(None)
                )
            )
        )


@pytest.fixture
def audience(engine: Engine) -> Engine:
    """Return a database with Ann on a campaign's first list and another, and Bob."""
    a_stored_campaign(engine, TWO_LISTS)
    imported(engine, ANN, BOB)
    imported(engine, ANN, to="strangers")
    return engine


def test_unsubscribing_ends_what_belongs_to_the_campaign_and_nothing_else(
    audience: Engine,
) -> None:
    with writing(audience) as connection:
        assert unsubscribe(connection, 1, LATER)
        assert not unsubscribe(connection, 1, LATER)

    assert live_lists(audience) == {"lantern", "strangers"}
    assert not rows_for(audience, an_edition(audience))[0].facts.is_subscribed


@pytest.mark.parametrize("name", ["lantern", "friends"])
def test_no_list_of_the_campaign_brings_back_who_left(
    audience: Engine, name: str
) -> None:
    with writing(audience) as connection:
        unsubscribe(connection, 1, LATER)
    report = imported(audience, ANN, to=name)

    assert len(report.not_brought_back) == 1
    assert live_lists(audience) == {"lantern", "strangers"}
    assert not rows_for(audience, an_edition(audience))[0].facts.is_subscribed


def test_unsubscribing_cancels_what_is_planned(audience: Engine) -> None:
    a_copy(audience, "planned")
    with writing(audience) as connection:
        unsubscribe(connection, 1, LATER)

    assert states(audience) == ["cancelled"]


def test_unsubscribing_cannot_take_back_what_was_sent(audience: Engine) -> None:
    a_copy(audience, "accepted")
    with writing(audience) as connection:
        unsubscribe(connection, 1, LATER)

    assert states(audience) == ["accepted"]


def two_campaigns_on_one_list(engine: Engine) -> None:
    """Apply a second campaign that goes to the first one's list, and enrol Ann."""
    text = TWO_LISTS.replace("lantern-week", "kettle-week")
    a_stored_campaign(engine, text)
    imported(engine, ANN.replace("Ann Example", "Ann B Example"))


def welcome(engine: Engine) -> dict[int, bool]:
    """Return for each campaign whether it would go to Ann."""
    with reading(engine) as connection:
        return {
            row.id: connection.scalars(
                select(
                    reads(
                        literal(1),
                        row.id,
                        list_ids(connection, row.campaign.lists),
                    )
                )
            ).one()
            for row in campaigns.listed(connection)
        }


def test_leaving_one_campaign_ends_no_other_on_the_same_list(audience: Engine) -> None:
    two_campaigns_on_one_list(audience)
    with writing(audience) as connection:
        assert unsubscribe(connection, 1, LATER)

    assert welcome(audience) == {1: False, 2: True}


def test_a_list_that_the_campaign_gains_brings_nobody_back(audience: Engine) -> None:
    with writing(audience) as connection:
        unsubscribe(connection, 1, LATER)
    a_stored_campaign(
        audience, TWO_LISTS.replace('"friends"]', '"friends", "strangers", "new"]')
    )
    imported(audience, ANN, to="new")

    assert welcome(audience) == {1: False}


def test_of_two_campaigns_only_the_one_that_was_left_cancels_its_copies(
    audience: Engine,
) -> None:
    a_copy(audience, "planned")
    two_campaigns_on_one_list(audience)
    with writing(audience) as connection:
        leave(connection, 2, 1, LeavingMeans.PHONE, LATER)

    assert states(audience) == ["planned"]
    assert welcome(audience) == {1: True, 2: False}


def test_who_left_by_phone_can_come_back_and_is_then_welcome(audience: Engine) -> None:
    with writing(audience) as connection:
        assert leave_as_told(
            connection,
            "ann@example.org",
            "lantern-week",
            LeavingRequest(LeavingMeans.PHONE),
            LATER,
        )
        assert not unsubscribe(connection, 1, LATER)
        assert resubscribe(connection, 1, LATER)

    assert welcome(audience) == {1: True}


def test_who_is_suppressed_is_not_brought_back_by_a_link(audience: Engine) -> None:
    with writing(audience) as connection:
        unsubscribe(connection, 1, LATER)
        suppress(connection, HASHER, "ann@example.org", "asked to be", LATER)
        assert not resubscribe(connection, 1, LATER)

    assert welcome(audience) == {1: False}


def test_who_was_taken_off_the_list_is_not_put_there_by_a_link(
    audience: Engine,
) -> None:
    with reading(audience) as connection:
        ids = list_ids(connection, ["lantern", "friends"])
    with writing(audience) as connection:
        unsubscribe(connection, 1, LATER)
        subscriptions.end(connection, 1, ids, subscriptions.TAKEN_OFF, LATER)
        assert not resubscribe(connection, 1, LATER)

    assert live_lists(audience) == {"strangers"}


def test_coming_back_restores_what_leaving_ended(audience: Engine) -> None:
    with writing(audience) as connection:
        assert not resubscribe(connection, 1, EIGHT)
        unsubscribe(connection, 1, EIGHT)
        assert resubscribe(connection, 1, EIGHT)
        assert not resubscribe(connection, 1, EIGHT)

    assert live_lists(audience) == {"lantern", "strangers"}


def test_a_link_of_somebody_erased_or_unknown_does_nothing(audience: Engine) -> None:
    erase(audience, HASHER, "ann@example.org", LATER)
    with writing(audience) as connection:
        assert not resubscribe(connection, 1, EIGHT)
        assert not unsubscribe(connection, 99, LATER)
        assert not resubscribe(connection, 99, EIGHT)

    assert live_lists(audience) == set()
