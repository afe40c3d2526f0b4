"""From the log and the readers to deliveries: every post to everyone once."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from digest.audience.unsubscribing import unsubscribe
from digest.compose import lifecycle, plan
from digest.compose.plan import submit_nothing
from digest.compose.variants import composed
from digest.model.editions.edition import EditionState
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, edition
from digest.store.editions import editions, moves
from digest.store.posts import log
from digest.store.reports.editions import edition_copies, unserved
from tests.builders import EIGHT, a_post
from tests.databases import MADE_ANEW, make_anew
from tests.stored import (
    FILE,
    a_reader,
    a_stored_campaign,
    posts_accepted,
    schedule_id,
    switched,
)


def an_open_edition(engine: Engine, on: str, slot: datetime) -> int:
    with writing(engine) as connection:
        place = editions.Slot(1, schedule_id(engine, on), slot)
        assert moves.open_at(connection, place, slot)
    with reading(engine) as connection:
        edition = editions.at_slot(connection, place.schedule_id, slot)
    assert edition is not None
    return edition.id


def run(engine: Engine, edition_id: int, now: datetime) -> EditionState:
    lifecycle.freeze(engine, edition_id, now)
    lifecycle.approve(engine, edition_id, now)
    plan.plan(engine, edition_id, now)
    with reading(engine) as connection:
        return editions.get(connection, edition_id).state


def titles_by_reader(engine: Engine) -> dict[int, Counter[str]]:
    titles_of: dict[int, Counter[str]] = {}
    with reading(engine) as connection:
        for row in connection.execute(select(delivery)):
            composition = composed(connection, row.variant_id)
            assert composition is not None
            titles = titles_of.setdefault(row.reader_id, Counter())
            titles.update(item.title for item in composition.variant.items)
    return titles_of


def test_a_reader_gets_what_is_new_and_their_place_moves(engine: Engine) -> None:
    a_stored_campaign(engine)
    ann = a_reader(engine, "ann")
    posts_accepted(engine, [a_post("one", title="One")])
    first = run(engine, an_open_edition(engine, "daily", EIGHT), EIGHT)
    posts_accepted(engine, [a_post("one", title="One"), a_post("two", title="Two")])
    later = EIGHT + timedelta(days=1)
    second = run(engine, an_open_edition(engine, "daily", later), later)

    assert (first, second) == (EditionState.PLANNED, EditionState.PLANNED)
    assert titles_by_reader(engine) == {ann: Counter(["One", "Two"])}


def test_an_edition_with_nothing_new_is_skipped_and_says_so(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    edition_id = an_open_edition(engine, "daily", EIGHT)

    assert run(engine, edition_id, EIGHT) is EditionState.SKIPPED
    with reading(engine) as connection:
        assert editions.get(connection, edition_id).reason == lifecycle.NOTHING_NEW


def test_a_reader_out_of_reach_is_named_and_keeps_their_place(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    a_reader(engine, "bob", email=None, format="letter")
    posts_accepted(engine, [a_post()])
    edition_id = an_open_edition(engine, "daily", EIGHT)
    run(engine, edition_id, EIGHT)

    with reading(engine) as connection:
        [missing] = unserved.not_served(connection, edition_id)
        copies = edition_copies.copies(connection, edition_id)
    assert missing.name == "Bob"
    assert "address" in missing.reason
    assert copies == {("email", "planned"): 1}


def test_who_has_left_is_counted_and_needs_no_help(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    bob = a_reader(engine, "bob")
    posts_accepted(engine, [a_post()])
    with writing(engine) as connection:
        unsubscribe(connection, bob, EIGHT)
    edition_id = an_open_edition(engine, "daily", EIGHT)
    run(engine, edition_id, EIGHT)

    with reading(engine) as connection:
        assert edition_copies.left_out_counts(connection, edition_id) == {"left": 1}
        assert unserved.not_served(connection, edition_id) == []


def test_a_reader_whose_row_cannot_be_read_costs_nobody_else_the_edition(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    ann = a_reader(engine, "ann")
    a_reader(engine, "bob", format="telegram")
    posts_accepted(engine, [a_post()])
    edition_id = an_open_edition(engine, "daily", EIGHT)

    assert run(engine, edition_id, EIGHT) is EditionState.PLANNED
    assert [*titles_by_reader(engine)] == [ann]
    with reading(engine) as connection:
        [missing] = unserved.not_served(connection, edition_id)
    assert missing.name == "Bob"
    assert "cannot be read" in missing.reason


def test_topics_mean_the_same_in_any_order(engine: Engine) -> None:
    a_stored_campaign(engine)
    ann = a_reader(engine, "ann", topics=["care", "boats"])
    bob = a_reader(engine, "bob", topics=["boats", "care", "boats"])
    posts_accepted(engine, [a_post(topics=("boats",))])
    run(engine, an_open_edition(engine, "daily", EIGHT), EIGHT)

    with reading(engine) as connection:
        rows = connection.execute(select(delivery)).all()
    assert {row.reader_id for row in rows} == {ann, bob}
    assert len({row.variant_id for row in rows}) == 1


def test_topics_narrow_what_a_reader_gets(engine: Engine) -> None:
    a_stored_campaign(engine)
    ann = a_reader(engine, "ann", topics=["care"])
    a_reader(engine, "bob", topics=["boats"])
    posts_accepted(
        engine,
        [
            a_post("one", title="Care", topics=("care",)),
            a_post("two", title="Buses", topics=("buses",)),
        ],
    )
    edition_id = an_open_edition(engine, "daily", EIGHT)
    run(engine, edition_id, EIGHT)

    assert titles_by_reader(engine) == {ann: Counter(["Care"])}
    with reading(engine) as connection:
        assert edition_copies.left_out_counts(connection, edition_id) == {
            "nothing-new": 1
        }


def test_how_long_copies_are_of_use_is_set_when_they_are_planned(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, FILE.replace('"16:00"\n', '"16:00"\nexpires = "1d"\n'))
    a_reader(engine, "ann")
    a_reader(engine, "bob", on="weekly")
    posts_accepted(engine, [a_post()])
    for name in ("daily", "weekly"):
        run(engine, an_open_edition(engine, name, EIGHT), EIGHT)

    with reading(engine) as connection:
        wanted_by = select(edition.c.deliver_by).order_by(edition.c.id)
        assert connection.scalars(wanted_by).all() == [
            EIGHT + timedelta(days=1),
            EIGHT + timedelta(days=4),
        ]


def test_a_withdrawn_post_leaves_copies_that_are_already_planned(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    ann = a_reader(engine, "ann")
    posts_accepted(engine, [a_post("one", title="One"), a_post("two", title="Two")])
    run(engine, an_open_edition(engine, "daily", EIGHT), EIGHT)
    with writing(engine) as connection:
        assert log.withdraw(connection, 1, EIGHT)

    assert titles_by_reader(engine) == {ann: Counter(["Two"])}


def test_an_edition_that_needs_two_people_waits_for_two(engine: Engine) -> None:
    two = FILE.replace('timezone = "Eu', 'approval = "two"\ntimezone = "Eu')
    a_stored_campaign(engine, two)
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post()])
    edition_id = an_open_edition(engine, "daily", EIGHT)

    assert run(engine, edition_id, EIGHT) is EditionState.FROZEN
    assert not lifecycle.approve(engine, edition_id, EIGHT, "ann")
    assert not lifecycle.approve(engine, edition_id, EIGHT, "ann")
    assert lifecycle.approve(engine, edition_id, EIGHT, "bob")


class Crash(Exception):  # noqa: N818 - what happens, not an error of ours
    """The machine stops here."""


def interrupted(engine: Engine, edition_id: int, now: datetime, steps: int) -> None:
    """Run as far as `steps` transactions, one reader to a chunk, then stop dead."""
    if steps > 0:
        lifecycle.freeze(engine, edition_id, now)
    if steps > 1:
        lifecycle.approve(engine, edition_id, now)
    for _ in range(steps - 2):
        plan._plan_chunk(engine, edition_id, now, 1, submit_nothing)  # noqa: SLF001 - a step of it


def brought_to_an_end(engine: Engine, begun: list[int], now: datetime) -> None:
    """Take up what was interrupted, then run every schedule once more."""
    for edition_id in begun:
        run(engine, edition_id, now)
    for hours, schedule in enumerate(("daily", "weekly"), 1):
        slot = now + timedelta(hours=hours)
        run(engine, an_open_edition(engine, schedule, slot), slot)


ACTS = st.one_of(
    st.tuples(st.just("post"), st.integers(1, 3)),
    st.tuples(st.just("run"), st.sampled_from(["daily", "weekly"])),
    st.tuples(st.just("crash"), st.integers(0, 6)),
    st.tuples(st.just("switch"), st.integers(0, 3)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=MADE_ANEW)
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_every_released_post_reaches_every_due_reader_exactly_once(
    acts: list[tuple[str, object]], sqlite_engine: Engine, sqlite_pattern: Path
) -> None:
    engine = sqlite_engine
    make_anew(engine, sqlite_pattern)
    a_stored_campaign(engine)
    readers = [a_reader(engine, name) for name in ("ann", "bob", "cat", "dan")]
    on = dict.fromkeys(readers, "daily")
    posted: list[str] = []
    begun: list[int] = []
    now = EIGHT
    for act, what in acts:
        now += timedelta(hours=1)
        match act, what:
            case "post", int(count):
                new = [f"{len(posted) + n}" for n in range(count)]
                posts_accepted(engine, [a_post(key, title=key) for key in new], now)
                posted += new
            case "run", str(schedule):
                run(engine, an_open_edition(engine, schedule, now), now)
            case "crash", int(steps):
                begun.append(an_open_edition(engine, "daily", now))
                interrupted(engine, begun[-1], now, steps)
            case "switch", int(who):
                reader = readers[who]
                on[reader] = "weekly" if on[reader] == "daily" else "daily"
                switched(engine, reader, on[reader])
            case _:
                raise AssertionError(act)
    brought_to_an_end(engine, begun, now)

    titles = titles_by_reader(engine)
    assert titles == {reader: Counter(posted) for reader in readers if posted}
