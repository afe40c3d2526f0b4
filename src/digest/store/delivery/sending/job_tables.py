"""The tables of Procrastinate, the job engine, beside ours on PostgreSQL.

They are its own: we make them, bring them up to date with the migrations that
come with it, and otherwise only look into them. Nothing in them is the truth
about a copy, so they may be lost.
"""

from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
    Text,
    and_,
    cast,
    column,
    exists,
    literal,
    or_,
    select,
    table,
    text,
)

from digest.store import limits
from digest.store.base.engine import writing
from digest.store.base.tables import send_batch
from digest.store.delivery.sending import send_batches

_PREFIX = "procrastinate_"
# Kept as a comment on its main table: up to which of its migrations it is.
_MARK = "made by digest migrate as of "
_LOCK = "send-batch:"
_jobs = table(f"{_PREFIX}jobs", column("id"), column("queueing_lock"), column("status"))
_events = table(f"{_PREFIX}events", column("job_id"), column("type"), column("at"))


def is_ours(name: str | None, kind: str, _parents: object = None) -> bool:
    """Whether alembic should look at the thing of that name: not at its tables."""
    return kind != "table" or not (name or "").startswith(_PREFIX)


def are_ready(connection: Connection) -> bool:
    """Whether the engine is installed here and its tables are as it needs them."""
    return _wanted(connection) is not None and not are_wanting(connection)


def are_wanting(connection: Connection) -> bool:
    """Whether the engine is installed here and its tables are missing or older.

    Tables that somebody else has made are theirs to bring up to date.
    """
    latest = _wanted(connection)
    if latest is None:
        return False
    if not _are_there(connection):
        return True
    mark = _mark(connection)
    return mark is not None and mark < latest


def bring_up(engine: Engine) -> bool:
    """Make the tables or bring them up to date; return whether that was needed."""
    was_needed = False
    while _take_step(engine):
        was_needed = True
    return was_needed


def _take_step(engine: Engine) -> bool:
    # A migration to a transaction: some cannot follow another in the same one.
    with writing(engine) as connection:
        wait_alone(connection)
        if not are_wanting(connection):
            return False
        script, mark = _next_script(connection)
        cursor = connection.connection.cursor()
        cursor.execute(script.read_text(encoding="utf-8"))
        cursor.execute(f"COMMENT ON TABLE {_PREFIX}jobs IS '{_MARK}{mark}'")
        cursor.close()
    return True


def _next_script(connection: Connection) -> tuple[Path, str]:
    """Return what to run next, and up to which migration the tables then are."""
    migrations = _migrations()
    if not _are_there(connection):
        return migrations[-1].parent.with_name("schema.sql"), migrations[-1].stem
    mark = _mark(connection) or ""
    script = next(migration for migration in migrations if migration.stem > mark)
    return script, script.stem


def wait_alone(connection: Connection) -> None:
    """Hold off every other machine that would migrate this PostgreSQL just now."""
    # A large database is migrated for longer than a lock is waited for elsewhere.
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260706)")


def lock_of(batch_id: int) -> str:
    """Return the name under which a batch's job waits: two cannot at once."""
    return f"{_LOCK}{batch_id}"


def without_job(connection: Connection, now: datetime, most: int) -> list[int]:
    """Return batches that are due and for which no job is waiting or at work.

    The job of a sender that has let its lease run out counts for nothing, nor
    does one that was begun a while ago and whose batch nobody has leased. None
    are returned while another machine looks for the same.
    """
    if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(20260707)")):
        return []
    is_of_it = _jobs.c.queueing_lock == literal(_LOCK) + cast(send_batch.c.id, Text)
    has_just_begun = exists().where(
        _events.c.job_id == _jobs.c.id,
        _events.c.type == text("'started'"),
        _events.c.at > now - limits.JOB_BEGUN_FOR,
    )
    is_under_way = or_(
        _jobs.c.status == text("'todo'"),
        and_(
            _jobs.c.status == text("'doing'"),
            send_batch.c.state == send_batches.OPEN,
            has_just_begun,
        ),
    )
    has_job = select(_jobs.c.id).where(is_of_it, is_under_way).exists()
    batches = send_batches.due(connection, now).where(~has_job).limit(most)
    return [row.id for row in connection.execute(batches)]


def _wanted(connection: Connection) -> str | None:
    """Return the newest migration of the engine that is installed, if one is."""
    is_possible = connection.dialect.name == "postgresql" and _migrations()
    return _migrations()[-1].stem if is_possible else None


@cache
def _migrations() -> tuple[Path, ...]:
    folder = _folder()
    return tuple(sorted((folder / "migrations").glob("*.sql"))) if folder else ()


def _folder() -> Path | None:
    package = find_spec("procrastinate")
    places = package.submodule_search_locations if package else None
    return Path(places[0]) / "sql" if places else None


def _are_there(connection: Connection) -> bool:
    return bool(connection.scalar(text(f"SELECT to_regclass('{_PREFIX}jobs')")))


def _mark(connection: Connection) -> str | None:
    comment = connection.scalar(
        text(f"SELECT obj_description('{_PREFIX}jobs'::regclass, 'pg_class')")
    )
    return comment.removeprefix(_MARK) if (comment or "").startswith(_MARK) else None
