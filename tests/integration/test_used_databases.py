"""A PostgreSQL database that one test has used is as new to the next, or gone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, Row, text

from digest.store.base.engine import writing
from tests.postgres import Databases
from tests.rows import a_planned_edition

# What a statement counts on, and what planning tells the database of its tables.
ROWS = """
    SELECT relname, reltuples, (SELECT count(*) FROM pg_statistic WHERE starelid = oid),
        (xpath('/row/c/text()', query_to_xml(
            'SELECT count(*) AS c FROM ' || oid::regclass, false, true, '')))[1]::text
    FROM pg_class WHERE relkind = 'r' AND oid >= 16384 ORDER BY 1
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"


def state_of(engine: Engine) -> list[Row[Any]]:
    with engine.connect() as connection:
        return [*connection.execute(text(ROWS)), *connection.execute(text(SEQUENCES))]


def test_it_is_as_new_though_an_edition_was_planned_in_it(databases: Databases) -> None:
    with databases.database() as first:
        new = state_of(first)
    with databases.database() as second:
        a_planned_edition(second, emails=3)
        with writing(second) as connection:
            connection.execute(text("ANALYZE"))
        used = state_of(second)
    with databases.database() as third:
        cleaned = state_of(third)

    assert first.url == second.url == third.url
    assert used != new
    assert cleaned == new


def a_table(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE of_a_test (a integer)"))


def a_default(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE edition ALTER state SET DEFAULT 'open'"))


def a_trigger_less(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE edition DISABLE TRIGGER ALL"))


def a_setting(engine: Engine) -> None:
    with writing(engine) as connection:
        words = f'ALTER DATABASE "{engine.url.database}" SET enable_seqscan = off'
        connection.execute(text(words))


@pytest.mark.parametrize("change", [a_table, a_default, a_trigger_less, a_setting])
def test_one_that_was_changed_is_used_by_nobody_else(
    databases: Databases, change: Callable[[Engine], None]
) -> None:
    with databases.database() as first:
        change(first)
    with databases.database() as second:
        assert second.url != first.url


def test_one_that_somebody_still_speaks_to_is_used_by_nobody_else(
    databases: Databases,
) -> None:
    with databases.database() as first:
        other = first.connect()
        other.execute(text("SELECT 1"))
    with databases.database() as second:
        assert second.url != first.url
    other.invalidate()
    other.close()


def test_a_connection_that_one_test_has_let_go_is_as_new_to_the_next(
    databases: Databases,
) -> None:
    with databases.database() as first, first.connect() as connection:
        process = connection.scalar(text("SELECT pg_backend_pid()"))
        connection.execute(text("SET statement_timeout = 4321"))
        connection.execute(text("CREATE TEMPORARY TABLE of_a_test (a integer)"))
        connection.execute(text("LISTEN somebody"))
        for _ in range(9):
            connection.execute(text("SELECT pg_advisory_lock(1)"))
        connection.commit()
    with databases.database() as second, second.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) == process
        for words in (
            "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'"
            " AND setting <> '0'",
            "SELECT to_regclass('of_a_test')",
            "SELECT pg_listening_channels()",
            "SELECT name FROM pg_prepared_statements",
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory'",
        ):
            assert connection.scalar(text(words)) is None, words
        for _ in range(9):
            connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
