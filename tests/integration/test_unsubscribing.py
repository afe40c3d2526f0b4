"""Leaving takes effect at once, may be repeated, and can be undone."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from digest.audience.erasing import erase
from digest.audience.unsubscribing import resubscribe, unsubscribe
from digest.store.base.engine import reading, writing
from digest.store.base.tables import mailing_list, subscription
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

    assert live_lists(audience) == {"strangers"}
    assert not rows_for(audience, an_edition(audience))[0].facts.is_subscribed


@pytest.mark.parametrize("name", ["lantern", "friends"])
def test_no_list_of_the_campaign_brings_back_who_left(
    audience: Engine, name: str
) -> None:
    with writing(audience) as connection:
        unsubscribe(connection, 1, LATER)
    report = imported(audience, ANN, to=name)

    assert len(report.not_brought_back) == 1
    assert live_lists(audience) == {"strangers"}


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
