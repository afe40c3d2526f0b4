"""Posts and events kept as Markdown files with front matter, in one folder."""

from collections.abc import Iterable
from pathlib import Path

from digest.errors import SourceError
from digest.gather import addresses
from digest.gather.front_matter import FrontMatter
from digest.gather.markdown import markdown_to_blocks
from digest.gather.reading import (
    MAX_ITEMS,
    Memory,
    Reading,
    Skipped,
    distinct,
    finished,
)
from digest.model.blocks import Heading as HeadingBlock
from digest.model.blocks import Picture, plain
from digest.model.bylines import parse
from digest.model.campaigns import Source
from digest.model.items import Byline, Event, Item, Post
from digest.model.summary import summarise

MAX_BYTES = 2_000_000
# Relative addresses in a file lead nowhere outside its folder.
_NOWHERE = ""
_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp"}


def read_folder(source: Source, memory: Memory) -> Reading:
    """Return the posts and events of a folder's `*.md` files, by path.

    A file's key is its path below the folder. One bad file is named and the
    others are read. Raises SourceError where there is no such folder.
    """
    root = Path(source.location)
    if not root.is_dir():
        raise SourceError(f"{source.name}: {root} is not a folder: give its path")
    items: list[Item] = []
    skipped: list[Skipped] = []
    for path in _files(root, skipped):
        name = path.relative_to(root).as_posix()
        try:
            items.append(_item(name, path, root))
        except ValueError as problem:
            skipped.append(Skipped(name, str(problem)))
        except OSError as problem:
            skipped.append(Skipped(name, f"cannot be read: {problem.strerror}"))
    return Reading(distinct(items, skipped), tuple(skipped), memory=memory)


def _files(root: Path, skipped: list[Skipped]) -> Iterable[Path]:
    found = sorted(root.rglob("*.md"))
    if len(found) > MAX_ITEMS:
        skipped.append(Skipped("the rest", f"only {MAX_ITEMS} files are read"))
    return found[:MAX_ITEMS]


def _item(name: str, path: Path, root: Path) -> Item:
    if not path.resolve().is_relative_to(root.resolve()):
        raise ValueError("leads out of its folder: put the file itself there")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("is over 2 MB of text: shorten it")
    head = FrontMatter.read(path)
    if head.text("kind").lower() == "event":
        return _event(name, head)
    return _post(name, head, path.parent, root)


def _post(name: str, head: FrontMatter, folder: Path, root: Path) -> Post:
    body = markdown_to_blocks(head.body, _NOWHERE)
    title = head.text("title")
    if not title and body and isinstance(body[0], HeadingBlock):
        title, body = plain(body[0].runs), body[1:]
    if not title:
        raise ValueError('has no title: add "title: …" at its top')
    post = Post(
        key=name,
        title=title,
        byline=_byline(head),
        published=head.instant("published"),
        url=addresses.web(head.text("url"), _NOWHERE) or "",
        summary=head.text("summary"),
        picture=_picture(head, folder, root),
        topics=head.words("topics"),
    )
    return finished(post, body)


def _event(name: str, head: FrontMatter) -> Event:
    body = markdown_to_blocks(head.body, _NOWHERE)
    starts = head.instant("starts")
    if starts is None:
        raise ValueError('has no start: add "starts: 2026-07-06 14:00" at its top')
    if not head.text("title"):
        raise ValueError('has no title: add "title: …" at its top')
    ends = head.instant("ends")
    if ends is not None and ends < starts:
        raise ValueError("ends before it starts: mend one of the two")
    return Event(
        key=name,
        title=head.text("title"),
        starts=starts,
        zone=head.zone,
        ends=ends,
        all_day=head.is_day("starts"),
        place=head.text("place"),
        joining_url=addresses.web(head.text("joining_url"), _NOWHERE) or "",
        booking_phone=head.text("booking_phone"),
        url=addresses.web(head.text("url"), _NOWHERE) or "",
        summary=head.text("summary") or summarise(body),
        body=body,
        topics=head.words("topics"),
    )


def _byline(head: FrontMatter) -> Byline | None:
    if author := head.text("author"):
        return Byline(author, head.text("role"), head.text("organisation"))
    return parse(head.text("byline"))


def _picture(head: FrontMatter, folder: Path, root: Path) -> Picture | None:
    said = head.text("picture")
    if not said:
        return None
    alt, caption = head.text("picture_alt"), head.text("picture_caption")
    if address := addresses.web(said, _NOWHERE):
        return Picture(address, alt, caption)
    path = (folder / said).resolve()
    if not path.is_relative_to(root.resolve()) or path.suffix.lower() not in _PICTURES:
        raise ValueError(
            f'names the picture "{said}": use a PNG or JPEG inside the folder'
        )
    if not path.is_file():
        raise ValueError(f'names the picture "{said}", which is not there')
    return Picture(str(path), alt, caption)
