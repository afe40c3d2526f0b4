"""Two timetables at one slot, and readers who switch or pause at that very moment."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import cycle

from sqlalchemy import Engine, select

from digest.audience import pausing
from digest.compose import lifecycle, plan
from digest.schedule.editions.due import open_due
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, variant
from digest.store.editions import editions
from digest.store.posts import log
from tests.builders import EIGHT, a_post
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted, switched

# Both are due on Thursday at 16:00 in London.
TOGETHER = FILE.replace('at = "10:00"', 'at = "16:00"')
THURSDAY = datetime(2026, 7, 9, 15, 0, tzinfo=UTC)
READERS, POSTS, WEEK = 12, 3, timedelta(days=7)
DAY_AFTER = "2026-07-10"


def timetable(engine: Engine, now: datetime) -> None:
    """Do what a timetable does at a slot, a few readers a transaction."""
    open_due(engine, now)
    with reading(engine) as connection:
        unfinished = editions.unfinished(connection)
    for edition in unfinished:
        lifecycle.freeze(engine, edition.id, now)
        lifecycle.approve(engine, edition.id, now)
        plan.plan(engine, edition.id, now, chunk=2)


def test_no_switch_at_the_slot_loses_or_repeats_a_post(engine: Engine) -> None:
    a_stored_campaign(engine, TOGETHER, EIGHT)
    names = [f"reader-{n}" for n in range(READERS)]
    reader_ids = [
        a_reader(engine, name, on)
        for name, on in zip(names, cycle(("daily", "weekly")), strict=False)
    ]
    for week in range(2):
        new = [a_post(f"{week}-{n}", title=f"{week} {n}") for n in range(POSTS)]
        posts_accepted(engine, new)
        start, slot = threading.Barrier(3), THURSDAY + week * WEEK

        def switch(start: threading.Barrier = start) -> None:
            start.wait(20)
            for reader_id, to in zip(
                reader_ids * 2, cycle(("weekly", "daily", "daily")), strict=False
            ):
                switched(engine, reader_id, to)

        def run(start: threading.Barrier = start, slot: datetime = slot) -> None:
            start.wait(20)
            timetable(engine, slot)

        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(act) for act in (run, run, switch)]:
                done.result(60)
    # Whoever was on neither schedule as it was planned gets it with the next.
    posts_accepted(engine, [a_post("last", title="Last")])
    timetable(engine, THURSDAY + 2 * WEEK)

    with reading(engine) as connection:
        copies = connection.execute(
            select(delivery.c.reader_id, variant.c.since, variant.c.upto).join(
                variant, variant.c.id == delivery.c.variant_id
            )
        ).all()
        titles = {reader_id: Counter[str]() for reader_id in reader_ids}
        for copy in copies:
            entries = log.released(connection, 1, copy.since, copy.upto)
            titles[copy.reader_id].update(entry.item.title for entry in entries)
    every = [f"{week} {n}" for week in range(2) for n in range(POSTS)]
    assert all(counts == Counter([*every, "Last"]) for counts in titles.values())


def test_who_pauses_as_they_are_planned_has_no_copy_that_may_leave(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, TOGETHER, EIGHT)
    reader_ids = [a_reader(engine, f"reader-{n}") for n in range(READERS)]
    posts_accepted(engine, [a_post("one", title="One")])
    start = threading.Barrier(2)

    def run() -> None:
        start.wait(20)
        timetable(engine, THURSDAY)

    def pause() -> None:
        start.wait(20)
        for reader_id in reversed(reader_ids):
            with writing(engine) as connection:
                pausing.pause(connection, str(reader_id), DAY_AFTER, EIGHT)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(act) for act in (run, pause)]:
            done.result(60)
    with reading(engine) as connection:
        states = connection.scalars(select(delivery.c.state)).all()
    # The copies of meanwhile are owed, and come once when they are back.
    timetable(engine, THURSDAY + 2 * timedelta(days=1))
    with reading(engine) as connection:
        planned = connection.scalars(
            select(delivery.c.reader_id).where(delivery.c.state == "planned")
        ).all()

    assert set(states) <= {"cancelled"}
    assert sorted(planned) == reader_ids
