"""A picture as we keep it, and when a post may use it."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from digest.model.posts.blocks import Block, EasyRead, ListBlock, Picture, Quote
from digest.model.posts.duplicates import letters
from digest.model.posts.items import Event, Item, Post


class PictureUse(StrEnum):
    """What one size of a picture is for; *small* stands beside an easy read sentence.

    Those for print are grey. A *logo* stands at the head of mail.
    """

    EMAIL = "email"
    EMAIL_SMALL = "email-small"
    PRINT = "print"
    PRINT_SMALL = "print-small"
    LOGO = "logo"
    LOGO_PRINT = "logo-print"


class PictureHosting(StrEnum):
    """Where the pictures of a campaign's emails are: with us, inside, or nowhere."""

    HOSTED = "hosted"
    ATTACHED = "attached"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PictureFile:
    """One size of a picture: image/jpeg or image/png, measured in pixels."""

    media_type: str
    width: int
    height: int
    content: bytes

    @property
    def extension(self) -> str:
        """What the name of its file ends in."""
        return "png" if self.media_type == "image/png" else "jpg"


# A picture's name, and the use that one size of it is for.
PictureKey = tuple[str, PictureUse]
# A page that names thousands is none that anybody wrote to be read.
MOST_IN_A_POST = 30
# How the file of a use is told apart in an address that anybody may open.
_PUBLIC = {
    PictureUse.EMAIL: "",
    PictureUse.EMAIL_SMALL: "-small",
    PictureUse.LOGO: "-logo",
}
_PUBLIC_NAME = re.compile(r"([0-9a-f]{32})(-small|-logo|)\.(?:jpg|png)")


def public_name(name: str, use: PictureUse, file: PictureFile) -> str:
    """Return the name of a picture's file in addresses; it never means another."""
    return f"{name}{_PUBLIC[use]}.{file.extension}"


def from_public_name(public: str) -> PictureKey | None:
    """Return the picture and the use that a public name means, if it is one."""
    match = _PUBLIC_NAME.fullmatch(public)
    if match is None:
        return None
    return match[1], next(use for use, end in _PUBLIC.items() if end == match[2])


Files = Mapping[PictureUse, PictureFile]
# What a renderer is handed: the files of the pictures it may need.
Gallery = Mapping[PictureKey, PictureFile]


def name_of(files: Files) -> str:
    """Return the name under which these files are kept: it changes as they do."""
    mark = hashlib.sha256()
    for use in PictureUse:
        if use in files:
            mark.update(files[use].content)
    return mark.hexdigest()[:32]


# The name of a file, or what a camera calls one, says nothing to anybody.
_FILE_NAME = re.compile(
    r"\S+\.(jpe?g|png|gif|webp|avif|svg|heic)|(img|dsc[fn]?|pxl|image|photo|picture)"
    r"[-_ ]?[\d_-]*",
    re.IGNORECASE,
)


def meaningful_alt(alt: str) -> str:
    """Return an alternative text, or "" for one that says nothing."""
    return "" if _FILE_NAME.fullmatch(alt.strip()) else alt.strip()


def lacks_words(picture: Picture) -> bool:
    """Whether it cannot be used before somebody has said what it shows."""
    return not (picture.decorative or meaningful_alt(picture.alt))


def file_for(picture: Picture, use: PictureUse, gallery: Gallery) -> PictureFile | None:
    """Return the file to show, or None where only words may stand for the picture."""
    return None if lacks_words(picture) else gallery.get((picture.copy_name, use))


def without_repeat(picture: Picture, *, is_image: bool) -> Picture:
    """Return the picture with its words once, where its caption says what it shows.

    Below an image they are its caption, which everybody reads; in the place of one
    they are what it shows.
    """
    alt, caption = picture.alt.strip(), picture.caption.strip()
    if not alt or (letters(alt) or alt) != (letters(caption) or caption):
        return picture
    return replace(picture, alt="") if is_image else replace(picture, caption="")


def pictures_in(item: Item) -> Iterator[Picture]:
    """Yield the item's pictures, those inside other blocks too, in reading order."""
    if isinstance(item, Post) and item.picture:
        yield item.picture
    yield from pictures_of(item.body)


def split_at_limit(pictures: Iterable[Picture]) -> tuple[list[Picture], list[Picture]]:
    """Return which of an item's pictures we fetch, each once, and those beyond."""
    distinct = list(dict.fromkeys(pictures))
    return distinct[:MOST_IN_A_POST], distinct[MOST_IN_A_POST:]


# Why a picture is left out that nobody has said anything of.
WORDLESS = "has no words that say what it shows"


def too_many(beyond: int) -> str:
    """Return why a picture is left out, the first of this many beyond the most."""
    them = f"and the {beyond - 1} after it are" if beyond > 1 else "is"
    return (
        f"{them} left out, for a post may have {MOST_IN_A_POST}: make two posts of it"
    )


def pictures_of(blocks: Iterable[Block]) -> Iterator[Picture]:
    """Yield the pictures of the blocks, those inside other blocks too."""
    for block in blocks:
        match block:
            case Picture():
                yield block
            case EasyRead(picture=Picture() as picture):
                yield picture
            case Quote(body=body):
                yield from pictures_of(body)
            case ListBlock(items=items):
                for item in items:
                    yield from pictures_of(item)
            case _:
                pass


def shows(body: Iterable[Block], picture: Picture | None) -> bool:
    """Whether one of the blocks is the picture itself."""
    return picture is not None and any(
        isinstance(block, Picture) and block.src == picture.src for block in body
    )


def repictured(item: Item, change: Callable[[Picture], Picture]) -> Item:
    """Return the item with each of its pictures as `change` returns it."""
    body = _changed(item.body, change)
    if isinstance(item, Event):
        return replace(item, body=body)
    picture = change(item.picture) if item.picture else None
    return replace(item, body=body, picture=picture)


def _changed(
    blocks: Iterable[Block], change: Callable[[Picture], Picture]
) -> tuple[Block, ...]:
    return tuple(_block(block, change) for block in blocks)


def _block(block: Block, change: Callable[[Picture], Picture]) -> Block:
    match block:
        case Picture():
            return change(block)
        case EasyRead(picture=Picture() as picture):
            return replace(block, picture=change(picture))
        case Quote(body=body):
            return replace(block, body=_changed(body, change))
        case ListBlock(items=items):
            changed = tuple(_changed(item, change) for item in items)
            return replace(block, items=changed)
        case _:
            return block
