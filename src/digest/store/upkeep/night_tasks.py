"""Night tasks as they stand: due, done, or failing and put off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import night_task
from digest.store.base.upsert import insert_new

_COLUMNS = night_task.c


@dataclass(frozen=True, slots=True)
class NightTaskState:
    """How a task stands: `amount` is of what it did when it was last `done_at`.

    `failure` is why it could not be done since, "" where nothing failed.
    """

    name: str
    next_at: datetime
    done_at: datetime | None
    amount: int
    failing_since: datetime | None
    failures: int
    failure: str


def claim(
    connection: Connection,
    name: str,
    now: datetime,
    coming_night: datetime,
    until: datetime,
) -> bool:
    """Take a task that is due, so that nobody else does `until` then; False otherwise.

    One that was never seen before is due in the coming night.
    """
    row = {"name": name, "next_at": coming_night}
    insert_new(connection, night_task, [row], key=("name",))
    claimed = connection.execute(
        update(night_task)
        .where(_COLUMNS.name == name, _COLUMNS.next_at <= now)
        .values(next_at=until)
    )
    return claimed.rowcount == 1


def note_done(
    connection: Connection, name: str, amount: int, now: datetime, next_at: datetime
) -> None:
    """Keep that a task is done, and when it is due again."""
    _set(
        connection,
        name,
        next_at=next_at,
        done_at=now,
        amount=amount,
        failing_since=None,
        failures=0,
        failure=None,
    )


def put_off(connection: Connection, name: str, next_at: datetime) -> None:
    """Keep when a task is due whose time it was not."""
    _set(connection, name, next_at=next_at)


def note_failed(
    connection: Connection, name: str, why: str, now: datetime, next_at: datetime
) -> None:
    """Keep why a task could not be done, and when it is tried again."""
    _set(
        connection,
        name,
        next_at=next_at,
        failing_since=func.coalesce(_COLUMNS.failing_since, now),
        failures=_COLUMNS.failures + 1,
        failure=why,
    )


def failures_of(connection: Connection, name: str) -> int:
    """Return how often in a row a task has failed."""
    failures = select(_COLUMNS.failures).where(_COLUMNS.name == name)
    return connection.scalar(failures) or 0


def listed(connection: Connection) -> list[NightTaskState]:
    """Return how each task stands that was ever looked at, by name."""
    return [
        NightTaskState(
            row.name,
            row.next_at,
            row.done_at,
            row.amount or 0,
            row.failing_since,
            row.failures,
            row.failure or "",
        )
        for row in sorted(rows_of(connection, _listed), key=lambda row: row.name)
    ]


def _set(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(update(night_task).where(_COLUMNS.name == name).values(values))


def _listed(_connection: Connection) -> Select[Any]:
    return select(night_task)


# What is asked of the tasks, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_listed,),)
