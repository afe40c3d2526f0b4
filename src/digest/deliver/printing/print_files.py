"""A print batch's files: whole or not there at all, and for their owner's eyes only."""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from digest.errors import DigestError

# Of a file that has no name until it is published: a process that is killed leaves
# nothing of it, least of all addresses. Not every file system has such files.
_NAMELESS = getattr(os, "O_TMPFILE", 0)
_HAS_NONE = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}


class StagedFiles:
    """Files written in full in `folder`, without the names that they are to have."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handles: dict[str, int] = {}
        self._named: dict[str, Path] = {}

    def write(self, what: str, content: bytes) -> None:
        """Write one of them, and have it on the disk. Raises OSError."""
        handle = self._opened(what)
        self._handles[what] = handle
        fcntl.flock(handle, fcntl.LOCK_EX)
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)

    def publish(self, names: Mapping[str, Path]) -> None:
        """Give each file its name at once, in place of an older one."""
        for what, path in names.items():
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                if what not in self._named:
                    part = self._part(what)
                    # Given a folder, Python follows the link to the file itself.
                    source = f"/proc/self/fd/{self._handles[what]}"
                    os.link(source, part.name, dst_dir_fd=folder)
                    self._named[what] = part
                self._named.pop(what).rename(path)
                os.fsync(folder)
            finally:
                os.close(folder)

    def close(self) -> None:
        """Remove what was not published."""
        for handle in self._handles.values():
            os.close(handle)
        for path in self._named.values():
            path.unlink(missing_ok=True)

    def _opened(self, what: str) -> int:
        if _NAMELESS and Path("/proc/self/fd").is_dir():
            try:
                return os.open(self._folder, os.O_WRONLY | _NAMELESS, 0o600)
            except OSError as problem:
                if problem.errno not in _HAS_NONE:
                    raise
        part = self._part(what)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._named[what] = part
        return handle

    def _part(self, what: str) -> Path:
        return self._folder / f".{what}-{secrets.token_hex(4)}.part"


@contextmanager
def staged(folder: Path, contents: Mapping[str, bytes]) -> Iterator[StagedFiles]:
    """Write the contents into `folder` and yield them, ready to be published.

    What is not published is removed. Raises DigestError where the folder
    cannot be written.
    """
    try:
        _prepare(folder)
        files = StagedFiles(folder)
        try:
            for what, content in contents.items():
                files.write(what, content)
            yield files
        finally:
            files.close()
    except OSError as problem:
        raise DigestError(
            f"the folder for letters, {folder}, cannot be written "
            f"({problem.strerror}): look at its owner, its mode and the disk, "
            "then make the batch again"
        ) from problem


def sweep(folder: Path) -> None:
    """Clear away what processes that were killed left anywhere in the folder."""
    with suppress(OSError):
        for path in folder.rglob(".*.part"):
            if not _is_being_written(path):
                path.unlink(missing_ok=True)


def _prepare(folder: Path) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    sweep(folder)


def _is_being_written(path: Path) -> bool:
    """Whether a process that is there has the file in hand: it holds its lock."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
