"""An update of a database that is in use: nothing in it is lost or in the way."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from digest.errors import StoreError
from digest.store.base.engine import cut_off, open_engine, reading, rebuilding, writing
from digest.store.base.tables import call_attempt
from digest.store.migrate import alembic_config, migrate, revisions
from digest.store.table_shape import refuse_other_tables
from tests.postgres import Databases
from tests.rows import a_planned_edition

_AT = datetime(2026, 11, 1, 8, tzinfo=UTC)
# What the database itself lets in alone, and what an update reads.
_LET_IN: dict[tuple[str, str], object] = {
    ("delivery", "state"): "planned",
    ("campaign", "file"): {"text": "[campaign]\nlists = []"},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Yield a database without any table."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path}/digest.db")
        yield engine
        engine.dispose()
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.database("template1") as engine:
        yield engine


def test_each_step_of_an_update_keeps_what_every_table_holds(
    empty_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading(empty_engine) as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
    # Each step would read all of them anew.
    monkeypatch.setattr(ScriptDirectory, "from_config", lambda _config: scripts)
    tables = MetaData()
    numbers: dict[str, int] = {}
    for revision in revisions():
        with rebuilding(empty_engine) as connection:
            command.upgrade(alembic_config(connection), revision)
            assert cut_off(connection) == frozenset()
            names = set(inspect(connection).get_table_names()) - {"alembic_version"}
            added = names - tables.tables.keys()
            if added:  # of none it reads all
                tables.reflect(connection, only=sorted(added))
            for name, number in numbers.items():
                if name in names:
                    assert _rows(connection, name) >= number, (revision, name)
        with writing(empty_engine) as connection:
            for table in tables.sorted_tables:
                if table.name in added and not _rows(connection, table.name):
                    _fill(connection, table)
            numbers = {name: _rows(connection, name) for name in names}
    migrate(empty_engine)
    assert migrate(empty_engine) is False


def _rows(connection: Connection, name: str) -> int:
    number: int = connection.scalar(text(f'SELECT count(*) FROM "{name}"'))  # noqa: S608
    return number


def _fill(connection: Connection, table: Table) -> None:
    """Give an empty table a row, which refers to the first row of others."""
    values = {}
    for column in table.columns:
        if column.foreign_keys:
            referred = min(column.foreign_keys, key=str).column
            values[column.name] = connection.scalar(select(referred).limit(1))
        elif not column.nullable and column.server_default is None:
            values[column.name] = _LET_IN.get((table.name, column.name), _value(column))
    connection.execute(insert(table).values(values))


def _value(column: Column[object]) -> object:
    match column.type:
        case Boolean():
            return False
        case Integer() | Numeric() | Float():
            return 1
        case DateTime():
            return _AT
        case Date():
            return _AT.date()
        case LargeBinary():
            return b"x"
        case _:
            return "{}"


def test_an_update_that_cuts_a_row_off_changes_nothing(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(sqlite_engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0042'")

    def cuts_off(config: Config, _revision: str) -> None:
        config.attributes["connection"].exec_driver_sql(
            "INSERT INTO recovery_code (account_id, code_hash) VALUES (7, 'x')"
        )

    monkeypatch.setattr(command, "upgrade", cuts_off)
    with pytest.raises(StoreError, match="nothing was changed"):
        migrate(sqlite_engine)
    with reading(sqlite_engine) as connection:
        assert not connection.exec_driver_sql("SELECT * FROM recovery_code").all()


def test_after_an_update_the_connection_looks_after_references_again(
    sqlite_engine: Engine,
) -> None:
    with rebuilding(sqlite_engine):
        pass
    with (
        pytest.raises(IntegrityError, match="FOREIGN KEY"),
        writing(sqlite_engine) as connection,
    ):
        connection.exec_driver_sql(
            "INSERT INTO recovery_code (account_id, code_hash) VALUES (7, 'x')"
        )


# As 0050, 0052 and 0064 were when a database may have been made; 0067 was not yet.
_OF_BEFORE = (
    "ALTER TABLE list_import_fault DROP COLUMN name",
    "ALTER TABLE subscription DROP COLUMN consent_on",
    *(
        f"ALTER TABLE call_attempt DROP COLUMN {name}"
        for name in (
            "format",
            "has_left",
            "moved_to",
            "phone_hash",
            "tries_before",
            "reply_before",
            "next_attempt_before",
        )
    ),
    "CREATE INDEX ix_item_events ON item (campaign_id, position)",
    "UPDATE alembic_version SET version_num = '0065'",
)


def test_what_a_database_lacks_of_migrations_that_were_changed_is_added(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine)
    key = {"edition_id": planned.id, "reader_id": planned.readers[0]}
    call = {**key, "outcome": "no-answer", "caller": "ann", "at": _AT}
    with writing(engine) as connection:
        for number in range(2):
            values = {**call, "tries_before": number + 5}
            connection.execute(insert(call_attempt).values(values))
    with writing(engine) as connection:
        for statement in _OF_BEFORE:
            connection.exec_driver_sql(statement)

    assert migrate(engine) is True
    with reading(engine) as connection:
        refuse_other_tables(connection)
        indexes = inspect(connection).get_indexes("item")
        attempts = connection.execute(select(call_attempt)).all()
        [tries] = [
            column
            for column in inspect(connection).get_columns("call_attempt")
            if column["name"] == "tries_before"
        ]
    assert "ix_item_events" not in {index["name"] for index in indexes}
    assert [row.tries_before for row in attempts] == [0, 1]
    assert not tries["nullable"]


def test_an_index_that_is_missing_is_made_anew(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("DROP INDEX ix_delivery_put_off")
    with (
        reading(engine) as connection,
        pytest.raises(StoreError, match=r"lacks the index ix_delivery_put_off, .*anew"),
    ):
        refuse_other_tables(connection)

    assert [migrate(engine), migrate(engine)] == [True, False]
    with reading(engine) as connection:
        refuse_other_tables(connection)


def test_tables_that_are_not_what_the_database_says_are_named(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE subscription DROP COLUMN consent_on")
        connection.exec_driver_sql("DROP TABLE pace")

    with pytest.raises(StoreError) as refusal:
        migrate(engine)
    for name in (
        "the column subscription.consent_on",
        "the table pace",
    ):
        assert name in str(refusal.value)
