"""The mark beside the database: a small file in the data folder.

It is written anew, never changed in place, and says of itself which file it is: so
that a copy of it, or one that a backup has brought back, can be told from it.
"""

import fcntl
import json
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.errors import StoreError
from digest.model.delivery.marks import FileIdentity, FileMark

NAME, LOCK_NAME = "handover-mark", "handover-mark.lock"
_ABOUT = (
    "How far the database of this folder has come. Digest writes it; leave it out of "
    "backups, and do not change or copy it."
)
_FOLDER = "mark folder"
# linux/fs.h: FS_IOC_GETVERSION, which is another each time a number is given anew.
_GET_VERSION = 0x80087601
_LONG = struct.Struct("l")


def beside(engine: Engine, folder: Path) -> Engine:
    """Return the engine for a database whose mark is in that folder."""
    return engine.execution_options(**{_FOLDER: folder})


def folder_of(connection: Connection) -> Path | None:
    """Return where the database's mark is; None for one that has none."""
    return connection.get_execution_options().get(_FOLDER)


def read(folder: Path) -> FileMark | None:
    """Return the mark in that folder, or None where none is. Raises StoreError."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            actual, content = _identity(file.fileno()), file.read()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise _unusable(path, problem) from problem
    try:
        facts = json.loads(content)
        stated = FileIdentity(facts["inode"], facts["version"], facts["modified"])
        return FileMark(
            str(facts["database"]), int(facts["generation"]), stated, actual
        )
    except (ValueError, TypeError, LookupError):
        return FileMark("", 0, FileIdentity(0, None, 0), actual)


def write(
    folder: Path, database_id: str, generation: int, *, anew: bool = False
) -> None:
    """Have the mark say so, on the disk, before this returns. Raises StoreError.

    One that says more already, written by another process, stays; but not where a
    person has said that it is to be made `anew`.
    """
    path = folder / NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder):
            before = read(folder)
            is_ahead = (
                before is not None
                and before.stated.is_that_of(before.actual)
                and before.database_id == database_id
                and before.generation >= generation
            )
            if anew or not is_ahead:
                _replace(path, database_id, generation)
    except OSError as problem:
        raise _unusable(path, problem) from problem


def _replace(path: Path, database_id: str, generation: int) -> None:
    new = path.with_name(f"{NAME}.new")
    with suppress(FileNotFoundError):
        new.unlink()
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        # Even: the coarsest of disks keep every other second.
        modified = int(time.time()) // 2 * 2
        which = _identity(file.fileno())
        facts = {
            "about": _ABOUT,
            "database": database_id,
            "generation": generation,
            "inode": which.inode,
            "version": which.version,
            "modified": modified,
        }
        file.write(json.dumps(facts, indent=1).encode() + b"\n")
        file.flush()
        os.utime(file.fileno(), (modified, modified))
        os.fsync(file.fileno())
    new.rename(path)
    _sync_folder(path.parent)


def _identity(file: int) -> FileIdentity:
    stat = os.fstat(file)
    return FileIdentity(stat.st_ino, _version(file), int(stat.st_mtime))


def _version(file: int) -> int | None:
    """Return which use of its inode number this is, where the file system tells."""
    try:
        answer = fcntl.ioctl(file, _GET_VERSION, bytes(_LONG.size))
    except OSError:
        return None
    number: int = _LONG.unpack(answer)[0]
    return number & 0xFFFF_FFFF


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time write: the last to commit need not be last here."""
    handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _unusable(path: Path, problem: OSError) -> StoreError:
    return StoreError(
        f"{path}, which keeps a restored database from sending again, cannot be kept: "
        f"{problem.strerror}; nothing is sent until it can: look at its folder's "
        "owner, mode and free space"
    )
