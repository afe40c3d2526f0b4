"""What an edition brings one reader, shown before it goes, is what planning decides."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from digest.bootstrap import App
from digest.compose import plan
from digest.compose.plan import LeftOut, PlannedCopy
from digest.errors import NotFound
from digest.schedule.editions.proofs.reader_copies import ReaderCopy, reader_copy
from digest.settings import Settings
from digest.store.base.engine import reading
from digest.store.base.tables import metadata, reader
from tests.builders import EIGHT, a_post, an_event
from tests.integration.test_plan_by_kind import (
    TOPICS,
    any_reader,
    opened,
    planned,
    some_expire,
)
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted, switched

READERS = 40
DAY = timedelta(days=1)


def copies(engine: Engine, what: str) -> dict[int, ReaderCopy]:
    """Return each reader's copy as staff would see it, by reader."""
    with reading(engine) as connection:
        people = connection.execute(select(reader.c.id, reader.c.subscriber_id))
        return {
            row.id: reader_copy(
                connection, what, "daily", row.subscriber_id, EIGHT + DAY
            )
            for row in people.all()
        }


def copy_in_words(copy: ReaderCopy) -> tuple[Any, ...]:
    """Return what of a copy its reader would notice, or why they have none."""
    if copy.variant is None:
        return (copy.why_not,)
    return copy.variant.items, copy.variant.format, copy.variant.language


def test_what_is_shown_for_a_reader_is_what_planning_then_decides(
    engine: Engine,
) -> None:
    chance = random.Random(7)  # noqa: S311 - the same readers each time
    a_stored_campaign(engine, READY.replace("lists =", "most_items = 2\nlists ="))
    keys = [f"post-{number}" for number in range(9)]
    posts = [
        a_post(key, title=key, topics=tuple(chance.sample(TOPICS, chance.randrange(3))))
        for key in keys
    ]
    posts_accepted(engine, posts[:4])
    for number in range(READERS):
        any_reader(engine, chance, number)
    before = opened(engine, 0)
    plan.plan(engine, before.id, before.slot)
    some_expire(engine, chance, before.id)
    posts_accepted(engine, posts)
    while_open = copies(engine, "lantern-week")
    edition = opened(engine, 1)
    frozen = copies(engine, str(edition.id))
    plan.plan(engine, edition.id, edition.slot)
    planned_for = copies(engine, str(edition.id))
    fates = planned(engine, edition.id)

    assert {type(fate) for fate in fates.values()} == {PlannedCopy, LeftOut}
    for who, fate in fates.items():
        assert (
            copy_in_words(while_open[who])
            == copy_in_words(frozen[who])
            == copy_in_words(planned_for[who])
        )
        match fate:
            case PlannedCopy(key=key):
                variant = planned_for[who].variant
                assert variant is not None
                assert variant.items
                assert (variant.format, variant.language) == (key.format, key.language)
            case LeftOut(reason=reason):
                assert planned_for[who].why_not == reason
    paused = while_open.keys() - fates.keys()
    assert paused
    for who in paused:
        assert while_open[who].why_not.startswith("they have paused until ")
        assert planned_for[who].variant is None


@pytest.fixture
def program(sqlite_engine: Engine, tmp_path: Path) -> App:
    """Return a program with an open edition of three posts, on care, boats and any."""
    a_stored_campaign(sqlite_engine, READY)
    posts = [a_post(key, title=key, topics=(key,)) for key in ("care", "boats")]
    posts_accepted(sqlite_engine, [*posts, a_post("all"), an_event()])
    return App(Settings(data_dir=tmp_path), sqlite_engine, lambda: EIGHT, "k" * 32)


def test_a_preview_as_a_reader_has_their_topics_and_leaves_no_trace(
    program: App,
) -> None:
    a_reader(program.engine, "ann", topics=["boats"])
    with reading(program.engine) as connection:
        tables = metadata.sorted_tables
        before = [[*connection.execute(select(table))] for table in tables]
    text = program.previews.of("lantern-week", None, "text", 1).content.decode()
    for each in ("html", "eml"):
        program.previews.of("lantern-week", "daily", each, 1)
    with reading(program.engine) as connection:
        after = [[*connection.execute(select(table))] for table in tables]

    assert "Dear Ann," in text
    assert "boats" in text
    assert "care" not in text
    assert "/u/preview" in text  # a link that leaves nobody
    assert before == after


def test_who_gets_none_is_told_why_and_is_not_shown_a_copy(program: App) -> None:
    a_reader(program.engine, "ann", on="weekly")
    a_reader(program.engine, "bob", topics=["tea"], email=None)
    why_ann = program.previews.copy_of("lantern-week", "daily", 1).why_not

    assert why_ann == "they read weekly"
    switched(program.engine, 1, "daily")
    assert program.previews.copy_of("lantern-week", "daily", 1).variant is not None
    with pytest.raises(NotFound, match="Bob gets no copy of it: no email address"):
        program.previews.of("lantern-week", "daily", "text", 2)
    with pytest.raises(NotFound, match="nobody of that number"):
        program.previews.copy_of("lantern-week", "daily", 3)
