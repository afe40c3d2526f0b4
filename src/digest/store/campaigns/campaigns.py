"""Campaigns as applied, with the rows of their sources and schedules."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from digest.errors import NotFound, UnreadableError
from digest.model.campaigns.campaign import Campaign, Schedule
from digest.model.editions.mode import Mode
from digest.store.base.asked_together import Asked, Rows, rows_of
from digest.store.base.modes import mode_of
from digest.store.base.read_once import is_read_once, read_once
from digest.store.base.row_faults import read_each, read_each_of
from digest.store.base.tables import campaign as campaigns
from digest.store.base.tables import mailing_list, schedule
from digest.store.base.upsert import insert_new
from digest.store.campaigns import (
    file_versions,
    going_live,
    pauses,
    schedule_rows,
    source_rows,
)
from digest.store.campaigns.file_versions import CampaignFile, FileOrigin
from digest.store.staff.audit import Act, changes, record


@dataclass(frozen=True, slots=True)
class StoredCampaign:
    """A campaign with its row's id and whether somebody has paused it.

    One that `awaits_golive` has been rehearsed and may not be sent live yet; live
    slots before `live_since` do not count.
    """

    id: int
    campaign: Campaign
    paused_at: datetime | None
    awaits_golive: bool = False
    live_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule with its row's id; slots later than `slots_since` are to be settled.

    `former_names` are those that it had before it was renamed, `extra_slot` is a slot
    beside its times.
    """

    id: int
    schedule: Schedule
    slots_since: datetime
    former_names: tuple[str, ...] = ()
    extra_slot: datetime | None = None

    def closed_until(self, now: datetime) -> datetime:
        """Return up to which slot its editions have closed by now: open is the next."""
        return max(now + self.schedule.close, self.slots_since)


def apply(
    connection: Connection,
    file: CampaignFile,
    now: datetime,
    origin: FileOrigin = FileOrigin(),  # noqa: B008 - frozen
) -> StoredCampaign:
    """Make the database match the file; the same file twice changes nothing.

    What was not so before is a version of the file. Sources and schedules no longer
    in it are ended, never deleted; their readers move to the default schedule and keep
    their place in the log.
    """
    campaign = file.parsed()
    before = _file_before(connection, campaign.name)
    latest = _content(connection, campaign.name)
    content = file.content
    insert_new(
        connection,
        campaigns,
        [
            {
                "name": campaign.name,
                "file": content,
                "applied_at": now,
                "awaits_golive": going_live.is_closed(connection),
            }
        ],
        key=("name",),
    )
    connection.execute(
        update(campaigns)
        .where(campaigns.c.name == campaign.name)
        .values(file=content, applied_at=now)
    )
    stored = by_name(connection, campaign.name)
    _record_application(connection, stored, before, content, now)
    if latest != content:
        file_versions.add(connection, stored.id, content, origin, now)
    source_rows.apply(connection, stored.id, campaign.sources, now)
    was = CampaignFile(**before).parsed() if before else None
    schedule_rows.apply(connection, stored.id, campaign, was, now)
    insert_new(
        connection,
        mailing_list,
        [{"name": name, "created_at": now} for name in campaign.lists],
        key=("name",),
    )
    return stored


def by_name(connection: Connection, name: str) -> StoredCampaign:
    """Return the campaign called `name`.

    Raises NotFound listing those there are, and UnreadableError.
    """
    for stored in _all_at_once(connection):
        if stored.campaign.name == name:
            return stored
    readable, faults = _read_each(connection, campaigns.c.name == name)
    if faults:
        raise faults[0]
    if readable:
        return readable[0]
    names = connection.scalars(select(campaigns.c.name).order_by("name")).all()
    there = f"there are: {', '.join(names)}" if names else "none has been applied yet"
    raise NotFound(
        f'no campaign is called "{name}"; {there}. '
        "Add one with: digest campaign apply FILE.toml"
    )


def is_there(connection: Connection, name: str) -> bool:
    """Whether there is a campaign called `name`, readable or not."""
    rows = select(campaigns.c.id).where(campaigns.c.name == name)
    return connection.scalar(rows) is not None


def file_of(connection: Connection, name: str) -> CampaignFile:
    """Return the file of the campaign as it was applied last, even a faulty one.

    In a transaction that writes, nobody else applies another before its end. Raises
    NotFound listing the campaigns there are, and UnreadableError.
    """
    row = select(campaigns.c.id, campaigns.c.file).where(campaigns.c.name == name)
    readable, faults = read_each(
        connection,
        row.with_for_update(),
        campaigns.c.id,
        lambda row: CampaignFile(**row.file),
    )
    if not (readable or faults):
        by_name(connection, name)
    if not readable:
        _read(connection, min(faults))
    return readable[0]


def load(connection: Connection, campaign_id: int) -> Campaign:
    """Return the campaign of that row. Raises UnreadableError."""
    return _read(connection, campaign_id).campaign


def with_id(connection: Connection, campaign_id: int) -> StoredCampaign | None:
    """Return the campaign of that row, None for none. Raises UnreadableError."""
    readable, faults = _read_each(connection, campaigns.c.id == campaign_id)
    if faults:
        raise faults[0]
    return next(iter(readable), None)


def applied_at(connection: Connection, campaign_id: int) -> datetime:
    """Return when the campaign's file was last applied."""
    moment = select(campaigns.c.applied_at).where(campaigns.c.id == campaign_id)
    applied: datetime = connection.scalars(moment).one()
    return applied


def listed(connection: Connection) -> list[StoredCampaign]:
    """Return every campaign that can be read, by name; see `unreadable`."""
    return [*_every(connection)[0]]


def unreadable(connection: Connection) -> list[UnreadableError]:
    """Return which campaigns, and schedules of the others, cannot be read."""
    readable, faults = _every(connection)
    of_schedules = (_schedules_of(connection, stored)[1] for stored in readable)
    return [*faults, *chain.from_iterable(of_schedules)]


def pause(connection: Connection, campaign_id: int, now: datetime) -> bool:
    """Stop the campaign's timetable and sending; False where it is paused already."""
    paused = connection.execute(
        update(campaigns)
        .where(campaigns.c.id == campaign_id, campaigns.c.paused_at.is_(None))
        .values(paused_at=now)
    )
    if paused.rowcount:
        record(connection, Act(pauses.PAUSED, campaign_id), now)
    return paused.rowcount == 1


def resume(connection: Connection, campaign_id: int, now: datetime) -> bool:
    """Let a paused campaign go on; False where it is not paused."""
    since = connection.scalar(
        select(campaigns.c.paused_at).where(campaigns.c.id == campaign_id)
    )
    resumed = connection.execute(
        update(campaigns)
        .where(campaigns.c.id == campaign_id, campaigns.c.paused_at.is_not(None))
        .values(paused_at=None)
    )
    if resumed.rowcount:
        since_then = {"paused since": since}
        record(connection, Act(pauses.RESUMED, campaign_id, before=since_then), now)
    return resumed.rowcount == 1


def note_settled(connection: Connection, schedule_id: int, slot: datetime) -> None:
    """Note that every slot of the schedule up to that one has a live edition.

    Rehearsals settle nothing: what was rehearsed goes out live too.
    """
    if mode_of(connection) is not Mode.LIVE:
        return
    connection.execute(
        update(schedule)
        .where(schedule.c.id == schedule_id, schedule.c.slots_since < slot)
        .values(slots_since=slot)
    )


def schedules_of(connection: Connection, stored: StoredCampaign) -> list[ScheduleRow]:
    """Return the campaign's schedules that have not ended, in its file's order.

    Those that can be read; see `unreadable`.
    """
    return _schedules_of(connection, stored)[0]


def _every(
    connection: Connection,
) -> tuple[list[StoredCampaign], list[UnreadableError]]:
    ahead = partial(rows_of, connection, _rows)
    return read_once(
        connection, "campaigns", lambda: _read_each(connection, ahead=ahead)
    )


def _all_at_once(connection: Connection) -> list[StoredCampaign]:
    """Return every campaign, where looking for one among them costs nothing more."""
    return _every(connection)[0] if is_read_once(connection) else []


def _read(connection: Connection, campaign_id: int) -> StoredCampaign:
    for stored in _all_at_once(connection):
        if stored.id == campaign_id:
            return stored
    readable, faults = _read_each(connection, campaigns.c.id == campaign_id)
    if faults:
        raise faults[0]
    return readable[0]


def _read_each(
    connection: Connection,
    *which: ColumnElement[bool],
    ahead: Callable[[], Rows] | None = None,
) -> tuple[list[StoredCampaign], list[UnreadableError]]:
    rows = _rows(connection).where(*which)
    readable, faults = read_each(connection, rows, campaigns.c.id, _stored, ahead)
    readable.sort(key=lambda stored: stored.campaign.name)
    names = select(campaigns.c.name)
    return readable, [
        UnreadableError(
            f"The campaign {connection.scalar(names.where(campaigns.c.id == row_id))} "
            f"(row {row_id}) cannot be read, so nothing of it is gathered or sent: "
            f"{why}.",
            "Apply its file anew: digest campaign apply FILE.toml",
        )
        for row_id, why in faults.items()
    ]


def _schedules_of(
    connection: Connection, stored: StoredCampaign
) -> tuple[list[ScheduleRow], list[UnreadableError]]:
    places = {
        in_file.name: place for place, in_file in enumerate(stored.campaign.schedules)
    }

    def understood(row: Row[Any]) -> ScheduleRow:
        in_file = stored.campaign.schedules[places[row.name]]
        return ScheduleRow(
            row.id, in_file, row.slots_since, (*row.former_names,), row.extra_slot
        )

    readable, faults = read_each_of(
        connection,
        _schedule_rows,
        (schedule.c.campaign_id, stored.id),
        schedule.c.id,
        understood,
    )
    readable.sort(key=lambda row: places[row.schedule.name])
    name = stored.campaign.name
    return readable, [
        UnreadableError(
            f"{name}: one of its schedules (row {row_id}) cannot be read, so it makes "
            f"no editions: {why}.",
            "Apply the campaign's file anew: digest campaign apply FILE.toml",
        )
        for row_id, why in faults.items()
    ]


def _rows(_connection: Connection) -> Select[Any]:
    return select(campaigns)


def _schedule_rows(_connection: Connection) -> Select[Any]:
    return select(schedule).where(schedule.c.ended_at.is_(None))


# What is asked of every campaign and its schedules, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_rows,), (_schedule_rows,))


def _stored(row: Row[Any]) -> StoredCampaign:
    return StoredCampaign(
        row.id,
        CampaignFile(**row.file).parsed(),
        row.paused_at,
        row.awaits_golive,
        row.live_since,
    )


def _record_application(
    connection: Connection,
    stored: StoredCampaign,
    before: dict[str, str] | None,
    after: dict[str, str],
    now: datetime,
) -> None:
    if before == after:
        return
    act = Act(
        "applied the file of", stored.id, after={"file": CampaignFile(**after).mark}
    )
    if before is not None:
        was, settings = changes(_settings(before), _settings(after))
        act = replace(act, before=was, after=settings)
    record(connection, act, now)


def _content(connection: Connection, name: str) -> dict[str, str] | None:
    """Return what is stored as the file, whether it is a campaign or not.

    None where nothing is stored, or what is stored is damaged.
    """
    row = select(campaigns.c.file).where(campaigns.c.name == name)
    readable, _ = read_each(connection, row, campaigns.c.id, lambda row: dict(row.file))
    return readable[0] if readable else None


def _file_before(connection: Connection, name: str) -> dict[str, str] | None:
    """Return the file that was applied before; None where there is none to read."""
    row = select(campaigns.c.file).where(campaigns.c.name == name)

    def parsed(row: Row[Any]) -> dict[str, str]:
        CampaignFile(**row.file).parsed()
        return dict(row.file)

    readable, _ = read_each(connection, row, campaigns.c.id, parsed)
    return readable[0] if readable else None


def _settings(content: dict[str, str]) -> dict[str, Any]:
    """Return a campaign's settings by name, and a mark of its file as a whole."""
    campaign = CampaignFile(**content).parsed()
    schedules = [
        f"{row.name} {row.times} {row.times.zone}" for row in campaign.schedules
    ]
    parts = {
        "file": CampaignFile(**content).mark,
        "sources": [row.name for row in campaign.sources],
        "schedules": schedules,
    }
    return parts | {
        field.name: getattr(campaign, field.name)
        for field in fields(campaign)
        if field.name not in parts
    }
