"""Where a schedule, or a moment, stands in its campaign's log: what to begin behind."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
    true,
)

from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.store.base.asked_together import rows_of
from digest.store.base.indexed_copies import stands_in
from digest.store.base.tables import campaign, delivery, edition, item, schedule


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


def upto_before(
    connection: Connection, schedule_id: int, slot: datetime, mode: Mode
) -> int:
    """Return where the schedule's editions before `slot` have come to in the log.

    Those that count in `mode`, but for any of that mode whose copies are all owed:
    nobody has had it. Or where live editions begin, if that is later.
    """
    (row,) = rows_of(connection, furthest_before, schedule_id, slot, mode)
    return max(int(row.live_from), int(row.furthest or 0))


def furthest_before(
    _connection: Connection, schedule_id: int, slot: datetime, mode: Mode
) -> Select[Any]:
    """Return the question that `upto_before` asks, to be asked with others."""
    furthest = select(func.max(edition.c.upto)).where(
        edition.c.schedule_id == schedule_id,
        edition.c.slot < slot,
        edition.c.mode.in_(mode.counted),
        edition.c.state != EditionState.CANCELLED,
        not_(and_(edition.c.mode == mode, is_owed_to_all())),
    )
    return (
        select(campaign.c.live_from, furthest.scalar_subquery().label("furthest"))
        .join(schedule, schedule.c.campaign_id == campaign.c.id)
        .where(schedule.c.id == schedule_id)
    )


def is_owed_to_all() -> ColumnElement[bool]:
    """Return the condition that an edition's copies are owed, and none has left."""
    of_it = exists().where(delivery.c.edition_id == edition.c.id)
    is_owed = or_(delivery.c.owes, delivery.c.carried_by != delivery.c.edition_id)
    otherwise = [state for state in DeliveryState if state not in NEVER_LEFT]
    # The first copy that has left settles it: the few that have not come second.
    return and_(
        not_(of_it.where(delivery.c.state.in_(otherwise))),
        of_it.where(stands_in(NEVER_LEFT), is_owed),
    )


def gone_with(connection: Connection, campaign_id: int, position: int) -> int | None:
    """Return a live edition that carries the position and was approved, if any was."""
    matching = select(edition.c.id).where(
        edition.c.campaign_id == campaign_id,
        edition.c.upto >= position,
        edition.c.approved_at.is_not(None),
        edition.c.mode == Mode.LIVE,
    )
    return connection.scalar(matching.order_by(edition.c.id).limit(1))


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
