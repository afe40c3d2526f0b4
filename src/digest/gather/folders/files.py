"""Which files of a folder are posts: all that hold words, unless they are hidden."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.items.reading import Skipped
from digest.gather.markup.words import one_line

PLAIN_TEXT = ".txt"
_ENDINGS = frozenset({".md", ".markdown", PLAIN_TEXT})
_LEADS_NOWHERE = "is a link to something that is not there: put the file itself there"


def check_folder(root: Path) -> None:
    """Raise SourceError where there is no such folder, or it may not be read."""
    try:
        is_folder = root.is_dir()
    except OSError as problem:
        raise SourceError(f"{root} {_why(problem)}") from problem
    if not is_folder:
        raise SourceError(f"{root} is not a folder: give its path")


def files_in(root: Path, skipped: list[Skipped]) -> list[Path]:
    """Return the files of posts below the folder, by path.

    What cannot be looked into is named in `skipped`. Raises SourceError where
    that is the folder itself.
    """

    def unseen(problem: OSError) -> None:
        if Path(problem.filename) == root:
            raise SourceError(f"{root} {_why(problem)}") from problem
        skipped.append(Skipped(_name(Path(problem.filename), root), _why(problem)))

    found = sorted(islice(_walk(root, unseen), limits.FILES_IN_A_FOLDER + 1))
    if len(found) > limits.FILES_IN_A_FOLDER:
        raise SourceError(
            f"{root} holds over {limits.FILES_IN_A_FOLDER:,} files: "
            "give a folder of posts alone"
        )
    posts = [path for path in found if _is_meant(path, root, skipped)]
    if len(posts) > limits.ITEMS:
        skipped.append(Skipped("the rest", f"only the first {limits.ITEMS} are read"))
    return posts[: limits.ITEMS]


class UnfinishedFile(ValueError):  # noqa: N818 - what it is, and no error yet
    """A file that may still be being written."""


def content_of(path: Path, root: Path, now: datetime | None) -> bytes:
    """Return what the file holds.

    Raises ValueError, in words, for one outside the folder, one too large, and,
    as StillWritten, one that may still be being written `now`; OSError where it
    cannot be read.
    """
    if not path.resolve().is_relative_to(root.resolve()):
        raise ValueError("leads out of its folder: put the file itself there")
    with path.open("rb") as file:
        changed = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        if now is not None and abs(now - changed) < limits.FILE_REST:
            raise UnfinishedFile(
                "may still be being written, as it was changed a moment ago: "
                "it is read the next time"
            )
        content = file.read(limits.FILE_BYTES + 1)
    if len(content) > limits.FILE_BYTES:
        raise ValueError("is over 2 MB of text: shorten it")
    return content


def _walk(root: Path, unseen: Callable[[OSError], None]) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, onerror=unseen):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        yield from (Path(folder, name) for name in names)


def _is_meant(path: Path, root: Path, skipped: list[Skipped]) -> bool:
    if path.name.startswith(".") or path.suffix.lower() not in _ENDINGS:
        return False
    try:
        if path.is_symlink() and not path.exists():
            skipped.append(Skipped(_name(path, root), _LEADS_NOWHERE))
        return path.is_file()
    except OSError as problem:
        skipped.append(Skipped(_name(path, root), _why(problem)))
        return False


def _why(problem: OSError) -> str:
    return f"cannot be read: {problem.strerror}"


def _name(path: Path, root: Path) -> str:
    return one_line(path.relative_to(root).as_posix())
