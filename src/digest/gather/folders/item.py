"""A file of words as the post or event that it is."""

from dataclasses import dataclass
from pathlib import Path

from digest.gather.folders.files import PLAIN_TEXT
from digest.gather.folders.front_matter import FrontMatter
from digest.gather.items.entries import first_words
from digest.gather.items.origins import Origins, origins
from digest.gather.items.reading import finished
from digest.gather.markup import addresses
from digest.gather.markup.markdown import markdown_to_blocks
from digest.gather.markup.plain_text import parted, text_to_blocks
from digest.gather.markup.words import one_line, short_key, short_title
from digest.gather.pictures.named import PictureFiles
from digest.model.posts.blocks import Block, Heading, Picture, plain
from digest.model.posts.items import Event, Item, Post
from digest.model.posts.summary import summarise

# What is relative in a file leads nowhere on the web.
_NOWHERE = ""


@dataclass(frozen=True, slots=True)
class PostFile:
    """One file, taken apart; `title` and the picture `beside` are a plain text's."""

    head: FrontMatter
    body: tuple[Block, ...]
    pictures: PictureFiles
    title: str = ""
    beside: str = ""

    @classmethod
    def read(cls, path: Path, content: bytes, zone: str) -> "PostFile":
        """Return the parts of a file that holds `content`.

        Raises ValueError in plain words.
        """
        head = FrontMatter.of(content, zone)
        pictures = PictureFiles(path.parent)
        if path.suffix.lower() != PLAIN_TEXT:
            body = markdown_to_blocks(head.body, _NOWHERE, pictures.at)
            return cls(head, body, pictures)
        title, words = ("", head.body) if head.text("title") else parted(head.body)
        body = text_to_blocks(words, _NOWHERE)
        title = title or first_words(body)
        return cls(head, body, pictures, title, pictures.of_the_name(path.stem))

    def item(self, name: str) -> Item:
        """Return the post or event, whose key is the file's name in its folder.

        Raises ValueError, in plain words, naming what to add or mend.
        """
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
        if isinstance(item, Post):
            said.setdefault(
                "title", "its first line" if self.title else "its first heading"
            )
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
            title, body = one_line(plain(body[0].spans)), body[1:]
        if not title and not self.title:
            raise ValueError('has no title: add "title: ..." at its top')
        post = Post(
            key=short_key(name),
            title=short_title(title or self.title),
            byline=head.byline(),
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
        of_days = head.is_day("starts")
        starts, ends = head.instant("starts"), head.end("ends", of_days=of_days)
        if starts is None:
            raise ValueError(
                'has no start that is a time: add "starts: 2026-07-06 14:00" at its top'
            )
        if ends is None and head.text("ends"):
            raise ValueError(
                'has an end that is no time: write "ends: 2026-07-06 16:00"'
            )
        if ends is not None and (ends < starts or (of_days and ends == starts)):
            raise ValueError("ends before it starts: mend one of the two")
        return Event(
            key=short_key(name),
            title=short_title(head.text("title")),
            starts=starts,
            zone=head.zone,
            ends=ends,
            all_day=of_days,
            place=head.text("place"),
            joining_url=self._address("joining_url"),
            booking_phone=head.text("booking_phone"),
            url=self._address("url"),
            summary=head.text("summary") or summarise(self.body),
            body=self.body,
            topics=head.words("topics"),
        )

    def _address(self, key: str) -> str:
        said = self.head.text(key)
        address = addresses.web(said, _NOWHERE)
        if said and address is None:
            raise ValueError(
                f'has "{said}" at "{key}": write a whole address, https://...'
            )
        return address or ""

    def _picture(self) -> Picture | None:
        said = self.head.text("picture") or self.beside
        return self.head.picture(self.pictures.found(said)) if said else None
