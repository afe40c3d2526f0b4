"""What may not leave: editions that are held back for a while, and stopped ones."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from digest.model.editions.edition import EditionState
from digest.store.base.modes import mode_of
from digest.store.base.tables import edition


def may_leave(now: datetime) -> ColumnElement[bool]:
    """Return the condition on an edition that it is not held back any more.

    Asked in the transaction that leases or prints.
    """
    return or_(edition.c.leaves_at.is_(None), edition.c.leaves_at <= now)


def is_going(edition_id: int) -> ColumnElement[bool]:
    """Return the condition that nobody has stopped the edition; each claim asks."""
    return exists().where(edition.c.id == edition_id, edition.c.stopped_at.is_(None))


def leaving(connection: Connection, now: datetime) -> dict[int, datetime]:
    """Return when each edition of our mode leaves that is approved and held back."""
    rows = connection.execute(
        select(edition.c.id, edition.c.leaves_at).where(
            edition.c.state == EditionState.APPROVED,
            edition.c.leaves_at > now,
            edition.c.mode == mode_of(connection),
        )
    )
    return {row.id: row.leaves_at for row in rows}
