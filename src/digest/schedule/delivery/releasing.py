"""Approved editions that were held back, planned once they may leave."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from digest.model.editions.edition import EditionState
from digest.schedule.guard import guarded
from digest.store.base.engine import reading
from digest.store.editions import editions
from digest.store.holds import holds

if TYPE_CHECKING:
    from digest.compose.plan import Submit


def plan_released(engine: Engine, now: datetime, submit: "Submit") -> None:
    """Plan the approved editions that are not held back any more, if any may leave."""
    if holds.look(engine, now):
        return
    with reading(engine) as connection:
        approved = [
            edition
            for edition in editions.unfinished(connection)
            if edition.state is EditionState.APPROVED and not edition.is_held_back(now)
        ]
    if not approved:
        return
    # Slow to import, and seldom needed.
    from digest.compose.plan import plan  # noqa: PLC0415

    for edition in approved:
        with guarded("planning", f"edition={edition.id}"):
            plan(engine, edition.id, now, submit=submit)
