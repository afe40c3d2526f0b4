"""Where a schedule stands in its campaign's log: what a newcomer begins behind."""

from sqlalchemy import Connection, func, or_, select

from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.store.base.tables import campaign, edition, schedule


def standings(connection: Connection, campaign_id: int, mode: Mode) -> dict[int, int]:
    """Return how far in the log each schedule of the campaign has come, by its id.

    That is as far as its planned editions carry; or where the campaign's others
    stood when it began, or had its last slot that it made nothing of: whichever is
    further. What a waiting edition holds still lies ahead, for it may be cancelled
    or go to newcomers too.
    """
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
