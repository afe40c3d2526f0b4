"""Posts and events kept as Markdown or plain text, each a file of one folder."""

from pathlib import Path

from digest.gather.folders.files import (
    UnfinishedFile,
    check_folder,
    content_of,
    files_in,
)
from digest.gather.folders.item import PostFile
from digest.gather.items.origins import Origins
from digest.gather.items.reading import Reading, Skipped, SourceVisit, distinct
from digest.gather.markup.words import one_line
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Item


def read_folder(source: Source, visit: SourceVisit) -> Reading:
    """Return the posts and events of a folder's files, by path.

    A file's key is its path below the folder. One bad file is named, and one that
    may still be being written, and the others are read. Raises SourceError where
    there is no such folder.
    """
    root = Path(source.location)
    check_folder(root)
    items: list[Item] = []
    skipped: list[Skipped] = []
    told: dict[str, Origins] = {}
    for path in files_in(root, skipped):
        name = path.relative_to(root).as_posix()
        try:
            file = PostFile.read(path, content_of(path, root, visit.now), visit.zone)
            item = file.item(_known(name))
            items.append(item)
            told[item.key] = file.origins(item)
        except ValueError as problem:
            is_passing = isinstance(problem, UnfinishedFile)
            skipped.append(Skipped(one_line(name), str(problem), is_passing))
        except OSError as problem:
            why = f"cannot be read: {problem.strerror}"
            skipped.append(Skipped(one_line(name), why))
    return Reading(
        distinct(items, skipped), tuple(skipped), memory=visit.memory, origins=told
    )


def _known(name: str) -> str:
    """Return the name. Raises ValueError where it holds what no text may hold."""
    if one_line(name) != " ".join(name.split()):
        raise ValueError("has a name that is not plain UTF-8 text: give it another")
    return name
