"""Posts and events kept as Markdown or plain text, each a file of one folder.

All files that hold words are posts, unless they are hidden.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.folders.post_file import PLAIN_TEXT, DraftFile, PostFile
from digest.gather.items.raw_item import item_of
from digest.gather.items.reading import ItemCollector, Reading, SourceVisit
from digest.gather.markup.clean_text import one_line, short_key
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Item
from digest.store.campaigns.skipped_items import SkippedItem

_ENDINGS = frozenset({".md", ".markdown", PLAIN_TEXT})
# Where Jekyll keeps what is not ready.
_DRAFTS = "_drafts"
_EMPTY = f"holds no files of words, which end in {', '.join(sorted(_ENDINGS))}"
_LEADS_NOWHERE = "is a link to something that is not there: put the file itself there"


class UnfinishedFile(ValueError):  # noqa: N818 - what it is, and no error yet
    """A file that may still be being written."""


def read_folder(source: Source, visit: SourceVisit) -> Reading:
    """Return the posts and events of a folder's files, by path.

    A file's key is its path below the folder. A draft is noted and left out. One
    bad file is named, and one that may still be being written, and the others are
    read. Raises SourceError where there is no such folder.
    """
    root = Path(source.location)
    _check_folder(root)
    files = ItemCollector()
    notes: list[str] = []
    drafts: list[str] = []
    paths = _files_in(root, files)
    if not (paths or files.skipped):
        notes.append(_EMPTY)
    for path in paths:
        name = _name(path, root)
        try:
            file = _post_file(path, root, visit)
            files.add(file.item(path.relative_to(root).as_posix()), name)
            for remark in file.head.remarks():
                files.remark(name, remark)
        except DraftFile as problem:
            notes.append(f"{name} {problem}")
            drafts.append(short_key(path.relative_to(root).as_posix()))
        except ValueError as problem:
            is_passing = isinstance(problem, UnfinishedFile)
            files.skipped.append(SkippedItem(name, str(problem), is_passing))
        except OSError as problem:
            files.skip(name, _unreadable(problem))
    items = files.distinct()
    return Reading(
        items,
        tuple(files.skipped),
        memory=visit.memory,
        origins=files.origins,
        notes=tuple(notes),
        drafts=tuple(drafts),
    )


def read_file(path: Path, zone: str) -> tuple[str, Item]:
    """Return the key that a file gives, empty for none, and its post or event.

    Raises ValueError, in plain words, and OSError where it cannot be read.
    """
    whole = path.resolve()
    file = PostFile.read(whole, _content_of(whole, whole.parent, None), zone)
    item, _ = item_of(file.item(path.name))
    if remark := next(file.head.remarks(), ""):
        raise ValueError(remark)
    return file.head.text("key"), item


def _check_folder(root: Path) -> None:
    """Raise SourceError where there is no such folder, or it may not be read."""
    try:
        is_folder = root.is_dir()
    except OSError as problem:
        raise SourceError(f"{root} {_unreadable(problem)}") from problem
    if not is_folder:
        raise SourceError(f"{root} is not a folder: give its path")


def _files_in(root: Path, files: ItemCollector) -> list[Path]:
    """Return the files of posts below the folder, by path.

    What cannot be looked into is named as skipped. Raises SourceError where that
    is the folder itself.
    """

    def note(problem: OSError) -> None:
        if Path(problem.filename) == root:
            raise SourceError(f"{root} {_unreadable(problem)}") from problem
        files.skip(_name(Path(problem.filename), root), _unreadable(problem))

    def walk() -> Iterator[Path]:
        for folder, folders, names in os.walk(root, onerror=note):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (Path(folder, name) for name in names)

    paths = sorted(islice(walk(), limits.FILES_IN_A_FOLDER + 1))
    if len(paths) > limits.FILES_IN_A_FOLDER:
        raise SourceError(
            f"{root} holds over {limits.FILES_IN_A_FOLDER:,} files: "
            "give a folder of posts alone"
        )
    posts = [path for path in paths if _is_post(path, root, files)]
    if len(posts) > limits.ITEMS:
        files.skip("the rest", f"only the first {limits.ITEMS} are read")
    return posts[: limits.ITEMS]


def _is_post(path: Path, root: Path, files: ItemCollector) -> bool:
    if path.name.startswith(".") or path.suffix.lower() not in _ENDINGS:
        return False
    try:
        if path.is_symlink() and not path.exists():
            files.skip(_name(path, root), _LEADS_NOWHERE)
        return path.is_file()
    except OSError as problem:
        files.skip(_name(path, root), _unreadable(problem))
        return False


def _content_of(path: Path, root: Path, now: datetime | None) -> bytes:
    """Return what the file holds.

    Raises ValueError, in words, for one outside the folder, one too large, and,
    as UnfinishedFile, one that may still be being written `now`; OSError where it
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


def _post_file(path: Path, root: Path, visit: SourceVisit) -> PostFile:
    name = path.relative_to(root)
    if _name(path, root) != " ".join(name.as_posix().split()):
        raise ValueError("has a name that is not plain UTF-8 text: give it another")
    if _DRAFTS in name.parts:
        raise DraftFile(f'is below "{_DRAFTS}", and does not go out')
    content = _content_of(path, root, visit.now)
    return PostFile.read(path, content, visit.zone, visit.language)


def _unreadable(problem: OSError) -> str:
    return f"cannot be read: {problem.strerror}"


def _name(path: Path, root: Path) -> str:
    return one_line(path.relative_to(root).as_posix())
