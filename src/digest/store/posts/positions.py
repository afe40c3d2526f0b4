"""Positions in a campaign's log: given under its lock, and how far editions carry."""

from sqlalchemy import Connection, func, or_, select, update

from digest.model.editions.mode import Mode
from digest.store.base.tables import campaign, edition


def lock(connection: Connection, campaign_id: int) -> None:
    """Hold the campaign's row until the end of the transaction.

    What is read after it cannot be changed by another gatherer meanwhile, and a
    lower position never becomes visible after a higher one. SQLite's writing
    transactions hold everything from their beginning.
    """
    connection.execute(
        select(campaign.c.id)
        .where(campaign.c.id == campaign_id)
        .with_for_update(key_share=True)
    )


def next_free(connection: Connection, campaign_id: int, count: int) -> int:
    """Return the first of `count` positions that nobody else is given, ever."""
    last: int = connection.scalars(
        update(campaign)
        .where(campaign.c.id == campaign_id)
        .values(last_position=campaign.c.last_position + count)
        .returning(campaign.c.last_position)
    ).one()
    return last - count + 1


def carried(connection: Connection, campaign_id: int) -> int:
    """Return the last position that a live edition carries, 0 where none does."""
    last = select(func.max(edition.c.upto)).where(
        edition.c.campaign_id == campaign_id,
        edition.c.mode == Mode.LIVE,
        or_(edition.c.state != "cancelled", edition.c.planned_at.is_not(None)),
    )
    return connection.scalar(last) or 0


def is_carried(position: int | None, upto: int) -> bool:
    """Whether an item at that position is in an edition, where they carry `upto`."""
    return position is not None and position <= upto
