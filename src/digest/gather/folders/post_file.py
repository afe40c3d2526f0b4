"""A file of words, as the post or event that it holds."""

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from digest.gather.folders.front_matter import FrontMatter
from digest.gather.items.raw_item import Blocks, RawItem, first_words
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line, short_key
from digest.gather.markup.markdown import markdown_to_blocks
from digest.gather.markup.plain_text import parted, text_to_blocks
from digest.model.posts.blocks import Heading, plain
from digest.model.posts.items import EventState

PLAIN_TEXT = ".txt"
# What is relative in a file leads nowhere on the web.
_NOWHERE = ""
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"})
_UNTITLED = 'has no title: add "title: ..." at its top'


class DraftFile(ValueError):  # noqa: N818 - what it is, and no error
    """A file that its writer keeps back."""


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """The pictures that a file in `folder` names: on the web, or beside it."""

    folder: Path

    def address_of(self, name: str) -> str:
        """Return the web address, or the absolute path, that is meant.

        Whether a picture is there, and may be read, is seen when it is fetched: it
        costs its post nothing.
        """
        if address := addresses.web(name, _NOWHERE):
            return address
        try:
            return str((self.folder / name).resolve())
        except (OSError, ValueError):  # too long, or not a path at all
            return one_line(name)

    def called(self, stem: str) -> str:
        """Return the picture beside that is called as the file is, or an empty name."""
        names = (f"{stem}{ending}" for ending in sorted(_PICTURES))
        return next((name for name in names if (self.folder / name).is_file()), "")

    def in_words(self, address: str) -> str | None:
        """Return where the address of a picture in the file's words leads, if any."""
        return self.address_of(unquote(address)) if address.strip() else None


@dataclass(frozen=True, slots=True)
class PostFile:
    """One file, taken apart; `title` and the picture `beside` are a plain text's."""

    head: FrontMatter
    body: Blocks
    pictures: PictureFiles
    title: str = ""
    beside: str = ""

    @classmethod
    def read(
        cls, path: Path, content: bytes, zone: str, language: str = ""
    ) -> "PostFile":
        """Return the parts of a file that holds `content`.

        Raises ValueError in plain words, as DraftFile for one that is kept back.
        """
        head = FrontMatter.of(content, zone, language)
        if head.keys.is_draft:
            raise DraftFile("is a draft, as its head says, and does not go out")
        pictures = PictureFiles(path.parent)
        if path.suffix.lower() != PLAIN_TEXT:
            body = markdown_to_blocks(head.body, _NOWHERE, pictures.in_words)
            return cls(head, body, pictures)
        title, words = ("", head.body) if head.text("title") else parted(head.body)
        body = text_to_blocks(words, _NOWHERE)
        title = title or first_words(body)
        return cls(head, body, pictures, title, pictures.called(path.stem))

    def item(self, name: str) -> RawItem:
        """Return the post or event, whose key is the file's name in its folder.

        Raises ValueError, in plain words, naming what to add or mend.
        """
        kind = self.head.text("kind").lower()
        if kind not in {"", "post", "event"}:
            raise ValueError(f'is of the kind "{kind}": write post or event')
        raw = self._event() if kind == "event" else self._post()
        origins = {
            **{
                key: f'"{name}" at its top'
                for key, (name, _) in self.head.keys.written.items()
            },
            **raw.origins,
            "key": "its path in the folder",
            "body": "its text",
        }
        return replace(raw, key=short_key(name), origins=origins)

    def _post(self) -> RawItem:
        raw, body, origins = self.head.post(), self.body, {}
        title = raw.title
        if not title and body and isinstance(body[0], Heading):
            title, body = one_line(plain(body[0].spans)), body[1:]
            origins["title"] = "its first heading"
        if not title and self.title:
            title, origins["title"] = self.title, "its first line"
        self._check_title(title)
        if "author" in self.head.values:
            name, _ = self.head.keys.written["author"]
            origins["byline"] = f'"{name}" at its top'
        self._check_address("url", raw.url)
        raw = replace(raw, title=title, body=body, origins=origins)
        picture = self.head.text("picture") or self.beside
        if not picture:
            return raw
        src = self.pictures.address_of(picture)
        return replace(raw, picture=self.head.picture(src))

    def _event(self) -> RawItem:
        raw = self.head.event()
        self._check_title(raw.title)
        if raw.starts is None:
            raise ValueError(
                'has no start that is a time: add "starts: 2026-07-06 14:00" at its top'
            )
        if raw.ends is None and self.head.text("ends"):
            raise ValueError(
                f"has {self.head.keys.place('ends')} that is no time: "
                'write "ends: 2026-07-06 16:00"'
            )
        # An event of whole days that ends with the day before it starts.
        if (
            raw.starts.is_day
            and raw.ends
            and raw.ends.as_end(raw.zone) == raw.starts.instant
        ):
            raise ValueError("ends before it starts: mend one of the two")
        self._check_address("joining_url", raw.joining_url)
        self._check_address("url", raw.url)
        origins = {"all_day": '"starts" at its top, which is a day'}
        if "zone" not in self.head.values:
            origins["zone"] = "the campaign's time zone"
        state = EventState(self.head.text("status").lower() or EventState.ON)
        return replace(raw, body=self.body, state=state, origins=origins)

    def _check_title(self, title: str) -> None:
        if not title:
            raise ValueError(next(self.head.keys.remarks("title"), _UNTITLED))

    def _check_address(self, key: str, address: str) -> None:
        if address and addresses.web(address, _NOWHERE) is None:
            raise ValueError(
                f'has "{address}" at {self.head.keys.place(key)}: '
                "write a whole address, https://..."
            )
