"""Where a schedule, or a moment, stands in its campaign's log: what to begin behind."""

from datetime import datetime

from sqlalchemy import Connection, func, not_, or_, select, true

from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.store.base.tables import campaign, edition, item, schedule
from digest.store.editions.editions import is_owed_to_all


def standings(
    connection: Connection,
    campaign_id: int,
    mode: Mode,
    before: int | None = None,
    *,
    owed_lies_ahead: bool = True,
) -> dict[int, int]:
    """Return how far in the log each schedule of the campaign has come, by its id.

    That is as far as its planned editions carry; or where the campaign's others
    stood when it began, or had its last slot that it made nothing of: whichever is
    further. What a waiting edition holds still lies ahead, for it may be cancelled
    or go to newcomers too; so does what all of its readers are owed again, where
    `owed_lies_ahead`. `before` an edition: as they stood without it and those after.
    """
    is_earlier = true() if before is None else edition.c.id < before
    empty = edition.alias()
    last_empty_slot = (
        select(func.max(empty.c.ended_at))
        .where(
            empty.c.schedule_id == schedule.c.id,
            empty.c.mode == mode,
            empty.c.state == EditionState.SKIPPED,
        )
        .scalar_subquery()
    )
    reached = (
        select(func.max(edition.c.upto))
        .where(
            edition.c.campaign_id == schedule.c.campaign_id,
            edition.c.mode == mode,
            edition.c.planned_at.is_not(None),
            edition.c.state != EditionState.CANCELLED,
            is_earlier,
            not_(is_owed_to_all()) if owed_lies_ahead else true(),
            or_(
                edition.c.schedule_id == schedule.c.id,
                edition.c.planned_at < schedule.c.began_at,
                edition.c.planned_at <= last_empty_slot,
            ),
        )
        .scalar_subquery()
    )
    rows = connection.execute(
        select(schedule.c.id, reached.label("reached"), campaign.c.live_from)
        .join(campaign, campaign.c.id == schedule.c.campaign_id)
        .where(schedule.c.campaign_id == campaign_id)
    )
    return {row.id: max(row.reached or 0, row.live_from) for row in rows}


def released_before(connection: Connection, campaign_id: int, moment: datetime) -> int:
    """Return the last position up to which all had been released before that moment."""
    later = select(func.min(item.c.position)).where(
        item.c.campaign_id == campaign_id,
        item.c.position.is_not(None),
        item.c.released_at >= moment,
    )
    first: int | None = connection.scalar(later)
    if first is not None:
        return first - 1
    last = select(campaign.c.last_position).where(campaign.c.id == campaign_id)
    position: int = connection.scalars(last).one()
    return position
