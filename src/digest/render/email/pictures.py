"""Pictures in an email: ours alone, hosted or attached, at the size they are shown."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.model.logo import Logo
from digest.model.posts.blocks import Picture
from digest.model.posts.pictures import (
    Gallery,
    PictureFile,
    PictureHosting,
    PictureKey,
    PictureUse,
    file_for,
    public_name,
)
from digest.render.limits import (
    LOGO_HEIGHT,
    LOGO_PIXELS,
    PICTURE_HEIGHT,
    PICTURE_PIXELS,
    SMALL_PICTURE_PIXELS,
)

# The width and the height in which each is shown at most, in pixels.
_ROOMS = {
    PictureUse.EMAIL: (PICTURE_PIXELS, PICTURE_HEIGHT),
    PictureUse.EMAIL_SMALL: (SMALL_PICTURE_PIXELS, PICTURE_HEIGHT),
    PictureUse.LOGO: (LOGO_PIXELS, LOGO_HEIGHT),
}


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture where it is shown: its address, and its size there in pixels."""

    src: str
    width: int
    height: int


class EmailPictures:
    """Shows pictures in one rendition of an email, and remembers which it showed."""

    def __init__(
        self, gallery: Gallery, hosting: PictureHosting, hosted_at: str
    ) -> None:
        self._gallery = gallery
        self._hosting = hosting
        self._hosted_at = hosted_at
        # By the address at which each is shown.
        self._files: dict[str, tuple[PictureKey, PictureFile]] = {}

    def show(self, picture: Picture | None, use: PictureUse) -> ShownPicture | None:
        """Return where the picture is shown; None where words stand in its place."""
        if picture is None or self._hosting is PictureHosting.NONE:
            return None
        file = file_for(picture, use, self._gallery)
        if file is None:
            return None
        name = public_name(picture.copy_name, use, file)
        is_hosted = self._hosting is PictureHosting.HOSTED
        src = f"{self._hosted_at}/{name}" if is_hosted else f"cid:{_content_id(name)}"
        self._files[src] = (picture.copy_name, use), file
        widest, highest = _ROOMS[use]
        width = min(
            widest, file.width, max(1, round(file.width * highest / file.height))
        )
        return ShownPicture(src, width, max(1, round(file.height * width / file.width)))

    def show_logo(self, logo: Logo | None) -> ShownPicture | None:
        """Return where a campaign's logo is shown; None where it has none."""
        if logo is None or logo.copy is None:
            return None
        picture = Picture(logo.file, logo.alt, copy_name=logo.copy.name)
        return self.show(picture, PictureUse.LOGO)

    @property
    def weight(self) -> int:
        """How many bytes they have together, each counted once."""
        return sum(len(file.content) for _, file in self._files.values())

    @property
    def attached(self) -> tuple[PictureKey, ...]:
        """Those that must be in the message itself, in the order they are shown."""
        if self._hosting is not PictureHosting.ATTACHED:
            return ()
        return tuple(key for key, _ in self._files.values())

    def inside(self, html: str) -> str:
        """Return the page with each picture in it, so that it stands for itself."""
        for src, (_, file) in self._files.items():
            content = base64.b64encode(file.content).decode("ascii")
            html = html.replace(src, f"data:{file.media_type};base64,{content}")
        return html


def picture_parts(
    attached: Sequence[PictureKey], gallery: Gallery, boundary: str
) -> bytes:
    """Return the pictures as parts of multipart/related, encoded once for everybody.

    One that is there no longer is left out: its words stand where it was shown.
    """
    return "".join(_parts(attached, gallery, boundary)).encode("ascii")


def _parts(
    attached: Sequence[PictureKey], gallery: Gallery, boundary: str
) -> Iterator[str]:
    for name, use in attached:
        file = gallery.get((name, use))
        if file is None:
            continue
        file_name = public_name(name, use, file)
        encoded = base64.encodebytes(file.content).decode("ascii")
        yield f"\r\n--{boundary}\r\nContent-Type: {file.media_type}\r\n"
        yield "Content-Transfer-Encoding: base64\r\n"
        yield f"Content-ID: <{_content_id(file_name)}>\r\n"
        yield f"Content-Disposition: inline;\r\n filename={file_name}\r\n\r\n"
        yield encoded.replace("\n", "\r\n")


def _content_id(name: str) -> str:
    # RFC 2392; the name changes with the bytes, so it is unique as RFC 2045 asks.
    return f"{name}@pictures"
