"""A print batch's files: whole or not there at all, and for their owner's eyes only."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from digest.deliver.sending.lease_owner import new_owner
from digest.errors import DigestError

_A_DAY = 24 * 60 * 60


class StagedFiles:
    """Files written in full beside the names that they are to have."""

    def __init__(self, staged: Mapping[str, Path]) -> None:
        self._staged = staged

    def publish(self, names: Mapping[str, Path]) -> None:
        """Give each file its name at once, in place of an older one."""
        for what, path in names.items():
            self._staged[what].rename(path)
            _sync_folder(path.parent)


@contextmanager
def staged(folder: Path, contents: Mapping[str, bytes]) -> Iterator[StagedFiles]:
    """Write the contents into `folder` and yield them, ready to be published.

    What is not published is removed. Raises DigestError where the folder
    cannot be written.
    """
    try:
        _make_folder(folder)
        _sweep(folder)
        mark = new_owner().rpartition("/")[2]
        paths = {what: folder / f".{what}-{mark}.part" for what in contents}
        try:
            for what, content in contents.items():
                _write(paths[what], content)
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


def _make_folder(folder: Path) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def _write(path: Path, content: bytes) -> None:
    with open(path, "xb", opener=_for_owner_only) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    # Left by a process that was killed; a day on, nobody is still writing it.
    for path in folder.glob(".*.part"):
        if path.stat().st_mtime < time.time() - _A_DAY:
            path.unlink(missing_ok=True)
