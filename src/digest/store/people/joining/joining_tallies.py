"""How many ask to join in each stretch of time, so that a flood is noticed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, func, select

from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import joining_tally
from digest.store.base.upsert import insert_for
from digest.store.limits import JOINING_TALLY_STRETCH
from digest.store.upkeep.overdue_rows import OverdueRows

OVERDUE = OverdueRows(joining_tally, joining_tally.c.since, joining_tally.c.since)


def count_up(connection: Connection, now: datetime, by: int = 1) -> None:
    """Count requests to join that came now."""
    statement = insert_for(connection, joining_tally).values(
        since=_stretch(now), requests=by
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["since"],
            set_={"requests": joining_tally.c.requests + by},
        )
    )


def count_lately(connection: Connection, now: datetime) -> int:
    """Return how many requests came in this stretch of time and the one before."""
    return int(rows_of(connection, _lately, now)[0].requests or 0)


def questions(now: datetime) -> tuple[Asked, ...]:
    """Return what `count_lately` asks, to be asked with others."""
    return ((_lately, now),)


def _lately(_connection: Connection, now: datetime) -> Select[Any]:
    return select(
        func.sum(joining_tally.c.requests).cast(BigInteger).label("requests")
    ).where(joining_tally.c.since >= _stretch(now) - JOINING_TALLY_STRETCH)


def _stretch(now: datetime) -> datetime:
    length = JOINING_TALLY_STRETCH
    begins = datetime.fromtimestamp(0, tz=now.tzinfo)
    return begins + (now - begins) // length * length
