"""A print batch's files: whole or not there at all, and for their owner's eyes only."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from digest.errors import DigestError

_A_DAY = 24 * 60 * 60


class StagedFiles:
    """Files written in full beside the names that they are to have."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths

    def publish(self, names: Mapping[str, Path]) -> None:
        """Give each file its name at once, in place of an older one."""
        for what, path in names.items():
            self._paths[what].rename(path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


@contextmanager
def staged(folder: Path, contents: Mapping[str, bytes]) -> Iterator[StagedFiles]:
    """Write the contents into `folder` and yield them, ready to be published.

    What is not published is removed. Raises DigestError where the folder
    cannot be written.
    """
    try:
        _prepare(folder)
        mark = secrets.token_hex(4)
        paths = {what: folder / f".{what}-{mark}.part" for what in contents}
        try:
            for what, content in contents.items():
                handle = os.open(
                    paths[what], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600
                )
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            yield StagedFiles(paths)
        finally:
            for path in paths.values():
                path.unlink(missing_ok=True)
    except OSError as problem:
        raise DigestError(
            f"the folder for letters, {folder}, cannot be written "
            f"({problem.strerror}): look at its owner, its mode and the disk, "
            "then make the batch again"
        ) from problem


def _prepare(folder: Path) -> None:
    """Make the folder, and clear away what a process that was killed left in it."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    for path in folder.glob(".*.part"):
        # A day on, nobody is still writing it.
        if path.stat().st_mtime < time.time() - _A_DAY:
            path.unlink(missing_ok=True)
