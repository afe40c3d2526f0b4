"""Whether a database goes on where it had come to, judged by a mark outside it.

A file in the data folder says how far the database had come when something last
left, and a PostgreSQL server says which one it is. A database that was restored,
copied or moved does not agree with them, however young it is.
"""

from dataclasses import dataclass

# After a person has said resume, generations go on from the next multiple: a mark on
# another machine, from before the restore, is then behind and not ahead.
STRIDE = 1_000_000_000

OLDER = (
    "the database is older than the mark in its data folder: it was restored from a "
    "backup"
)
OTHER = "the mark in the data folder is another database's"
MISSING = (
    "the mark is missing from the data folder: the database was copied or moved here"
)
COPIED = "the data folder was copied, moved or restored"
UNREADABLE = "the mark in the data folder cannot be read"
ANOTHER_SERVER = (
    "the PostgreSQL server is another, or has been restored: the database was moved"
)
ANOTHER_TIMELINE = (
    "the PostgreSQL server was restored to an earlier moment, or a standby took over"
)
ANOTHER_DATABASE = "the PostgreSQL database was made anew: it was restored or copied"


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """Which PostgreSQL database this is; None is what our role may not ask."""

    database: str | None
    system: str | None = None
    timeline: str | None = None

    def departs_from(self, before: "ServerIdentity") -> str | None:
        """Return what is another than before, in words, or None."""
        for words, now, then in (
            (ANOTHER_SERVER, self.system, before.system),
            (ANOTHER_DATABASE, self.database, before.database),
            (ANOTHER_TIMELINE, self.timeline, before.timeline),
        ):
            if now is not None and then is not None and now != then:
                return words
        return None

    def completed_by(self, before: "ServerIdentity | None") -> "ServerIdentity":
        """Return it with what was known before and may not be asked any more."""
        if before is None:
            return self
        return ServerIdentity(
            self.database or before.database,
            self.system or before.system,
            self.timeline or before.timeline,
        )


@dataclass(frozen=True, slots=True)
class DatabaseMark:
    """What a database says of itself: which it is, and how far it has come.

    `generation` grows with every hand-over; `server` is where it was then.
    """

    database_id: str
    generation: int
    server: ServerIdentity | None = None


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What a copy of a file does not share, and neither chown nor a reboot changes.

    Its number on its disk, how often that number was given (None where the disk does
    not tell), and when it was written, in whole seconds.
    """

    inode: int
    version: int | None
    modified: int

    def is_that_of(self, other: "FileIdentity") -> bool:
        """Whether both are of one file, as far as both tell."""
        is_comparable = self.version is not None and other.version is not None
        return (self.inode, self.modified) == (other.inode, other.modified) and (
            self.version == other.version or not is_comparable
        )


@dataclass(frozen=True, slots=True)
class FileMark:
    """The mark as it is in the data folder.

    `stated` is what it says of itself, `actual` what it is. Without a database's id it
    could not be read.
    """

    database_id: str
    generation: int
    stated: FileIdentity
    actual: FileIdentity


def departure(
    database: DatabaseMark,
    file: FileMark | None,
    server: ServerIdentity | None,
    *,
    is_alone: bool,
) -> str | None:
    """Return why the database does not go on where it had come to, or None.

    `is_alone` says that one machine has it, so that its mark has to be there once
    anything has been handed over. A mark that is behind is as it should be: it is
    written after the database, and other machines hand over too.
    """
    if server and database.server and (why := server.departs_from(database.server)):
        return why
    if file is None:
        return MISSING if is_alone and database.generation else None
    if not file.stated.is_that_of(file.actual):
        return COPIED if file.database_id else UNREADABLE
    if file.database_id != database.database_id:
        return OTHER
    return OLDER if file.generation > database.generation else None


def generation_after_resume(database: int, file: int) -> int:
    """Return the generation from which a database that was held goes on."""
    return (max(database, file) // STRIDE + 1) * STRIDE
