"""Bring a database to the shape this program knows."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, inspect, select, table

from digest.errors import StoreError
from digest.store.base.engine import cut_off, reading, rebuilding
from digest.store.delivery.sending import job_tables
from digest.store.holds import holds
from digest.store.table_shape import missing_indexes, refuse_other_tables

if TYPE_CHECKING:
    from alembic.config import Config

_VERSION = table("alembic_version", column("version_num"))
_HERE = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> bool:
    """Bring the database up to date in one transaction; return whether it changed.

    Indexes that it lacks are made anew. After it the tables of the job engine, where
    that is installed. Raises StoreError, having changed nothing, where the database was
    made by a newer version of this program, or its tables are not what it says.
    """
    with reading(engine) as connection:
        is_whole = is_current(connection) and not missing_indexes(connection)
        if is_whole and not job_tables.are_wanting(connection):
            refuse_other_tables(connection)
            return False
    with rebuilding(engine) as connection:
        has_changed = _upgraded(connection)
    is_on_a_server = engine.dialect.name == "postgresql"
    return (is_on_a_server and job_tables.bring_up(engine)) or has_changed


def _upgraded(connection: Connection) -> bool:
    if connection.dialect.name == "postgresql":
        job_tables.wait_alone(connection)
    if is_current(connection):
        wanting = missing_indexes(connection)
        for index in wanting:
            index.create(connection)
        refuse_other_tables(connection)
        return bool(wanting)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    is_new = _revision(connection) is None
    were_cut_off = cut_off(connection)
    # Slow to import, and seldom needed.
    from alembic import command  # noqa: PLC0415

    command.upgrade(alembic_config(connection), "head")
    if are_cut_off := cut_off(connection) - were_cut_off:
        child, row, parent = min(are_cut_off)
        raise StoreError(
            f"the update would cut row {row} of {child} off from {parent}: nothing was "
            "changed; go on with the version before, and report this"
        )
    refuse_other_tables(connection)
    if is_new:
        holds.begin(connection)
    return True


def is_current(connection: Connection) -> bool:
    """Whether the database is at our revision. Raises StoreError if it is newer."""
    ours = revisions()
    current = _revision(connection)
    if current is not None and current not in ours:
        raise StoreError(
            f"the database was made by a newer version (revision {current}): "
            "update this program, or restore the backup made before the update"
        )
    return current == ours[-1]


def _revision(connection: Connection) -> str | None:
    """Return the revision that alembic has written down; None in an empty database."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    revision: str | None = connection.scalar(select(_VERSION.c.version_num))
    return revision


@cache
def revisions() -> tuple[str, ...]:
    """Return the revisions that this program knows, oldest first.

    Their files are named by them. Alembic would import each one to tell, and every
    command asks.
    """
    files = (_HERE / "versions").glob("[0-9]*.py")
    return tuple(sorted(path.name.partition("_")[0] for path in files))


def alembic_config(connection: Connection) -> "Config":
    """Return what alembic has to know to upgrade over `connection`."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config
