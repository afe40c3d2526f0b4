"""Posts and events kept as Markdown files with front matter, in one folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from digest.errors import SourceError
from digest.gather import addresses
from digest.gather.front_matter import FrontMatter
from digest.gather.markdown import markdown_to_blocks
from digest.gather.origins import Origins, origins
from digest.gather.pictures import PictureFiles
from digest.gather.reading import (
    MAX_ITEMS,
    Reading,
    Skipped,
    Visit,
    distinct,
    finished,
)
from digest.model.blocks import Block, Heading, Picture, plain
from digest.model.bylines import parse
from digest.model.campaigns import Source
from digest.model.items import Byline, Event, Item, Post
from digest.model.summary import summarise

MAX_BYTES = 2_000_000
# What is relative in a file leads nowhere on the web.
_NOWHERE = ""


def read_folder(source: Source, visit: Visit) -> Reading:
    """Return the posts and events of a folder's `*.md` files, by path.

    A file's key is its path below the folder. One bad file is named and the
    others are read. Raises SourceError where there is no such folder.
    """
    root = Path(source.location)
    if not root.is_dir():
        raise SourceError(f"{root} is not a folder: give its path")
    items: list[Item] = []
    skipped: list[Skipped] = []
    told: dict[str, Origins] = {}
    for path in _files(root, skipped):
        name = path.relative_to(root).as_posix()
        try:
            file = _File.opened(path, root, visit.zone)
            items.append(file.item(name))
            told[name] = file.origins(items[-1])
        except ValueError as problem:
            skipped.append(Skipped(name, str(problem)))
        except OSError as problem:
            skipped.append(Skipped(name, f"cannot be read: {problem.strerror}"))
    return Reading(
        distinct(items, skipped), tuple(skipped), memory=visit.memory, origins=told
    )


def _files(root: Path, skipped: list[Skipped]) -> Iterable[Path]:
    try:
        found = sorted(path for path in root.rglob("*.md") if _is_meant(path, root))
    except OSError as problem:
        raise SourceError(f"{root} cannot be read: {problem.strerror}") from problem
    if len(found) > MAX_ITEMS:
        skipped.append(Skipped("the rest", f"only the first {MAX_ITEMS} are read"))
    return found[:MAX_ITEMS]


def _is_meant(path: Path, root: Path) -> bool:
    """Whether the path is a file that nobody has hidden with a leading dot."""
    is_hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return not is_hidden and path.is_file()


@dataclass(frozen=True, slots=True)
class _File:
    """One file, taken apart."""

    head: FrontMatter
    body: tuple[Block, ...]
    pictures: PictureFiles

    @classmethod
    def opened(cls, path: Path, root: Path, zone: str) -> "_File":
        if not path.resolve().is_relative_to(root.resolve()):
            raise ValueError("leads out of its folder: put the file itself there")
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("is over 2 MB of text: shorten it")
        head = FrontMatter.read(path, zone)
        pictures = PictureFiles(path.parent, root)
        return cls(head, markdown_to_blocks(head.body, _NOWHERE, pictures.at), pictures)

    def item(self, name: str) -> Item:
        kind = self.head.text("kind").lower()
        if kind == "event":
            return self._event(name)
        if kind not in {"", "post"}:
            raise ValueError(f'is of the kind "{kind}": write post or event')
        return self._post(name)

    def origins(self, item: Item) -> Origins:
        """Return where in the file each field of its item came from."""
        said = {name: f'"{name}" at its top' for name in self.head.values}
        if isinstance(item, Post) and item.byline and "author" in self.head.values:
            said["byline"] = '"author" at its top'
        if isinstance(item, Post) and "title" not in said:
            said["title"] = "its first heading"
        if isinstance(item, Event):
            said["all_day"] = '"starts" at its top, which is a day'
            said.setdefault("zone", "the campaign's time zone")
        return origins(
            item, said | {"key": "its path in the folder", "body": "its text"}
        )

    def _post(self, name: str) -> Post:
        head, body = self.head, self.body
        title = head.text("title")
        if not title and body and isinstance(body[0], Heading):
            title, body = plain(body[0].runs), body[1:]
        if not title:
            raise ValueError('has no title: add "title: ..." at its top')
        post = Post(
            key=name,
            title=title,
            byline=self._byline(),
            published=head.instant("published"),
            url=self._address("url"),
            summary=head.text("summary"),
            picture=self._picture(),
            topics=head.words("topics"),
        )
        return finished(post, body)

    def _event(self, name: str) -> Event:
        head = self.head
        if not head.text("title"):
            raise ValueError('has no title: add "title: ..." at its top')
        starts, ends = head.instant("starts"), head.instant("ends")
        if starts is None:
            raise ValueError(
                'has no start that is a time: add "starts: 2026-07-06 14:00" at its top'
            )
        if ends is None and head.text("ends"):
            raise ValueError(
                'has an end that is no time: write "ends: 2026-07-06 16:00"'
            )
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
            joining_url=self._address("joining_url"),
            booking_phone=head.text("booking_phone"),
            url=self._address("url"),
            summary=head.text("summary") or summarise(self.body),
            body=self.body,
            topics=head.words("topics"),
        )

    def _byline(self) -> Byline | None:
        head = self.head
        if author := head.text("author"):
            return Byline(author, head.text("role"), head.text("organisation"))
        return parse(head.text("byline"))

    def _address(self, key: str) -> str:
        said = self.head.text(key)
        address = addresses.web(said, _NOWHERE)
        if said and address is None:
            raise ValueError(
                f'has "{said}" at "{key}": write a whole address, https://...'
            )
        return address or ""

    def _picture(self) -> Picture | None:
        said = self.head.text("picture")
        if not said:
            return None
        return Picture(
            self.pictures.found(said),
            self.head.text("picture_alt"),
            self.head.text("picture_caption"),
        )
