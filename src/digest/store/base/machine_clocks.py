"""How far the clock of each machine is from PostgreSQL's, as the machine found it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.engine import reading, writing
from digest.store.base.tables import machine_clock
from digest.store.base.upsert import insert_for
from digest.store.limits import MACHINE_NAME_LENGTH


def ahead_of_database(
    engine: Engine, own_clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> timedelta | None:
    """Return how far this machine's clock is ahead; None where it rules itself."""
    if engine.dialect.name != "postgresql":
        return None
    with reading(engine) as connection:
        before = own_clock()
        answer = connection.scalars(select(func.clock_timestamp())).one()
        after = own_clock()
    # Told somewhere between asking and hearing: half-way is nearest.
    ahead: timedelta = before + (after - before) / 2 - answer
    return ahead


def note(engine: Engine, machine: str, ahead: timedelta, now: datetime) -> None:
    """Keep how far the clock of a machine was ahead at `now`, in place of before."""
    name = machine[:MACHINE_NAME_LENGTH]
    row = {"ahead_seconds": ahead.total_seconds(), "compared_at": now}
    with writing(engine) as connection:
        # Several processes of a machine begin at once.
        connection.execute(
            insert_for(connection, machine_clock)
            .values(machine=name, **row)
            .on_conflict_do_update(index_elements=["machine"], set_=row)
        )


def listed(connection: Connection, since: datetime) -> dict[str, timedelta]:
    """Return how far the clock is ahead of each machine that compared it since."""
    rows = sorted(rows_of(connection, _compared, since), key=lambda row: row.machine)
    return {row.machine: timedelta(seconds=row.ahead_seconds) for row in rows}


def questions(since: datetime) -> tuple[Asked, ...]:
    """Return what `listed` asks, to be asked with others."""
    return ((_compared, since),)


def _compared(_connection: Connection, since: datetime) -> Select[Any]:
    return select(machine_clock).where(machine_clock.c.compared_at > since)
