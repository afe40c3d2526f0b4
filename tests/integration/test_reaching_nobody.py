"""An edition that would reach nobody waits for nobody's approval."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from digest.audience.unsubscribing import unsubscribe
from digest.compose.plan import plan
from digest.model.editions.edition import EditionState
from digest.schedule.editions.publishing import approve, carry_forward, publish
from digest.store.base.engine import writing
from digest.store.base.tables import delivery, reader
from digest.store.delivery.cancelling import cancel
from digest.store.editions.editions import Edition
from tests.builders import EIGHT, a_post
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

APPROVED_BY_ONE = FILE.replace("lists =", 'approval = "one"\nlists =')
LATER = EIGHT + timedelta(hours=1)


def a_waiting_edition(engine: Engine, **person: object) -> Edition:
    a_stored_campaign(engine, APPROVED_BY_ONE)
    a_reader(engine, "ann", "daily", **person)
    posts_accepted(engine, [a_post(title="Tea", topics=("stories",))])
    return publish(engine, "lantern-week", "daily", EIGHT)


def leaves(engine: Engine) -> None:
    with writing(engine) as connection:
        unsubscribe(connection, 1, EIGHT)


def pauses(engine: Engine) -> None:
    with writing(engine) as connection:
        away = EIGHT + timedelta(days=9)
        connection.execute(update(reader).values(paused_until=away))


def test_one_that_reaches_somebody_waits(engine: Engine) -> None:
    edition = a_waiting_edition(engine)

    assert edition.state is EditionState.FROZEN
    assert carry_forward(engine, edition.id, LATER).state is EditionState.FROZEN


@pytest.mark.parametrize(
    "person",
    [
        pytest.param({"topics": ["events"]}, id="other topics"),
        pytest.param({"email": None}, id="no address"),
    ],
)
def test_one_with_nothing_for_those_it_can_reach_does_not(
    engine: Engine, person: dict[str, object]
) -> None:
    edition = a_waiting_edition(engine, **person)

    assert edition.state is EditionState.SKIPPED
    assert edition.reason == "nobody had anything new that could reach them"


def test_readers_who_have_left_are_not_waited_for(engine: Engine) -> None:
    a_stored_campaign(engine, APPROVED_BY_ONE)
    a_reader(engine, "ann")
    leaves(engine)
    posts_accepted(engine, [a_post(title="Tea")])

    edition = publish(engine, "lantern-week", "daily", EIGHT)

    assert edition.state is EditionState.SKIPPED


@pytest.mark.parametrize("change", [leaves, pauses])
def test_one_whose_readers_go_while_it_waits_ends(
    engine: Engine, change: object
) -> None:
    edition = a_waiting_edition(engine)
    change(engine)  # type: ignore[operator]

    assert carry_forward(engine, edition.id, LATER).state is EditionState.SKIPPED


def test_one_for_somebody_who_is_only_owed_waits(engine: Engine) -> None:
    edition = a_waiting_edition(engine)
    approve(engine, edition.id, "priya", EIGHT)
    plan(engine, edition.id, LATER)
    with writing(engine) as connection:
        of_it = delivery.c.edition_id == edition.id
        assert cancel(connection, of_it, LATER, "the server was away") == 1
    again = publish(engine, "lantern-week", "daily", LATER)

    assert again.state is EditionState.FROZEN
