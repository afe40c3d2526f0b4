"""Folders in memory, where there is room: what is put there waits for no disk."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, on any Linux
_MIN_FREE_BYTES = 2_000_000_000


def has_room() -> bool:
    """Whether there is memory to put folders into. A container often has little."""
    is_ours = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    return is_ours and shutil.disk_usage(MEMORY).free > _MIN_FREE_BYTES


@contextmanager
def a_folder_in_memory(place: Path) -> Iterator[Path]:
    """Make a folder in memory where there is room; where there is none, at `place`."""
    if not has_room():
        place.mkdir()
        yield place
        return
    folder = Path(tempfile.mkdtemp(prefix="digest-", dir=MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
