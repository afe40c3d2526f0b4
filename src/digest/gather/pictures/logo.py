"""A logo from outside, made anew for the head of mail: on a ground of its own."""

from PIL import Image, ImageChops, ImageOps

from digest.gather import limits
from digest.gather.pictures.decoding import Size, decoded
from digest.gather.pictures.resizing import png
from digest.model.posts.pictures import Files, PictureFile, PictureUse

# Twice the 240 x 60 pixels that an email shows, and 300 dots an inch of the 40 x 15 mm
# at the head of a letter.
_ROOMS = {PictureUse.LOGO: (480, 120), PictureUse.LOGO_PRINT: (472, 177)}
# Enough of a large photograph for what is drawn in its middle.
_LOOKED_AT = (1920, 1920)
# Of a logo's height: the margin of its own ground around what is drawn.
_MARGIN = 0.08
# How far a colour may be from that of the ground and still be ground, of 255.
_NEAR = 12
# The mean grey below which a ground is dark, and wastes toner.
_DARK = 100


def logo_files(content: bytes) -> Files:
    """Return a logo as PNG for the screen, and in grey for print.

    It stands on a ground of its own, so that no dark mode swallows it: on the one it
    has, or on white, or on dark grey where it is white itself. Room that is left around
    it is taken away but for a margin, and nothing is enlarged. The same bytes give the
    same files. Raises ValueError, in words, for what is no picture or too costly to
    open.
    """
    image = decoded(content, [_LOOKED_AT]).convert("RGB")
    if min(image.size) < limits.LEAST_PIXELS:
        raise ValueError("is only a few pixels large: give a larger one")
    # What a file holds is decoded whole where it cannot be decoded smaller.
    image.thumbnail(_LOOKED_AT, Image.Resampling.LANCZOS)
    drawn = _on_its_ground(image)
    on_paper = _dark_on_white(drawn)
    return {
        PictureUse.LOGO: _file(drawn, _ROOMS[PictureUse.LOGO]),
        PictureUse.LOGO_PRINT: _file(on_paper, _ROOMS[PictureUse.LOGO_PRINT]),
    }


def _on_its_ground(image: Image.Image) -> Image.Image:
    """Return it with an even margin of its ground, or as it is where it has none."""
    corner = image.crop((0, 0, 1, 1))
    ground = corner.tobytes()
    apart = ImageChops.difference(image, corner.resize(image.size)).convert("L")
    far = apart.point(lambda grey: 255 if grey > _NEAR else 0)
    right, bottom = image.width - 1, image.height - 1
    if any(far.getpixel(at) for at in ((right, 0), (0, bottom), (right, bottom))):
        return image
    box = far.getbbox()
    if box is None:
        raise ValueError("is of one colour, so it shows nothing: choose another")
    drawn = image.crop(box)
    margin = max(1, round(drawn.height * _MARGIN))
    return ImageOps.expand(drawn, margin, tuple(ground))


def _dark_on_white(image: Image.Image) -> Image.Image:
    """Return it in grey, its ground white: a tint costs toner, and copies badly."""
    grey = image.convert("L")
    if _edge(grey) < _DARK:
        grey = ImageOps.invert(grey)
    ground = _edge(grey)
    if ground < 255 - _DARK:
        return grey  # it is drawn to its edges
    return grey.point(lambda value: min(255, round(value * 255 / ground)))


def _edge(grey: Image.Image) -> int:
    value = grey.getpixel((0, 0))
    return int(value) if isinstance(value, int | float) else 0


def _file(image: Image.Image, room: Size) -> PictureFile:
    sized = image.copy()
    sized.thumbnail(room, Image.Resampling.LANCZOS)
    if sized.mode == "RGB" and sized.getcolors(256) is None:
        # A photograph costs a third so, and each email carries it.
        sized = sized.quantize(256, dither=Image.Dither.NONE).convert("RGB")
    return PictureFile(
        "image/png", sized.width, sized.height, png(sized, optimize=True)
    )
