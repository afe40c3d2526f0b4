"""A copy that ends without having left: the reader's next edition has its posts."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text, update

from digest.audience import unsubscribing
from digest.audience.erasing import erase
from digest.audience.hashing import KeyedHasher
from digest.compose import lifecycle, plan, variants
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.formats import HTML
from digest.schedule.editions.going_live import LiveStart, foresee
from digest.schedule.reports.status import status_of
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, reader
from digest.store.campaigns import campaigns
from digest.store.delivery import deliveries
from digest.store.editions import editions, moves
from digest.store.people.places import start_from
from digest.store.posts import log
from digest.store.reports.editions import listed_copies
from tests.builders import EIGHT, a_post
from tests.stored import (
    FILE,
    a_reader,
    a_stored_campaign,
    posts_accepted,
    schedule_id,
    switched,
)

DAY = timedelta(days=1)
EXPIRED, CANCELLED = DeliveryState.EXPIRED, DeliveryState.CANCELLED


@pytest.fixture
def campaign(engine: Engine) -> Engine:
    """Return a database with a campaign and a reader of it, Ann, who is reader 1."""
    a_stored_campaign(engine)
    assert a_reader(engine, "ann") == 1
    return engine


def published(engine: Engine, *keys: str) -> None:
    posts_accepted(engine, [a_post(key, title=key) for key in keys])


def an_edition(engine: Engine, day: int, on: str = "daily") -> int:
    """Plan the edition of that day; return its id."""
    at = EIGHT + day * DAY
    with writing(engine) as connection:
        slot = editions.Slot(1, schedule_id(engine, on), at)
        assert moves.open_at(connection, slot, at)
        edition = editions.at_slot(connection, slot.schedule_id, at)
    assert edition is not None
    lifecycle.freeze(engine, edition.id, at)
    lifecycle.approve(engine, edition.id, at)
    plan.plan(engine, edition.id, at)
    return edition.id


def ended(
    engine: Engine, edition_id: int, to: DeliveryState = EXPIRED, who: int = 1
) -> None:
    """Have a planned copy come to an end."""
    those = (delivery.c.edition_id == edition_id) & (delivery.c.reader_id == who)
    ways = {DeliveryState.ACCEPTED: [DeliveryState.HANDING_OVER]}
    with writing(engine) as connection:
        for state in (*ways.get(to, []), to):
            assert deliveries.move_those(connection, those, state, EIGHT) == 1


def titles(engine: Engine, edition_id: int, who: int = 1) -> list[str] | None:
    """Return what is in a reader's copy, None where they have none."""
    with reading(engine) as connection:
        variant_id = connection.scalar(
            select(delivery.c.variant_id).where(
                delivery.c.edition_id == edition_id, delivery.c.reader_id == who
            )
        )
        composed = variant_id and variants.composed(connection, variant_id)
    if not composed:
        return None
    return [item.title for item in composed.variant.items]


def debt(engine: Engine, edition_id: int, who: int = 1) -> str:
    """Return what staff are told of a reader's copy."""
    with reading(engine) as connection:
        listed = listed_copies.listed(connection, edition_id)
    [copy] = [copy for copy in listed if copy.key.reader_id == who]
    return copy.debt


@pytest.mark.parametrize("end", [EXPIRED, CANCELLED])
def test_the_next_edition_carries_them_once(
    campaign: Engine, end: DeliveryState
) -> None:
    published(campaign, "one")
    first = an_edition(campaign, 0)
    ended(campaign, first, end)
    assert debt(campaign, first) == "its posts are owed: the next edition carries them"
    published(campaign, "one", "two")
    second = an_edition(campaign, 1)
    published(campaign, "one", "two", "three")
    third = an_edition(campaign, 2)

    assert titles(campaign, second) == ["one", "two"]
    assert titles(campaign, third) == ["three"]
    assert debt(campaign, first) == f"its posts go with edition {second}"


def test_an_edition_with_nothing_but_owed_posts_is_made(campaign: Engine) -> None:
    published(campaign, "one")
    first = an_edition(campaign, 0)
    ended(campaign, first)
    second = an_edition(campaign, 1)

    assert titles(campaign, second) == ["one"]


def test_what_was_had_meanwhile_is_not_had_again(campaign: Engine) -> None:
    published(campaign, "one")
    first = an_edition(campaign, 0)
    published(campaign, "one", "two")
    second = an_edition(campaign, 1)
    ended(campaign, second, DeliveryState.ACCEPTED)
    ended(campaign, first)
    published(campaign, "one", "two", "three")
    third = an_edition(campaign, 2)
    ended(campaign, third)
    fourth = an_edition(campaign, 3)

    assert titles(campaign, third) == ["one", "three"]
    assert titles(campaign, fourth) == ["one", "three"]


def test_whoever_is_owed_the_last_edition_shares_a_copy_with_who_was_behind(
    campaign: Engine,
) -> None:
    bob = a_reader(campaign, "bob", email=None)
    published(campaign, "one")
    ended(campaign, an_edition(campaign, 0))
    with writing(campaign) as connection:
        connection.execute(text("UPDATE subscriber SET email = 'bob@example.org'"))
    second = an_edition(campaign, 1)

    with reading(campaign) as connection:
        rows = connection.execute(
            select(delivery.c.reader_id, delivery.c.variant_id).where(
                delivery.c.edition_id == second
            )
        ).all()
    assert {row.reader_id for row in rows} == {1, bob}
    assert len({row.variant_id for row in rows}) == 1


def test_a_refused_copy_is_not_owed(campaign: Engine) -> None:
    published(campaign, "one")
    first = an_edition(campaign, 0)
    those = delivery.c.edition_id == first
    with writing(campaign) as connection:
        for state in (DeliveryState.HANDING_OVER, DeliveryState.REFUSED):
            deliveries.move_those(connection, those, state, EIGHT)
    second = an_edition(campaign, 1)

    assert titles(campaign, second) is None
    assert not debt(campaign, first)


def test_whoever_comes_back_is_owed_what_was_cancelled(campaign: Engine) -> None:
    published(campaign, "one")
    first = an_edition(campaign, 0)
    with writing(campaign) as connection:
        unsubscribing.unsubscribe(connection, 1, EIGHT)
    second = an_edition(campaign, 1)
    with writing(campaign) as connection:
        unsubscribing.resubscribe(connection, 1, EIGHT)
    third = an_edition(campaign, 2)

    assert titles(campaign, second) is None
    assert titles(campaign, third) == ["one"]
    assert debt(campaign, first) == f"its posts go with edition {third}"


def test_what_only_people_who_left_are_owed_makes_no_edition(campaign: Engine) -> None:
    a_reader(campaign, "bob")
    published(campaign, "one")
    an_edition(campaign, 0)
    with writing(campaign) as connection:
        unsubscribing.unsubscribe(connection, 1, EIGHT)
    second = an_edition(campaign, 1)

    with reading(campaign) as connection:
        edition = editions.get(connection, second)
    assert edition.state is EditionState.SKIPPED
    assert edition.reason == lifecycle.NOTHING_NEW


def test_nothing_is_owed_to_whoever_was_erased(campaign: Engine) -> None:
    published(campaign, "one")
    first = an_edition(campaign, 0)
    ended(campaign, first)
    published(campaign, "one", "two")
    second = an_edition(campaign, 1)
    erase(campaign, KeyedHasher("k" * 32), "1", EIGHT)

    assert not debt(campaign, second)
    with reading(campaign) as connection:
        assert not connection.scalar(select(delivery.c.owes).where(delivery.c.owes))


def test_what_was_withdrawn_meanwhile_is_not_owed_in_effect(campaign: Engine) -> None:
    published(campaign, "one", "two")
    ended(campaign, an_edition(campaign, 0))
    with writing(campaign) as connection:
        assert log.withdraw(connection, 1, EIGHT)
    second = an_edition(campaign, 1)
    assert titles(campaign, second) == ["two"]
    ended(campaign, second)
    with writing(campaign) as connection:
        assert log.withdraw(connection, 2, EIGHT)
    third = an_edition(campaign, 2)

    with reading(campaign) as connection:
        assert editions.get(connection, third).state is EditionState.SKIPPED


def test_an_edition_that_ends_before_what_is_owed_leaves_it_owed(
    campaign: Engine,
) -> None:
    published(campaign, "one")
    slot = EIGHT + DAY
    with writing(campaign) as connection:
        moves.open_at(
            connection, editions.Slot(1, schedule_id(campaign, "weekly"), slot), slot
        )
    a_reader(campaign, "bob", on="weekly")
    lifecycle.freeze(campaign, 1, slot)
    published(campaign, "one", "two")
    daily = an_edition(campaign, 0)
    ended(campaign, daily)
    switched(campaign, 1, "weekly")
    lifecycle.approve(campaign, 1, slot)
    plan.plan(campaign, 1, slot)
    assert titles(campaign, 1) is None
    assert debt(campaign, daily).startswith("its posts are owed")

    assert titles(campaign, an_edition(campaign, 2, "weekly")) == ["one", "two"]


def test_whoever_is_out_of_reach_is_owed_it_on(campaign: Engine) -> None:
    a_reader(campaign, "bob")
    published(campaign, "one")
    ended(campaign, an_edition(campaign, 0))
    with writing(campaign) as connection:
        connection.execute(text("UPDATE subscriber SET email = NULL WHERE id = 1"))
    published(campaign, "one", "two")
    assert titles(campaign, an_edition(campaign, 1)) is None
    with writing(campaign) as connection:
        connection.execute(
            text("UPDATE subscriber SET email = 'ann@example.org' WHERE id = 1")
        )

    assert titles(campaign, an_edition(campaign, 2)) == ["one", "two"]


def test_rehearsals_and_live_editions_owe_apart(campaign: Engine) -> None:
    published(campaign, "one")
    rehearsed = in_mode(campaign, Mode.PRACTICE)
    first = an_edition(rehearsed, 0)
    ended(rehearsed, first)
    [plan_of_live] = foresee(campaign, [], LiveStart(), EIGHT)
    second = an_edition(rehearsed, 1)

    assert plan_of_live.firsts[0].titles == ("one",)
    assert titles(rehearsed, second) == ["one"]
    with writing(campaign) as connection:
        connection.execute(text("UPDATE campaign SET awaits_golive = false"))
    live = an_edition(campaign, 2)
    ended(campaign, live)
    assert titles(campaign, live) == ["one"]
    assert titles(rehearsed, an_edition(rehearsed, 3)) is None
    with writing(campaign) as connection:
        connection.execute(text("UPDATE campaign SET awaits_golive = false"))
    assert titles(campaign, an_edition(campaign, 4)) == ["one"]


@pytest.mark.parametrize(
    ("position", "due", "words"),
    [
        (0, ["one", "two", "three"], "its posts go with edition 2"),
        (1, ["two", "three"], "its posts go with edition 2"),
        (2, ["three"], "its posts were settled by a person: no edition carries them"),
    ],
)
def test_what_is_owed_before_where_live_editions_begin_is_settled(
    campaign: Engine, position: int, due: list[str], words: str
) -> None:
    published(campaign, "one", "two")
    ended(campaign, an_edition(campaign, 0))
    with writing(campaign) as connection:
        start_from(connection, 1, position)
    published(campaign, "one", "two", "three")

    assert titles(campaign, an_edition(campaign, 1)) == due
    assert debt(campaign, 1) == words


def test_going_live_foresees_what_is_owed(campaign: Engine) -> None:
    published(campaign, "one")
    ended(campaign, an_edition(campaign, 0))
    published(campaign, "one", "two")
    [foreseen] = foresee(campaign, [], LiveStart(), EIGHT)

    assert foreseen.firsts[0].titles == ("one", "two")


def test_a_draft_has_what_nobody_has_had(campaign: Engine) -> None:
    published(campaign, "one")
    first = an_edition(campaign, 0)
    assert drafted(campaign) is None
    ended(campaign, first)
    assert drafted(campaign) == ["one"]
    second = an_edition(campaign, 1)
    with reading(campaign) as connection:
        composed = variants.of_edition(connection, second, HTML)

    assert composed is not None
    assert [item.title for item in composed.variant.items] == ["one"]


def drafted(engine: Engine) -> list[str] | None:
    now = EIGHT + 9 * DAY
    with reading(engine) as connection:
        [stored] = campaigns.listed(connection)
        [daily, _] = campaigns.schedules_of(connection, stored)
        variant = variants.draft(connection, stored, daily, HTML, now)
    return [item.title for item in variant.items] if variant else None


def test_what_is_owed_when_a_campaign_has_ended_is_told(engine: Engine) -> None:
    a_stored_campaign(engine, FILE.replace("lists =", "ends = 2026-07-10\nlists ="))
    for name in ("ann", "bob", "cat"):
        a_reader(engine, name)
    published(engine, "one")
    first = an_edition(engine, 0)
    for who in (1, 2, 3):
        ended(engine, first, who=who)
    with writing(engine) as connection:
        unsubscribing.unsubscribe(connection, 3, EIGHT)

    def help_on(day: int) -> list[str]:
        lines = status_of(engine, EIGHT + day * DAY)["help"]
        return [line for line in lines if "ended" in line]

    assert help_on(0) == []
    assert help_on(30) == [
        "Lantern Week has ended, and 2 copies have not left: no edition carries their "
        "posts. See which: digest edition list lantern-week, then digest deliveries "
        "EDITION-ID"
    ]


def test_a_copy_is_taken_over_by_one_of_two_editions(campaign: Engine) -> None:
    """A place that was not moved on, as a race would leave it, costs no repeat."""
    published(campaign, "one")
    ended(campaign, an_edition(campaign, 0))
    second = an_edition(campaign, 1)
    switched(campaign, 1, "weekly")
    third = an_edition(campaign, 2, "weekly")

    assert (titles(campaign, second), titles(campaign, third)) == (["one"], None)
    with reading(campaign) as connection:
        assert [*connection.scalars(select(reader.c.position))] == [1]
        counts = Counter(connection.scalars(select(delivery.c.carried_by)))
    assert counts == {None: 1, second: 1}


def test_what_ended_before_there_was_an_account_of_it_is_not_owed(
    campaign: Engine,
) -> None:
    published(campaign, "one")
    first = an_edition(campaign, 0)
    with writing(campaign) as connection:
        connection.execute(update(delivery).values(state=EXPIRED, owes=False))

    assert not debt(campaign, first)
    assert titles(campaign, an_edition(campaign, 1)) is None
