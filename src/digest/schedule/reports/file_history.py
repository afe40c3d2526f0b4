"""The history of a campaign's file: who changed what of it, when, and through what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.errors import CampaignFileError
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.versions.changed_parts import changed_parts
from digest.store.campaigns import campaigns, file_versions
from digest.store.campaigns.file_versions import CampaignFile, FileDoor, FileVersion

_WAYS = {FileDoor.FILE: "a file", FileDoor.DESK: "the desk"}


@dataclass(frozen=True, slots=True)
class FileChange:
    """One version: since when, by whom, through what, and what it changed, in words."""

    number: int
    at: datetime
    actor: str
    way: str
    change: str


def history_of(
    connection: Connection, name: str, limit: int, *, before: int | None = None
) -> list[FileChange]:
    """Return the versions of that campaign's file, the newest first.

    Raises NotFound listing the campaigns there are.
    """
    campaigns.file_of(connection, name)
    # One more than asked for: what the oldest changed is told by the one before it.
    versions = file_versions.listed(connection, name, limit + 1, before=before)
    formers = [*versions[1:], None]
    pairs = zip(versions, formers, strict=True)
    return [_change(version, former) for version, former in pairs][:limit]


def change_of(
    connection: Connection, name: str, number: int
) -> tuple[str, CampaignFile]:
    """Return the text before that version, "" before the first, and its file.

    Raises NotFound saying which versions there are.
    """
    version = file_versions.numbered(connection, name, number)
    former = file_versions.listed(connection, name, 1, before=number)
    return former[0].file.text if former else "", version.file


def _change(version: FileVersion, former: FileVersion | None) -> FileChange:
    after = _campaign(version.file)
    was = _campaign(former.file) if former else None
    if after is None or (former and was is None):
        words = "not to be read by this version of the program"
    else:
        words = ", ".join(changed_parts(was, after))
    return FileChange(
        version.number,
        version.applied_at,
        version.actor,
        _WAYS[version.origin.door],
        words,
    )


def _campaign(file: CampaignFile) -> Campaign | None:
    try:
        return file.parsed()
    except CampaignFileError:
        return None
