"""The schedules of a campaign in the database, as its file has them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from digest.model.campaigns.campaign import Campaign, Schedule
from digest.store.base.row_faults import read_each
from digest.store.base.tables import campaign as campaigns
from digest.store.base.tables import reader, schedule
from digest.store.base.upsert import insert_new
from digest.store.staff.audit import Act, record


def apply(
    connection: Connection, campaign_id: int, campaign: Campaign, now: datetime
) -> None:
    """Make the rows match the file: new, changed, renamed or ended, never deleted.

    One that was renamed keeps its readers and its editions. The readers of one that
    has ended move to the default schedule and keep their place in the log.
    """
    for in_file in campaign.schedules:
        if in_file.renamed_from:
            _rename(connection, campaign_id, in_file, now)
    connection.execute(
        update(schedule)
        .where(
            schedule.c.campaign_id == campaign_id,
            schedule.c.name.not_in([in_file.name for in_file in campaign.schedules]),
            schedule.c.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    rows = select(schedule).where(schedule.c.campaign_id == campaign_id)
    _, damaged = read_each(connection, rows, schedule.c.id, tuple)
    for in_file in campaign.schedules:
        timetable = in_file.times.mark
        row = {"campaign_id": campaign_id, "name": in_file.name, "began_at": now}
        insert_new(
            connection,
            schedule,
            [row | {"slots_since": now, "timetable": timetable}],
            key=("campaign_id", "name"),
        )
        is_this = (schedule.c.campaign_id == campaign_id) & (
            schedule.c.name == in_file.name
        )
        connection.execute(
            update(schedule)
            .where(is_this, schedule.c.ended_at.is_not(None))
            .values(slots_since=now, began_at=now, ended_at=None)
        )
        has_changed = schedule.c.timetable != timetable
        connection.execute(
            update(schedule)
            .where(is_this, has_changed | schedule.c.id.in_(damaged))
            .values(slots_since=now, timetable=timetable)
        )
    _move_stranded_readers(connection, campaign_id, campaign)


def readers_of_each(connection: Connection, name: str) -> Mapping[str, int]:
    """Return how many readers each schedule of that campaign has that has not ended."""
    count = (
        select(func.count())
        .where(reader.c.schedule_id == schedule.c.id)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(schedule.c.name, count.label("readers"))
        .join(campaigns, campaigns.c.id == schedule.c.campaign_id)
        .where(campaigns.c.name == name, schedule.c.ended_at.is_(None))
        .order_by(schedule.c.id)
    )
    return {row.name: row.readers for row in rows}


def _rename(
    connection: Connection, campaign_id: int, in_file: Schedule, now: datetime
) -> None:
    rows = {row.name: row for row in _rows(connection, campaign_id)}
    former, current = rows.get(in_file.renamed_from), rows.get(in_file.name)
    if former is None or former.has_ended:
        return  # it has been renamed, or never was
    names = [*former.former_names, former.name]
    if current is None:
        values: dict[str, Any] = {"name": in_file.name, "former_names": names}
        connection.execute(
            update(schedule).where(schedule.c.id == former.id).values(values)
        )
    else:
        # There was one of that name: it takes in the readers of the other.
        names = [*current.former_names, *names]
        connection.execute(
            update(schedule)
            .where(schedule.c.id == current.id)
            .values(former_names=names)
        )
        connection.execute(
            update(reader)
            .where(reader.c.schedule_id == former.id)
            .values(schedule_id=current.id)
        )
    act = Act(
        "renamed",
        campaign_id,
        subject=f"schedule {former.id}",
        before={"name": former.name},
        after={"name": in_file.name},
    )
    record(connection, act, now)


def _rows(connection: Connection, campaign_id: int) -> Sequence[Row[Any]]:
    return connection.execute(
        select(
            schedule.c.id,
            schedule.c.name,
            schedule.c.former_names,
            schedule.c.ended_at.is_not(None).label("has_ended"),
        ).where(schedule.c.campaign_id == campaign_id)
    ).all()


def _move_stranded_readers(
    connection: Connection, campaign_id: int, campaign: Campaign
) -> None:
    default = next(
        (in_file.name for in_file in campaign.schedules if in_file.default),
        campaign.schedules[0].name,
    )
    ended = select(schedule.c.id).where(
        schedule.c.campaign_id == campaign_id, schedule.c.ended_at.is_not(None)
    )
    home = select(schedule.c.id).where(
        schedule.c.campaign_id == campaign_id, schedule.c.name == default
    )
    connection.execute(
        update(reader)
        .where(reader.c.schedule_id.in_(ended))
        .values(schedule_id=home.scalar_subquery())
    )
