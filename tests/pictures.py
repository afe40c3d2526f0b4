"""Pictures drawn for a test: as files that people have, and as we keep them."""

import io
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from digest.model.posts.pictures import Gallery, PictureFile, PictureUse

SUNSET = (214, 92, 40)


def a_drawing(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Return a picture with a dark band along its top, so that one sees how it lies."""
    image = Image.new("RGB", (width, height), SUNSET)
    ImageDraw.Draw(image).rectangle((0, 0, width, height // 4), fill=(20, 30, 60))
    return image.convert(mode)


def a_photo(width: int = 400, height: int = 300) -> Image.Image:
    """Return a picture with grain, as no drawing has it; always the same."""
    grain = Image.effect_mandelbrot((400, 300), (-2, -1.5, 1, 1.5), 60)
    grain = grain.resize((width, height))
    tint = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (grain, tint, grain.rotate(180)))


def saved(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    """Return the bytes of the picture as a file of that kind."""
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


@cache
def a_file(width: int = 60, height: int = 40) -> PictureFile:
    """Return one size of a picture as it is kept: of the one colour, and a PNG."""
    return PictureFile("image/png", width, height, saved(a_drawing(width, height)))


def a_gallery(*names: str, width: int = 60, height: int = 40) -> Gallery:
    """Return pictures of those names, for every use."""
    return {(name, use): a_file(width, height) for name in names for use in PictureUse}
