"""A database in trouble: one line that says what happened and what to do."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import StatementError

import digest
from digest.errors import StoreError
from digest.store.base.database_errors import in_words
from digest.store.base.engine import (
    WritingConnection,
    after_commit,
    open_engine,
    reading,
    writing,
)
from digest.store.base.tables import mailing_list, metadata, subscription
from digest.store.delivery.sending.job_tables import is_ours
from digest.store.migrate import migrate, revisions
from tests.builders import EIGHT
from tests.postgres import Databases


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    assert migrate(engine) is False


# Each database has its own words for what it works out: see test_delivery_rows.
@pytest.mark.filterwarnings("ignore:Computed default on delivery.listed_state")
def test_the_migrations_make_the_tables_that_the_program_knows(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_ours}
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_indexes_of_some_rows_that_the_tables_name(
    sqlite_engine: Engine,
) -> None:
    named = {
        index.name: index.info["where"]
        for table in metadata.sorted_tables
        for index in table.indexes
        if index.info
    }
    with reading(sqlite_engine) as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql LIKE '% WHERE %'"
        ).all()

    assert {name: sql.partition(" WHERE ")[2] for name, sql in rows} == named


def test_sqlite_compares_a_copy_that_is_written_with_no_list_of_words(
    sqlite_engine: Engine,
) -> None:
    # Of one of three or more it makes a table each time, and throws it away.
    with reading(sqlite_engine) as connection:
        steps = connection.exec_driver_sql(
            "EXPLAIN INSERT INTO delivery (edition_id, reader_id, subscriber_id,"
            " variant_id, channel, state) VALUES (1, 1, 1, 1, 'email', 'planned')"
        ).all()

    # For the index of copies in trouble alone, of which this is none.
    tables = [at for at, step in enumerate(steps) if step.opcode == "OpenEphemeral"]
    assert [steps[at - 1].opcode for at in tables] == ["IsNull"]


def test_migrations_are_files_named_by_their_revisions() -> None:
    scripts = ScriptDirectory(
        str(Path(digest.__file__).parent / "store" / "migrations")
    )
    newest_first = [script.revision for script in scripts.walk_revisions()]

    assert revisions() == tuple(reversed(newest_first))


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="newer version"):
        migrate(engine)


def test_a_locked_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    engine = open_engine(f"sqlite:///{path}", lock_wait_ms=50)
    migrate(engine)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError, match="locked by"), writing(engine):
            pass
    finally:
        other.close()
        engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("nonsense", "not a database address", id="no address"),
        pytest.param("mysql://localhost/x", "not supported", id="another kind"),
        pytest.param("sqlite:////proc/none/digest.db", "cannot be made", id="folder"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        open_engine(url)


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    path.write_bytes(b"these are a person's holiday notes, not a database" * 100)
    engine = open_engine(f"sqlite:///{path}")

    with pytest.raises(StoreError, match="restore it from a backup"):
        migrate(engine)
    engine.dispose()


def test_a_database_without_tables_says_what_to_run(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/digest.db")

    with (
        pytest.raises(StoreError, match="digest migrate"),
        reading(engine) as connection,
    ):
        connection.execute(text("SELECT * FROM campaign"))
    engine.dispose()


def test_a_column_that_is_not_there_is_told_as_what_migrate_looks_after(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE subscription DROP COLUMN consent_on")
    with (
        pytest.raises(StoreError, match="not those of this version: stop Digest, run"),
        reading(engine) as connection,
    ):
        connection.execute(select(subscription)).all()


def test_a_failed_transaction_leaves_nothing_behind(engine: Engine) -> None:
    row = {"name": "lantern", "created_at": EIGHT}

    def half_done() -> None:
        with writing(engine) as connection:
            connection.execute(insert(mailing_list).values(row))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    with reading(engine) as connection:
        assert (
            connection.execute(text("SELECT count(*) FROM mailing_list")).scalar() == 0
        )


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    naive = {"name": "lantern", "created_at": EIGHT.replace(tzinfo=None)}
    with (
        pytest.raises(StatementError, match="time zone"),
        writing(engine) as connection,
    ):
        connection.execute(insert(mailing_list).values(naive))


@pytest.mark.parametrize(
    ("database", "statement", "words"),
    [
        pytest.param("postgres", "SELECT * FROM edition", "no tables", id="no tables"),
        pytest.param("another", "SELECT 1", "no database of that name", id="none"),
        pytest.param(
            "postgres",
            "SET TRANSACTION READ ONLY; CREATE TABLE one (a int)",
            "only lets itself be read",
            id="read-only",
        ),
    ],
)
def test_a_postgresql_in_trouble_says_which(
    databases: Databases, database: str, statement: str, words: str
) -> None:
    engine = open_engine(databases.url(database))
    with pytest.raises(StoreError, match=words), writing(engine) as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://user@host/name", r"postgres:, .*postgresql\+psycopg://"),
        ("postgresql+psycopg2://user@host/name", "psycopg2:, which is not supported"),
        ("postgresql+psycopg://user@host:port/name", "not a database address: write"),
        ("user@host/name", "not a database address: write"),
        ("postgresql+psycopg://user@127.0.0.1:1/name", "or mend host and port"),
        ("postgresql+psycopg://user@nowhere.invalid/name", "host is not found"),
    ],
)
def test_a_wrong_database_address_says_what_to_write(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words), reading(open_engine(url)):
        pass


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ('FATAL: password authentication failed for user "u"', "as %40"),
        ("fe_sendauth: no password supplied", "user and password: mend them"),
        ('FATAL: role "u" does not exist', "no such user"),
        ('FATAL: no pg_hba.conf entry for host "192.0.2.1"', "allow it"),
    ],
)
def test_who_is_not_let_in_by_a_server_is_told_why(message: str, words: str) -> None:
    engine = open_engine("postgresql+psycopg://user@host/name")
    error = in_words(engine, psycopg.OperationalError(f"connection failed: {message}"))
    assert isinstance(error, StoreError)
    assert words in str(error)


def test_a_connection_that_was_cut_off_is_told_as_that(
    postgresql_engine: Engine,
) -> None:
    def cut_off() -> None:
        with writing(postgresql_engine) as connection:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreError, match="no database server answers"):
        cut_off()


def test_a_kept_connection_that_was_cut_off_is_replaced(
    postgresql_engine: Engine,
) -> None:
    writer = WritingConnection(postgresql_engine)
    committed = list[int]()

    def write(statement: str) -> None:
        with writer.writing() as connection:
            after_commit(connection, lambda: committed.append(1))
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(statement)

    with pytest.raises(StoreError, match="no database server answers"):
        write("SELECT pg_terminate_backend(pg_backend_pid())")
    assert not committed
    write("SELECT 1")
    writer.close()
    assert committed


def test_a_kept_connection_plans_once_what_it_repeats_and_no_other_does(
    postgresql_engine: Engine,
) -> None:
    writer = WritingConnection(postgresql_engine)
    with writer.at_once() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        mode = driver.execute("SHOW plan_cache_mode").fetchone()
    writer.close()
    with reading(postgresql_engine) as connection:
        given_back = connection.connection.driver_connection
        others = connection.exec_driver_sql("SHOW plan_cache_mode").scalar()

    assert mode == ("force_generic_plan",)
    assert given_back is driver
    assert others == "auto"
