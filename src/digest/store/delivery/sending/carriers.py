"""How each mail server stands, for every machine that sends and for staff to see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update

from digest.store import limits
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import carrier
from digest.store.base.upsert import insert_new


@dataclass(frozen=True, slots=True)
class CarrierTrouble:
    """A server that turned us away: why, since when, and left alone until when."""

    name: str
    failures: int
    paused_until: datetime
    reason: str
    since: datetime


def in_trouble(connection: Connection) -> dict[str, CarrierTrouble]:
    """Return the servers that turned us away and have taken nothing since, by name."""
    return {
        row.name: CarrierTrouble(
            row.name, row.failures, row.paused_until, row.reason, row.since
        )
        for row in rows_of(connection, _in_trouble)
    }


def _in_trouble(_connection: Connection) -> Select[Any]:
    return select(carrier).where(carrier.c.failures > 0)


# What is asked of the mail servers, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_in_trouble,),)


def pause(connection: Connection, name: str, reason: str, now: datetime) -> None:
    """Leave a server alone for a while: longer each time until it takes a copy.

    Where it is paused already, as by another connection, nothing changes.
    """
    insert_new(connection, carrier, [{"name": name, "failures": 0}], key=["name"])
    row = connection.execute(
        select(carrier).where(carrier.c.name == name).with_for_update()
    ).one()
    if row.paused_until is not None and now < row.paused_until:
        return
    wait = min(
        limits.FIRST_CARRIER_PAUSE * 2 ** min(row.failures, 10),
        limits.LONGEST_CARRIER_PAUSE,
    )
    connection.execute(
        update(carrier)
        .where(carrier.c.name == name)
        .values(
            failures=row.failures + 1,
            paused_until=now + wait,
            reason=reason,
            since=row.since or now,
        )
    )


def well(connection: Connection, name: str) -> None:
    """Note that a server takes copies."""
    connection.execute(delete(carrier).where(carrier.c.name == name))
