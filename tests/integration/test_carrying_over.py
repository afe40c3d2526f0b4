"""What is left out of an edition comes with the next one, once, to each reader."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from digest.compose.variants import composed, of_edition
from digest.deliver.sending.connection_loop import WITHDRAWN
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.formats import HTML
from digest.schedule.editions import publishing
from digest.schedule.editions.steering.contents import contents
from digest.schedule.editions.steering.steer import Steer
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import carried_over, delivery, item
from digest.store.delivery import cancelling, deliveries
from digest.store.editions import editions, moves
from digest.store.people import owed
from tests.builders import EIGHT, a_post, an_event
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted, schedule_id

DAY = timedelta(days=1)


def a_live_campaign(engine: Engine, more: str = "", count: int = 3) -> Engine:
    """Return live mode on a database with that many posts; two care for boats alone."""
    a_stored_campaign(engine, READY.replace("lists =", f"{more}\nlists ="))
    posts_accepted(
        engine,
        [
            a_post(
                f"p{n}",
                title=f"Post {n}",
                published=EIGHT + timedelta(minutes=n),
                topics=("boats",) if n == 2 else ("buses",),
            )
            for n in range(1, count + 1)
        ],
    )
    return in_mode(engine, Mode.LIVE)


def number(engine: Engine, key: str) -> int:
    with reading(engine) as connection:
        return int(connection.scalars(select(item.c.id).where(item.c.key == key)).one())


def dropped(engine: Engine, key: str) -> None:
    Steer(engine, "lantern-week", "daily", "priya", EIGHT).drop(number(engine, key))


def published(engine: Engine, day: int) -> editions.Edition:
    return publishing.publish(engine, "lantern-week", "daily", EIGHT + day * DAY)


def titles(engine: Engine, reader_id: int, edition_id: int) -> list[str]:
    """Return what is in a reader's copy of an edition; nothing where there is none."""
    with reading(engine) as connection:
        variant_id = connection.scalar(
            select(delivery.c.variant_id).where(
                delivery.c.reader_id == reader_id, delivery.c.edition_id == edition_id
            )
        )
        composition = variant_id and composed(connection, variant_id)
        return [each.title for each in composition.variant.items] if composition else []


def test_what_is_taken_out_comes_with_the_next_edition(engine: Engine) -> None:
    live = a_live_campaign(engine)
    ann, bob = a_reader(engine, "ann"), a_reader(engine, "bob", topics=["boats"])
    dropped(live, "p2")
    published(live, 0)
    posts_accepted(engine, [a_post("p4", title="Post 4")], EIGHT + DAY)
    published(live, 1)

    assert titles(live, ann, 1) == ["Post 1", "Post 3"]
    assert sorted(titles(live, ann, 2)) == ["Post 2", "Post 4"]
    assert titles(live, bob, 1) == []
    assert sorted(titles(live, bob, 2)) == ["Post 2", "Post 4"]
    with reading(live) as connection:
        assert connection.scalar(select(func.count()).select_from(carried_over)) == 0


def test_it_comes_alone_where_nothing_else_is_new(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    ann = a_reader(sqlite_engine, "ann")
    dropped(live, "p2")
    published(live, 0)
    preview = contents(live, "lantern-week", "daily", EIGHT + DAY)
    second = published(live, 1)

    assert [entry.item.title for entry in preview.posts] == ["Post 2"]
    assert titles(live, ann, 2) == ["Post 2"]
    with reading(live) as connection:
        looked_at = of_edition(connection, second.id, HTML)
    assert looked_at
    assert [each.title for each in looked_at.variant.items] == ["Post 2"]


def test_a_copy_that_is_lost_owes_what_was_in_it_and_no_more(engine: Engine) -> None:
    live = a_live_campaign(engine)
    ann = a_reader(engine, "ann")
    dropped(live, "p2")
    published(live, 0)
    with writing(live) as connection:
        cancelling.cancel(connection, delivery.c.reader_id == ann, EIGHT, WITHDRAWN)
    published(live, 1)

    assert titles(live, ann, 2) == ["Post 1", "Post 2", "Post 3"]


def test_of_a_lost_copy_the_rest_comes_too_when_what_was_left_has_come(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine)
    ann = a_reader(engine, "ann")
    dropped(live, "p2")
    published(live, 0)
    published(live, 1)
    with writing(live) as connection:
        first = (delivery.c.reader_id == ann) & (delivery.c.edition_id == 1)
        deliveries.move_those(connection, first, DeliveryState.EXPIRED, EIGHT)
    published(live, 2)

    assert titles(live, ann, 2) == ["Post 2"]
    assert titles(live, ann, 3) == ["Post 1", "Post 3"]


def test_no_copy_has_more_than_the_most_and_nothing_is_dropped(engine: Engine) -> None:
    live = a_live_campaign(engine, "most_items = 2", count=5)
    ann, bob = a_reader(engine, "ann"), a_reader(engine, "bob", topics=["boats"])
    for day in range(4):
        published(live, day)

    assert [titles(live, ann, edition_id) for edition_id in (1, 2, 3, 4)] == [
        ["Post 1", "Post 2"],
        ["Post 3", "Post 4"],
        ["Post 5"],
        [],
    ]
    assert titles(live, bob, 1) == ["Post 2"]
    with reading(live) as connection:
        assert editions.get(connection, 4).state is EditionState.SKIPPED


def test_events_stay_and_one_post_goes_in_any_case(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, "most_items = 1", count=2)
    ann = a_reader(sqlite_engine, "ann")
    posts_accepted(
        sqlite_engine, [an_event("e1", title="Walk"), an_event("e2", title="Tea")]
    )
    published(live, 0)

    assert sorted(titles(live, ann, 1)) == ["Post 1", "Tea", "Walk"]


def test_pinned_posts_are_those_that_stay(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, "most_items = 1")
    ann = a_reader(sqlite_engine, "ann")
    Steer(live, "lantern-week", "daily", "priya", EIGHT).pin(number(live, "p3"))
    published(live, 0)

    assert titles(live, ann, 1) == ["Post 3"]


def test_an_edition_of_which_all_is_taken_out_is_skipped(engine: Engine) -> None:
    live = a_live_campaign(engine, count=1)
    ann = a_reader(engine, "ann")
    dropped(live, "p1")
    first, second = published(live, 0), published(live, 1)

    assert (first.state, first.reason) == (
        "skipped",
        "all of it was left for the next edition",
    )
    assert second.state is EditionState.PLANNED
    assert titles(live, ann, 2) == ["Post 1"]


def test_what_is_put_back_is_in_it(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    ann = a_reader(sqlite_engine, "ann")
    dropped(live, "p2")
    hand = Steer(live, "lantern-week", "daily", "priya", EIGHT)
    hand.put_back(number(live, "p2"))
    published(live, 0)

    assert titles(live, ann, 1) == ["Post 1", "Post 2", "Post 3"]


def test_a_rehearsal_leaves_nothing_to_live_readers(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, "most_items = 2")
    ann = a_reader(sqlite_engine, "ann")
    practice = in_mode(sqlite_engine, Mode.PRACTICE)
    publishing.publish(practice, "lantern-week", "daily", EIGHT)
    with reading(live) as connection:
        owed_live = owed.of_readers(connection, Mode.LIVE, [ann])
        owed_in_practice = owed.of_readers(connection, Mode.PRACTICE, [ann])

    assert owed_live == {}
    assert [stretch.parts for stretch in owed_in_practice[ann]] == [[(2, 3)]]


def test_what_readers_have_by_another_way_is_not_left_for_them(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine, "most_items = 2")
    ann = a_reader(sqlite_engine, "ann")
    published(live, 0)
    with writing(live) as connection:
        owed.settle(connection, 1, 3)
    second = published(live, 1)

    assert second.state is EditionState.SKIPPED
    assert titles(live, ann, 2) == []


@pytest.mark.parametrize("edition_id", [1, 2])
def test_a_look_at_an_edition_shows_what_its_readers_got(
    sqlite_engine: Engine, edition_id: int
) -> None:
    live = a_live_campaign(sqlite_engine, "most_items = 2")
    ann = a_reader(sqlite_engine, "ann")
    published(live, 0)
    published(live, 1)
    with reading(live) as connection:
        looked_at = of_edition(connection, edition_id, HTML)

    assert looked_at
    assert [each.title for each in looked_at.variant.items] == titles(
        live, ann, edition_id
    )


def test_the_last_edition_has_all_that_is_left(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, "most_items = 1")
    ann = a_reader(sqlite_engine, "ann")
    published(live, 0)
    at = EIGHT + DAY
    with writing(live) as connection:
        daily = schedule_id(live, "daily")
        moves.open_at(connection, editions.Slot(1, daily, at, is_last=True), at)
    publishing.carry_forward(live, 2, at)

    assert titles(live, ann, 1) == ["Post 1"]
    assert titles(live, ann, 2) == ["Post 2", "Post 3"]
