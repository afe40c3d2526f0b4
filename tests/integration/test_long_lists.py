"""Lists of a million page by key: the database goes to where a page begins.

By its own word, which is the same however long the list and however busy the machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Engine, event, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.delivery.delivery import NEVER_LEFT
from digest.model.roles import Role
from digest.store.base.engine import reading, writing
from digest.store.base.indexed_copies import stands_in
from digest.store.base.table_statistics import count_anew
from digest.store.base.tables import delivery
from digest.store.delivery.by_channel import WAITS_FOR_A_PERSON
from digest.store.editions.closing import close_edition
from digest.store.posts import item_pictures, listing
from digest.store.posts.listing import ItemFilter, ItemState
from digest.store.reports.editions import edition_copies, unserved
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.crowd import crowded
from tests.rows import a_planned_edition
from tests.staff import signed_in

LONG = (
    *("delivery", "subscriber", "subscription", "reader", "left_out", "bounce"),
    *("item", "audit"),
)


@dataclass(frozen=True, slots=True)
class PlannedQuery:
    """A SELECT, the last of its values, and how the database goes about it."""

    words: str
    last: object
    steps: tuple[str, ...]


@contextmanager
def plans(engine: Engine) -> Iterator[list[PlannedQuery]]:
    """Yield a list that has each SELECT as it is asked."""
    queries: list[PlannedQuery] = []
    is_sqlite = engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"

    def note(_c: Any, cursor: Any, words: str, values: Any, *_rest: Any) -> None:
        if words.lstrip().startswith(("SELECT", "WITH", "(SELECT")):
            steps = cursor.connection.execute(f"{explain} {words}", values)
            query = PlannedQuery(
                words, [None, *values][-1], tuple(step[-1] for step in steps)
            )
            queries.append(query)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield queries
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "address",
    [
        "/desk/people?after=1",
        "/desk/lists/1?after=1",
        "/desk/runs/1?after=1",
        "/desk/runs/1?state=refused&after=1",
        "/desk/log/lantern-week?before=9",
        "/desk/log/lantern-week?state=held",
        "/desk/log/lantern-week?state=changed",
        "/desk/settings/audit?before=9",
        "/desk/settings/audit?who=Ann",
        "/desk/settings/audit?act=paused",
    ],
)
def test_a_page_of_a_long_list_is_read_from_where_it_begins(
    program: App, address: str
) -> None:
    with TestClient(make_app(program), base_url=SITE) as client:
        signed_in(client, program, Role.ADMIN)
        with plans(program.engine) as queries:
            assert client.get(address).status_code == 200
    pages = [query for query in queries if query.words.endswith("LIMIT ? OFFSET ?")]

    assert pages
    for query in pages:
        assert query.last == 0, "it is counted up to where it begins"
        assert not any("TEMP B-TREE" in step for step in query.steps), query
        assert not {f"SCAN {table}" for table in LONG} & {*query.steps}, query


@pytest.mark.parametrize(
    "address",
    [
        "/desk/people/1",
        "/desk/people/1?show=all",
        "/desk/people/1/held",
        "/desk/people/doubles/1/2",
        "/desk/settings/audit?day=2026-07-06",
    ],
)
def test_what_is_of_one_person_or_day_is_read_by_an_index(
    program: App, address: str
) -> None:
    with TestClient(make_app(program), base_url=SITE) as client:
        signed_in(client, program, Role.ADMIN)
        crowded(program)
        with plans(program.engine) as queries:
            assert client.get(address).status_code == 200

    for query in queries:
        assert not {f"SCAN {table}" for table in LONG} & {*query.steps}, query
    assert queries


@pytest.mark.parametrize(
    ("state", "index"),
    [
        # What was not released has no position: SQLite looks for none.
        ("held", "(campaign_id=? AND position=?)"),
        ("waiting", "(campaign_id=? AND position=?)"),
        ("duplicate", "(campaign_id=? AND position=?)"),
        ("changed", "ix_item_revised"),
        ("withdrawn", "ix_item_withdrawn"),
    ],
)
def test_the_few_posts_of_a_long_log_are_read_by_an_index_of_their_own(
    sqlite_engine: Engine, state: str, index: str
) -> None:
    which = ItemFilter(ItemState(state))
    with plans(sqlite_engine) as queries, reading(sqlite_engine) as connection:
        listing.listed(connection, 1, which, 30)

    [query] = [query for query in queries if query.words.endswith("LIMIT ? OFFSET ?")]
    assert any(index in step for step in query.steps), query


def test_copies_that_may_have_arrived_are_counted_by_the_index_of_those(
    sqlite_engine: Engine,
) -> None:
    with plans(sqlite_engine) as queries, reading(sqlite_engine) as connection:
        edition_copies.doubtful(connection, 1)

    assert any("ix_delivery_doubtful" in step for step in queries[-1].steps)


def test_a_run_is_counted_without_sorting_its_copies(sqlite_engine: Engine) -> None:
    with plans(sqlite_engine) as queries, reading(sqlite_engine) as connection:
        edition_copies.copies(connection, 1)
    [query] = queries
    of_all = query.steps.index("SEARCH delivery USING PRIMARY KEY (edition_id=?)")

    assert not any("TEMP B-TREE" in step for step in query.steps[of_all:]), query


FEW = [
    (WAITS_FOR_A_PERSON, "ix_delivery_letters"),
    (stands_in(NEVER_LEFT), "ix_delivery_troubled"),
]


@pytest.mark.parametrize(("few", "index"), FEW)
def test_the_few_of_very_many_copies_can_be_read_by_an_index_of_their_own(
    sqlite_engine: Engine, few: ColumnElement[bool], index: str
) -> None:
    words = few.compile(sqlite_engine, compile_kwargs={"literal_binds": True})
    copies = f"SELECT reader_id FROM delivery INDEXED BY {index} WHERE {words}"  # noqa: S608 - our own

    with reading(sqlite_engine) as connection:
        assert connection.exec_driver_sql(copies).all() == []


@pytest.mark.parametrize(("few", "index"), FEW)
def test_postgresql_reads_the_few_of_very_many_copies_by_an_index_of_their_own(
    postgresql_engine: Engine, few: ColumnElement[bool], index: str
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=2000, letters=2)
    those = delivery.c.edition_id == planned.id, few
    with writing(postgresql_engine) as connection:
        count_anew(connection)
    with plans(postgresql_engine) as queries, reading(postgresql_engine) as connection:
        connection.execute(select(delivery.c.subscriber_id).where(*those))

    [query] = queries
    assert index in query.steps[0]


def test_whether_few_copies_keep_an_edition_open_is_read_by_indexes_of_their_own(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=2000, letters=2)
    with writing(engine) as connection:
        connection.execute(update(delivery).values(state="accepted"))
        count_anew(connection)
    with plans(engine) as queries, writing(engine) as connection:
        close_edition(connection, planned.id, EIGHT)
    steps = "".join(queries[0].steps)

    for index in ("letters", "calls", "troubled"):
        assert f"ix_delivery_{index}" in steps, queries[0]


def test_whom_editions_did_not_reach_is_read_by_the_indexes_of_the_few(
    sqlite_engine: Engine,
) -> None:
    with plans(sqlite_engine) as queries, reading(sqlite_engine) as connection:
        unserved.unserved_causes(connection, [1, 2, 3], 3)
        unserved.count_not_served(connection, 1)
        edition_copies.count_letters_waiting(connection, 1)
    by_each = {index: _those_by(index, queries) for index in ("letters", "troubled")}

    assert {index: len(those) for index, those in by_each.items()} == {
        "letters": 3,
        "troubled": 2,
    }


def _those_by(index: str, queries: list[PlannedQuery]) -> list[PlannedQuery]:
    by = f"ix_delivery_{index} (edition_id=? AND listed_state=?)"
    step = f"SEARCH delivery USING INDEX {by}"
    return [query for query in queries if step in query.steps]


@pytest.mark.parametrize(
    ("address", "index"),
    [
        ("/desk/lists/1?need=large-print", "ix_subscriber_format (format=?"),
        ("/desk/runs/1", "ix_delivery_put_off"),
        ("/post/calls", "ix_delivery_calls"),
    ],
)
def test_the_few_among_a_million_are_read_by_an_index_of_their_own(
    program: App, address: str, index: str
) -> None:
    with TestClient(make_app(program), base_url=SITE) as client:
        signed_in(client, program, Role.ADMIN)
        with plans(program.engine) as queries:
            assert client.get(address).status_code == 200

    steps = [step for query in queries for step in query.steps]
    assert any(index in step for step in steps), steps


def test_posts_to_come_are_read_from_where_the_last_edition_ends(
    program: App,
) -> None:
    with plans(program.engine) as queries, reading(program.engine) as connection:
        item_pictures.open_items(connection, 1)

    steps = [step for query in queries for step in query.steps]
    assert any("(campaign_id=? AND position>?)" in step for step in steps), steps
    assert not any("item_campaign_id_id" in step for step in steps), steps
