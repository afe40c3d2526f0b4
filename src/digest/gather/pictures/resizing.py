"""A picture from outside, made anew in every size that mail and print need."""

import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from digest.gather import limits
from digest.gather.pictures.decoding import decoded
from digest.model.posts.pictures import Files, PictureFile, PictureUse


@dataclass(frozen=True, slots=True)
class PictureBounds:
    """The pixels that a use has room for, whether it is grey, and its bytes."""

    width: int
    height: int
    grey: bool = False
    size: int = 500_000


# 300 dots an inch of the 170 x 80 mm that a letter has for a picture, and of 48 mm
# beside an easy read sentence.
ROOMS: Mapping[PictureUse, PictureBounds] = {
    PictureUse.EMAIL: PictureBounds(1200, 4000),
    PictureUse.EMAIL_SMALL: PictureBounds(240, 960, size=50_000),
    PictureUse.PRINT: PictureBounds(2007, 944, grey=True),
    PictureUse.PRINT_SMALL: PictureBounds(566, 944, grey=True, size=150_000),
}
_QUALITIES = (85, 75, 60, 45)


def resized(content: bytes) -> Files:
    """Return the picture in every size: JPEG or PNG, upright, without metadata.

    The same bytes give the same files. Nothing is enlarged. Raises ValueError, in
    words, for what is no picture or too costly to open.
    """
    image = decoded(content, [(room.width, room.height) for room in ROOMS.values()])
    if min(image.size) < limits.LEAST_PIXELS:
        raise ValueError(
            "is only a few pixels large, so it shows nothing: leave it out"
        )
    files = {}
    for use, room in ROOMS.items():
        is_grey = room.grey and image.mode != "L"
        sized = image.convert("L") if is_grey else image.copy()
        sized.thumbnail((room.width, room.height), Image.Resampling.LANCZOS)
        media_type, encoded = _encoded(sized, room.size)
        files[use] = PictureFile(media_type, sized.width, sized.height, encoded)
    return files


def _encoded(image: Image.Image, size: int) -> tuple[str, bytes]:
    """Return a PNG where it is no larger, as for drawings, and else a JPEG.

    The JPEG is the best one within `size`, or the smallest.
    """
    photo = _jpeg(image, _QUALITIES[0])
    # A quick try tells a photograph, whose best PNG takes long and is never used.
    if len(png(image, compress_level=1)) <= 3 * len(photo):
        drawing = png(image, optimize=True)
        if len(drawing) <= len(photo):
            return "image/png", drawing
    for quality in _QUALITIES[1:]:
        if len(photo) <= size:
            break
        photo = _jpeg(image, quality)
    return "image/jpeg", photo


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


def png(image: Image.Image, **how: int) -> bytes:
    """Return it as a PNG, with its colours in a table where they are few."""
    file = io.BytesIO()
    colours = image.getcolors(256) if image.mode == "RGB" else None
    # The same picture, with its few colours in a table.
    few = image.quantize(len(colours), dither=Image.Dither.NONE) if colours else image
    few.save(file, "PNG", **how)
    return file.getvalue()
