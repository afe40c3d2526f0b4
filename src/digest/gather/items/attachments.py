"""Files that a feed hangs on an entry: its picture, recordings, documents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from digest.gather import limits
from digest.gather.items.same_picture import distinct
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Link, LinkKind

_PICTURE = "picture"
_PAGE = "text/html"
_BY_ENDING = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".webp"), _PICTURE),
    **dict.fromkeys((".mp3", ".m4a", ".ogg", ".oga", ".wav", ".opus"), LinkKind.AUDIO),
    **dict.fromkeys((".mp4", ".m4v", ".mov", ".webm", ".ogv"), LinkKind.VIDEO),
    **dict.fromkeys((".pdf", ".doc", ".docx", ".odt", ".rtf"), LinkKind.DOCUMENT),
    **dict.fromkeys((".epub", ".ppt", ".pptx", ".xls", ".xlsx"), LinkKind.DOCUMENT),
}
_BY_TYPE = (
    ("image/svg", None),
    ("image/", _PICTURE),
    ("audio/", LinkKind.AUDIO),
    ("video/", LinkKind.VIDEO),
    ("application/pdf", LinkKind.DOCUMENT),
    ("application/epub", LinkKind.DOCUMENT),
    ("application/msword", LinkKind.DOCUMENT),
    ("application/rtf", LinkKind.DOCUMENT),
    ("application/vnd.", LinkKind.DOCUMENT),
    ("text/", LinkKind.DOCUMENT),
)
_LABELS = {
    LinkKind.AUDIO: "Listen to the recording",
    LinkKind.VIDEO: "Watch the video",
    LinkKind.DOCUMENT: "Read the document",
}
# Every post of some services comes with its author's face as if it were a picture.
_FACES = ("gravatar.com/avatar", "/avatars/")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by address, with its media type and title where the feed gave them.

    `description` says what a picture shows. One that only `stands_in` is a
    picture's thumbnail, or the feed's own: it counts where there is no other.
    """

    url: str
    media_type: str = ""
    title: str = ""
    description: str = ""
    stands_in: bool = False


def pictures_in(attachments: Iterable[Attachment], base: str) -> tuple[Picture, ...]:
    """Return the pictures, each in one size, with what the feed says that they show."""
    files = [each for each in _sorted(attachments, base) if each[0] == _PICTURE]
    own = [each for each in files if not each[2].stands_in]
    pictures = (
        Picture(url, one_line(attachment.description))
        for _, url, attachment in own or files[:1]
    )
    return tuple(distinct(pictures))


def links_to(attachments: Iterable[Attachment], base: str) -> Iterator[Link]:
    """Yield a link for each recording and document, every address once."""
    linked: set[str] = set()
    for kind, url, attachment in _sorted(attachments, base):
        if not isinstance(kind, LinkKind) or url in linked:
            continue
        if len(linked) < limits.ATTACHED_LINKS:
            linked.add(url)
            label = one_line(attachment.title)[: limits.LINK_LENGTH] or _LABELS[kind]
            yield Link(kind, label, url)


def _sorted(
    attachments: Iterable[Attachment], base: str
) -> Iterator[tuple[LinkKind | str, str, Attachment]]:
    """Yield each that is of a kind we know, with that and its whole address."""
    for attachment in attachments:
        url = addresses.web(attachment.url, base)
        kind = _kind(attachment.media_type, url) if url else None
        if url and kind and not any(face in url for face in _FACES):
            yield kind, url, attachment


def _kind(media_type: str, url: str) -> LinkKind | str | None:
    bare_type = media_type.partition(";")[0].strip().lower()
    if bare_type == _PAGE:
        return None
    for beginning, kind in _BY_TYPE:
        if bare_type.startswith(beginning):
            return kind
    # What says nothing, or only that it is bytes, is told by its name.
    return _BY_ENDING.get(PurePosixPath(urlsplit(url).path).suffix.lower())
