"""Positions in a campaign's log: given under its lock, and how far editions carry."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import BigId, campaign, edition, item


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


def last(connection: Connection, campaign_id: int) -> int:
    """Return the last position that was given, 0 where none was."""
    positions = select(campaign.c.last_position).where(campaign.c.id == campaign_id)
    position: int = connection.scalars(positions).one()
    return position


def before(
    connection: Connection,
    campaign_id: int,
    at: datetime,
    restored_at: datetime | None = None,
) -> int:
    """Return the last position up to which everything was released before `at`.

    What came in anew after a restore, at `restored_at`, counts from the day it was
    published, where that is known: it may have been here before.
    """
    later = (
        select(item.c.position, item.c.released_at, item.c.content)
        .where(
            item.c.campaign_id == campaign_id,
            item.c.position.is_not(None),
            item.c.released_at >= at,
        )
        .order_by(item.c.position)
    )
    for row in connection.execute(later):
        if _since(row, restored_at) >= at:
            position: int = row.position - 1
            return position
    return last(connection, campaign_id)


def sort_anew(connection: Connection, campaign_id: int, restored_at: datetime) -> None:
    """Have what came in anew after a restore stand in the order of its days.

    It came in source by source, so that nothing told how far the log had gone at an
    hour that the database has lost. Only what no edition carries is moved.
    """
    lock(connection, campaign_id)
    carried = select(func.coalesce(func.max(edition.c.upto), 0)).where(
        edition.c.campaign_id == campaign_id
    )
    anew = (
        select(item.c.id, item.c.position, item.c.released_at, item.c.content)
        .where(
            item.c.campaign_id == campaign_id,
            item.c.position > carried.scalar_subquery(),
            item.c.released_at >= restored_at,
        )
        .order_by(item.c.position)
    )
    rows = connection.execute(anew).all()
    in_order = sorted(rows, key=lambda row: _since(row, restored_at))
    moves = [
        {"who": row.id, "to": place.position}
        for row, place in zip(in_order, rows, strict=True)
        if row.id != place.id
    ]
    if not moves:
        return
    # No two may have one position, not even in between.
    set_position = update(item).where(item.c.id == bindparam("who"))
    set_position = set_position.values(position=bindparam("to", type_=BigId))
    aside = [each | {"to": -each["to"]} for each in moves]
    connection.execute(set_position, aside)
    connection.execute(set_position, moves)


def _since(row: Row[*tuple[Any, ...]], restored_at: datetime | None) -> datetime:
    """Return since when an item of the log is held to have been released."""
    since: datetime = row.released_at
    if restored_at is not None and since >= restored_at:
        since = min(since, _published(row.content) or since)
    return since


def _published(content: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(content["published"]["at"])
    except (ValueError, TypeError, LookupError):
        return None
    return at if at.tzinfo else None


def carried(connection: Connection, campaign_id: int) -> int:
    """Return the last position that a live edition carries, 0 where none does.

    One that a person said readers have had is carried too: a restored backup knows of
    no edition with it.
    """
    return carried_of_each(connection).get(campaign_id, 0)


def carried_of_each(connection: Connection) -> dict[int, int]:
    """Return the same of every campaign, by its id."""
    return {row[0]: max(row[1], row[2] or 0) for row in rows_of(connection, _carried)}


# Which editions of a campaign carry what is in them.
_IS_CARRIED = and_(
    edition.c.campaign_id == campaign.c.id,
    edition.c.mode == Mode.LIVE,
    or_(edition.c.state != "cancelled", edition.c.planned_at.is_not(None)),
)


def _carried(_connection: Connection) -> Select[Any]:
    return _uptos(_IS_CARRIED)


def _uptos(which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(campaign.c.id, campaign.c.had_upto, func.max(edition.c.upto))
        .outerjoin(edition, which)
        .group_by(campaign.c.id, campaign.c.had_upto)
    )


def announced_upto(connection: Connection, campaign_id: int) -> int:
    """Return the last position that a live edition tells of, 0 where none does.

    One that is frozen waits for a person, and tells nobody yet.
    """
    is_let_go = _IS_CARRIED & (edition.c.state != EditionState.FROZEN)
    of_campaign = _uptos(is_let_go).where(campaign.c.id == campaign_id)
    _, had_upto, upto = connection.execute(of_campaign).one()
    return max(int(had_upto), upto or 0)


# What is asked of how far editions carry, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_carried,),)


def is_carried(position: int | None, upto: int) -> bool:
    """Whether an item at that position is in an edition, where they carry `upto`."""
    return position is not None and position <= upto
