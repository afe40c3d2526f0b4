"""The schedules of a campaign in the database, as its file has them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from digest.model.campaigns.campaign import Campaign, Schedule
from digest.model.campaigns.campaign_slots import (
    last_slot,
    loses_its_slot,
    settled_by_change,
)
from digest.model.editions.mode import Mode
from digest.store.base.modes import mode_of
from digest.store.base.row_faults import read_each
from digest.store.base.tables import campaign as campaigns
from digest.store.base.tables import reader, schedule
from digest.store.base.upsert import insert_new
from digest.store.staff.audit import Act, record


def apply(
    connection: Connection,
    campaign_id: int,
    campaign: Campaign,
    before: Campaign | None,
    now: datetime,
) -> None:
    """Make the rows match the file: new, changed, renamed or ended, never deleted.

    One that was renamed keeps its readers and its editions. The readers of one that
    has ended move to the default schedule and keep their place in the log. `before`
    is the file that was applied last.
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
        if before:
            _note_extra_slot(connection, is_this, (before, campaign), in_file, now)
        has_changed = schedule.c.timetable != timetable
        settled = _settled(connection, is_this)
        since = settled_by_change(campaign, in_file, settled, now) if settled else now
        connection.execute(
            update(schedule)
            .where(is_this, has_changed | schedule.c.id.in_(damaged))
            .values(slots_since=since, timetable=timetable)
        )
    _move_stranded_readers(connection, campaign_id, campaign)


def lock(connection: Connection, schedule_id: int) -> None:
    """Let nobody else who asks open an edition of it before the transaction ends."""
    row = select(schedule.c.id).where(schedule.c.id == schedule_id)
    connection.execute(row.with_for_update())


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


def extra_slots(connection: Connection, name: str) -> Mapping[str, datetime]:
    """Return the slots beside its times that each schedule of that campaign has."""
    rows = connection.execute(
        select(schedule.c.name, schedule.c.extra_slot)
        .join(campaigns, campaigns.c.id == schedule.c.campaign_id)
        .where(campaigns.c.name == name, schedule.c.extra_slot.is_not(None))
    )
    return {row.name: row.extra_slot for row in rows}


def foreseen_slots(
    connection: Connection, before: Campaign, campaign: Campaign, now: datetime
) -> Mapping[str, datetime]:
    """Return the slots that `extra_slots` would, had the file been changed so now."""
    there = extra_slots(connection, before.name)
    of_campaign = select(campaigns.c.id).where(campaigns.c.name == before.name)
    foreseen = dict[str, datetime]()
    for in_file in campaign.schedules:
        names = (in_file.name, in_file.renamed_from)
        is_this = (
            schedule.c.campaign_id == of_campaign.scalar_subquery()
        ) & schedule.c.name.in_(names)
        stays = next((there[name] for name in names if name in there), None)
        change = _extra_slot(connection, is_this, (before, campaign), in_file, now)
        if slot := change.get("extra_slot", stays):
            foreseen[in_file.name] = slot
    return foreseen


def _note_extra_slot(
    connection: Connection,
    is_this: ColumnElement[bool],
    files: tuple[Campaign, Campaign],
    in_file: Schedule,
    now: datetime,
) -> None:
    """Give a schedule a slot at once where a change of the file left it without one."""
    if values := _extra_slot(connection, is_this, files, in_file, now):
        connection.execute(update(schedule).where(is_this).values(values))


def _extra_slot(
    connection: Connection,
    is_this: ColumnElement[bool],
    files: tuple[Campaign, Campaign],
    in_file: Schedule,
    now: datetime,
) -> dict[str, datetime | None]:
    """Return what becomes of a schedule's extra slot by a change of the file."""
    before, campaign = files
    names = (in_file.name, in_file.renamed_from)
    former = next((row for row in before.schedules if row.name in names), None)
    if former is None or (former, before) == (in_file, campaign):
        return {}
    settled = _settled(connection, is_this)
    if settled is None:
        return {}
    if loses_its_slot((before, former), (campaign, in_file), settled, now):
        is_live = mode_of(connection) is Mode.LIVE
        # Somebody may have meant otherwise: so long it can be put right.
        wait = campaign.holds_back(is_live=is_live, by_person=True)
        return {"extra_slot": now + max(wait, timedelta(seconds=1))}
    last_at = last_slot(campaign, in_file)
    return {"extra_slot": None} if last_at is None or last_at > now else {}


def _settled(connection: Connection, is_this: ColumnElement[bool]) -> datetime | None:
    """Return up to when its slots have editions; None where that cannot be read."""
    rows = select(schedule.c.id, schedule.c.slots_since).where(is_this)
    readable, _ = read_each(connection, rows, schedule.c.id, tuple)
    return readable[0][1] if readable else None


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
