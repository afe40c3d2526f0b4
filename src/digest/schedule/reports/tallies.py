"""Counts of editions that have ended, kept for who looks at them."""

from sqlalchemy import Engine

from digest.schedule.guard import guarded
from digest.schedule.limits import EDITIONS_TALLIED_AT_ONCE
from digest.store.base.engine import reading, writing
from digest.store.reports.editions import outcomes


def keep_tallies(engine: Engine) -> int:
    """Count what became of the readers of editions that have ended; return how many.

    Each in a transaction of its own, and no more than some at a time.
    """
    with reading(engine) as connection:
        ended = outcomes.to_count(connection, EDITIONS_TALLIED_AT_ONCE)
    counted = 0
    for edition_id in ended:
        with (
            guarded("counting an edition", f"edition={edition_id}"),
            writing(engine) as connection,
        ):
            counted += outcomes.count(connection, edition_id)
    return counted
