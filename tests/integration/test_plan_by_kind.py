"""Planning for many readers at once decides as it would for each of them alone."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from digest.audience import unsubscribing
from digest.compose import lifecycle, plan
from digest.compose.plan import LeftOut, PlannedCopy, decide
from digest.compose.selection import EditionSelection
from digest.compose.variants import news
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.due_stretch import DueStretch, due_to, only
from digest.model.editions.edition import VariantKey
from digest.model.editions.steering import Steering
from digest.model.formats import FORMATS, named
from digest.schedule.editions.foresight import ReaderScope
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    carried_over,
    delivery,
    left_out,
    reader,
    send_batch,
    subscriber,
    suppression,
    variant,
)
from digest.store.campaigns import campaigns
from digest.store.delivery import deliveries
from digest.store.editions import editions, moves
from digest.store.people import owed
from digest.store.people.kinds import kind_counts
from digest.store.people.readers import kinds_of_readers
from tests.builders import EIGHT, a_post
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted, schedule_id

DAY = timedelta(days=1)
READERS = 60
TOPICS = ["care", "boats", 'a "quoted|barred" one', "tea"]
LANGUAGES = ["en-GB", "cy", "x|[y]"]
Fate = PlannedCopy | LeftOut


def opened(engine: Engine, day: int) -> editions.Edition:
    at = EIGHT + day * DAY
    with writing(engine) as connection:
        slot = editions.Slot(1, schedule_id(engine, "daily"), at)
        moves.open_at(connection, slot, at)
        edition = editions.at_slot(connection, slot.schedule_id, at)
    assert edition is not None
    lifecycle.freeze(engine, edition.id, at)
    lifecycle.approve(engine, edition.id, at)
    with reading(engine) as connection:
        return editions.get(connection, edition.id)


def any_reader(engine: Engine, chance: random.Random, number: int) -> None:
    """Add a reader of any kind, whatever can be true of them."""
    reader_id = a_reader(
        engine,
        f"reader-{number}",
        email=chance.choice([f"r{number}@example.org", None]),
        address=chance.choice([[], ["1 Example Street", "Exampleton"]]),
        format=chance.choice([*FORMATS]),
        topics=chance.sample(TOPICS, chance.randrange(3)),
    )
    with writing(engine) as connection:
        mine = reader.c.id == reader_id
        connection.execute(
            update(reader)
            .where(mine)
            .values(
                position=chance.randrange(4),
                language=chance.choice(LANGUAGES),
                paused_until=chance.choice([None, None, None, EIGHT + 9 * DAY]),
            )
        )
        for channel in ("email", "post"):
            if chance.random() < 0.2:
                mark = f"{channel}-{number}"
                connection.execute(
                    insert(suppression).values(
                        channel=channel,
                        target_hash=mark,
                        reason="bounced",
                        created_at=EIGHT,
                    )
                )
                who = select(reader.c.subscriber_id).where(mine).scalar_subquery()
                connection.execute(
                    update(subscriber)
                    .where(subscriber.c.id == who)
                    .values({f"{channel}_hash": mark})
                )
        if chance.random() < 0.1:
            unsubscribing.unsubscribe(connection, reader_id, EIGHT)


def expected(engine: Engine, edition: editions.Edition) -> dict[int, Fate]:
    """Return what becomes of each reader, decided one after the other."""
    upto = edition.upto or 0
    with reading(engine) as connection:
        kinds = kinds_of_readers(connection, edition, READERS, edition.slot)
        owed_to = owed.of_readers(connection, edition.mode, kinds)
        entries = news(connection, edition.campaign_id, (0, upto), edition.slot)
        campaign = campaigns.load(connection, edition.campaign_id)
    selection = EditionSelection.of(campaign, Steering())
    dues = {
        reader_id: due_to(kind.position, upto, owed_to.get(reader_id, ()))
        for reader_id, kind in kinds.items()
    }
    return {
        who: decide(kind, dues[who], entries, selection) for who, kind in kinds.items()
    }


def planned(engine: Engine, edition_id: int) -> dict[int, Fate]:
    """Return what the database holds of what became of each reader."""
    fates: dict[int, Fate] = {}
    with reading(engine) as connection:
        rows = connection.execute(
            select(delivery, variant)
            .join(variant, variant.c.id == delivery.c.variant_id)
            .where(delivery.c.edition_id == edition_id)
        ).mappings()
        for row in rows:
            key = VariantKey(
                owed.stretch_of(
                    connection.execute(
                        select(variant).where(variant.c.id == row["variant_id"])
                    ).one()
                ),
                tuple(row["topics"]),
                named(row["format"]),
                row["language"],
            )
            fates[row["reader_id"]] = PlannedCopy(row["channel"], key)
        for out in connection.execute(
            select(left_out).where(left_out.c.edition_id == edition_id)
        ):
            fates[out.reader_id] = LeftOut(out.kind, out.reason)
    return fates


def left_for_next(engine: Engine, edition_id: int) -> dict[int, DueStretch]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(carried_over).where(carried_over.c.edition_id == edition_id)
        )
        return {row.reader_id: owed.stretch_of(row) for row in rows}


def places(engine: Engine) -> dict[int, int]:
    with reading(engine) as connection:
        return {
            row.id: row.position
            for row in connection.execute(select(reader.c.id, reader.c.position))
        }


def some_expire(engine: Engine, chance: random.Random, edition_id: int) -> None:
    with writing(engine) as connection:
        ids = connection.scalars(
            select(delivery.c.reader_id).where(delivery.c.edition_id == edition_id)
        ).all()
        those = delivery.c.reader_id.in_(
            [each for each in ids if chance.random() < 0.5]
        )
        mine = delivery.c.edition_id == edition_id
        to = DeliveryState.EXPIRED
        deliveries.move_those(connection, mine & those, to, EIGHT)


@pytest.fixture(params=range(3))
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)  # noqa: S311 - the same readers each time


@pytest.mark.parametrize(
    ("chunk", "most"), [(7, ""), (1000, "most_items = 2\n"), (1000, "")]
)
def test_what_becomes_of_a_reader_is_what_was_decided_for_them_alone(
    engine: Engine, chance: random.Random, chunk: int, most: str
) -> None:
    a_stored_campaign(engine, FILE.replace("lists =", f"{most}lists ="))
    keys = [f"post-{number}" for number in range(9)]
    posts = [
        a_post(key, title=key, topics=tuple(chance.sample(TOPICS, chance.randrange(3))))
        for key in keys
    ]
    posts_accepted(engine, posts[:4])
    for number in range(READERS):
        any_reader(engine, chance, number)
    for day in range(3):
        posts_accepted(engine, posts[: 5 + 2 * day])
        edition = opened(engine, day)
        before, fates = places(engine), expected(engine, edition)
        plan.plan(engine, edition.id, edition.slot, chunk)

        assert fates
        assert planned(engine, edition.id) == {
            who: replace(fate, left_over=()) for who, fate in fates.items()
        }
        assert left_for_next(engine, edition.id) == {
            who: only(fate.left_over) for who, fate in fates.items() if fate.left_over
        }
        moved = {
            who
            for who, fate in fates.items()
            if isinstance(fate, PlannedCopy) or fate.kind == "nothing-new"
        }
        assert places(engine) == {
            who: max(at, edition.upto or 0) if who in moved else at
            for who, at in before.items()
        }
        batches_hold_each_email_once(engine, edition.id, fates)
        some_expire(engine, chance, edition.id)


def batches_hold_each_email_once(
    engine: Engine, edition_id: int, fates: dict[int, Fate]
) -> None:
    emailed = [
        who
        for who, fate in fates.items()
        if isinstance(fate, PlannedCopy) and fate.channel == "email"
    ]
    with reading(engine) as connection:
        batches = connection.execute(
            select(send_batch).where(send_batch.c.edition_id == edition_id)
        ).all()
    for who in emailed:
        holding = [
            batch
            for batch in batches
            if batch.first_reader_id <= who <= batch.last_reader_id
        ]
        assert len(holding) == 1


def test_readers_are_counted_by_kind_as_each_is_read_alone(
    engine: Engine, chance: random.Random
) -> None:
    a_stored_campaign(engine)
    for number in range(READERS):
        any_reader(engine, chance, number)
    # Past the first, of whom nobody could read what they want.
    scope = ReaderScope(1, schedule_id(engine, "daily"), plan_cursor=1)
    with writing(engine) as connection:
        connection.execute(
            update(reader).where(reader.c.id == 1).values(format="unknown")
        )
        for reader_id in (4, 5, 6, 7):
            stretch = DueStretch(0, chance.randrange(1, 3))
            owed.ask_for(connection, scope.mode, reader_id, stretch)
    for at in (EIGHT, EIGHT + 30 * DAY):
        with reading(engine) as connection:
            counts = kind_counts.of_schedule(
                connection, scope.schedule_id, scope.mode, at
            )
            alone = kinds_of_readers(connection, scope, READERS, at)
            owed_to = owed.of_readers(connection, scope.mode, alone)
        each_alone = Counter(
            (kind, *owed_to.get(number, ())) for number, kind in alone.items()
        )
        by_kind = Counter[tuple[object, ...]]()
        for each in counts:
            by_kind[each.kind, *each.owed] += each.readers

        assert by_kind.pop((None,), 1) == 1
        assert by_kind == each_alone
        assert all(
            alone[number] == each.kind
            for each in counts
            if each.kind
            for number in (each.first, each.last)
        )
        assert len(counts) == len({each.name for each in counts})
