"""A campaign's file, and every version of it: what it said, since when, by whom."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from digest.errors import NotFound
from digest.model.campaigns import campaign_file
from digest.model.campaigns.campaign import Campaign
from digest.model.logo import copy_from
from digest.store import limits
from digest.store.base.tables import campaign, campaign_version
from digest.store.staff.audit import ACTOR, PROGRAM


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """A campaign file as it was read, and what is needed to read it again.

    `logo` is our copy of the picture that it names, "" where there is none.
    """

    text: str
    timezone: str
    folder: str
    logo: str = ""

    def parsed(self) -> Campaign:
        """Return the campaign. Raises CampaignFileError naming every fault."""
        return _parsed(self)

    def parsed_anew(self, reserved: Mapping[str, Collection[str]]) -> Campaign:
        """Return what `parsed` does, unless a name in it is one of those reserved.

        Raises CampaignFileError naming every fault, that one among them.
        """
        campaign_file.parse(self.text, self.timezone, PurePath(self.folder), reserved)
        return self.parsed()

    @property
    def mark(self) -> str:
        """What the file as a whole is known again by."""
        whole = f"{self.text}\0{self.logo}" if self.logo else self.text
        return hashlib.sha256(whole.encode()).hexdigest()[:12]

    @property
    def content(self) -> dict[str, str]:
        """What is stored of it: all but a logo that it has not."""
        content: dict[str, str] = asdict(self)
        if not self.logo:
            del content["logo"]
        return content


# Read from its row at every look, page and copy; it changes with the file alone.
@lru_cache(maxsize=256)
def _parsed(file: CampaignFile) -> Campaign:
    campaign = campaign_file.parse(file.text, file.timezone, PurePath(file.folder))
    if campaign.logo is None:
        return campaign
    return replace(campaign, logo=replace(campaign.logo, copy=copy_from(file.logo)))


class FileDoor(StrEnum):
    """By which way a version came: a file that a command read, or a page."""

    FILE = "file"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """Where a version comes from: its door, and the mark of what it was made from.

    `base` is "" where a file does not say what it was made from.
    """

    door: FileDoor = FileDoor.FILE
    base: str = ""


@dataclass(frozen=True, slots=True)
class FileVersion:
    """What a campaign's file said from `applied_at` on, until the version after it."""

    number: int
    file: CampaignFile
    applied_at: datetime
    actor: str
    origin: FileOrigin


def add(
    connection: Connection,
    campaign_id: int,
    content: Mapping[str, str],
    origin: FileOrigin,
    now: datetime,
) -> None:
    """Write down a version, of whom the connection acts for."""
    newest = (
        select(func.coalesce(func.max(campaign_version.c.number), 0))
        .where(campaign_version.c.campaign_id == campaign_id)
        .scalar_subquery()
    )
    actor = connection.get_execution_options().get(ACTOR, PROGRAM)
    connection.execute(
        insert(campaign_version).values(
            campaign_id=campaign_id,
            number=newest + 1,
            file=dict(content),
            mark=CampaignFile(**content).mark,
            applied_at=now,
            actor=actor[: limits.ACTOR_LENGTH],
            door=origin.door,
            base=origin.base,
        )
    )


def listed(
    connection: Connection, name: str, limit: int, *, before: int | None = None
) -> list[FileVersion]:
    """Return the versions of that campaign's file, the newest first.

    Those whose numbers are less than `before`, where that is given.
    """
    rows = _of(name).order_by(campaign_version.c.number.desc()).limit(limit)
    if before is not None:
        rows = rows.where(campaign_version.c.number < before)
    return [_version(row) for row in connection.execute(rows)]


def marked(connection: Connection, name: str, mark: str) -> FileVersion | None:
    """Return the newest version of that campaign's file that has that mark."""
    row = connection.execute(
        _of(name)
        .where(campaign_version.c.mark == mark)
        .order_by(campaign_version.c.number.desc())
        .limit(1)
    ).one_or_none()
    return _version(row) if row else None


def numbered(connection: Connection, name: str, number: int) -> FileVersion:
    """Return that version. Raises NotFound saying which there are."""
    row = connection.execute(
        _of(name).where(campaign_version.c.number == number)
    ).one_or_none()
    if row is not None:
        return _version(row)
    newest = connection.scalar(
        select(func.max(campaign_version.c.number))
        .join(campaign, campaign.c.id == campaign_version.c.campaign_id)
        .where(campaign.c.name == name)
    )
    there = f"they go from 1 to {newest}" if newest else "it has none"
    raise NotFound(
        f"the file of {name} has no version {number}; {there}: "
        f"digest campaign history {name}"
    )


def _of(name: str) -> Select[Any]:
    return (
        select(campaign_version)
        .join(campaign, campaign.c.id == campaign_version.c.campaign_id)
        .where(campaign.c.name == name)
    )


def _version(row: Row[Any]) -> FileVersion:
    return FileVersion(
        row.number,
        CampaignFile(**row.file),
        row.applied_at,
        row.actor,
        FileOrigin(FileDoor(row.door), row.base),
    )
