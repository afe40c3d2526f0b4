"""A campaign's file that knows nothing of a later change: refused, at whatever door."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from digest.errors import CampaignFileError, NotFound, UnreadableError
from digest.model.staff_words import moment_in_words
from digest.store.campaigns import campaigns, file_places, file_versions
from digest.store.campaigns.file_versions import (
    CampaignFile,
    FileDoor,
    FileOrigin,
    FileVersion,
)

_DOORS = {FileDoor.FILE: "by another file", FileDoor.DESK: "at the desk"}


class OlderFileError(CampaignFileError):
    """Somebody has changed the campaign since the file was made; nothing was applied.

    `newer` is what was changed last, `text` is what the file would put in place of
    `current`. The message says who, when, and whether the file is known at all.
    """

    def __init__(
        self,
        name: str,
        newer: FileVersion,
        current: CampaignFile,
        text: str,
        made_from: int,
    ) -> None:
        when = moment_in_words(newer.applied_at, current.timezone)
        since = (
            f"after this file was made, from version {made_from}"
            if made_from
            else "and nothing says what this file was made from, for none was applied "
            "from this path"
        )
        super().__init__(
            f"{name} was changed {_DOORS[newer.origin.door]} by {newer.actor} "
            f"(version {newer.number}) on {when}, {since}: it would undo that. Take "
            f"what is now: digest campaign export {name} -o FILE, or say --replace to "
            "have the file all the same"
        )
        self.newer = newer
        self.current = current.text
        self.text = text


def place_of(path: Path, known_as: str) -> str:
    """Return what a file is known again by: its path, or a name given to it.

    Links are not followed, not even by which the shell came to the folder: a deployment
    may lead one to another folder every time.
    """
    whole = f"path {os.path.normpath(_folder() / path)}"  # not Path.resolve: see above
    if known_as:
        whole = f"name {known_as}"
    return hashlib.sha256(whole.encode(errors="surrogateescape")).hexdigest()


def _folder() -> Path:
    """Return the folder that we are in, by the way that the shell says it came."""
    by_shell, folder = Path(os.environ.get("PWD", "")), Path.cwd()
    with suppress(OSError):
        if by_shell.is_absolute() and by_shell.samefile(folder):
            return by_shell
    return folder


def refuse_older(
    connection: Connection, file: CampaignFile, origin: FileOrigin, place: str
) -> None:
    """Refuse a file that would undo a change that it knows nothing of.

    Raises OlderFileError.
    """
    name = file.parsed().name
    try:
        stored = campaigns.file_of(connection, name)
    except (NotFound, UnreadableError):
        return  # it is new, or the file is what mends it
    if (stored.text, stored.logo) == (file.text, file.logo):
        return
    made_from = file_places.knows_upto(connection, name, place, origin.base)
    [newer] = file_versions.listed(connection, name, 1)
    if made_from < newer.number:
        raise OlderFileError(name, newer, stored, file.text, made_from)
