"""Bytes from outside as a picture in plain colours, within limits."""

import io
import logging
import math
import struct
import warnings
from collections.abc import Sequence
from threading import Lock

from PIL import Image, ImageCms, ImageStat, UnidentifiedImageError

from digest.gather import limits

logger = logging.getLogger(__name__)

Size = tuple[int, int]

# So that what one costs in memory is what all cost.
_ONE_AT_A_TIME = Lock()
_KINDS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
# What such files call themselves, ISO/IEC 23008-12: pictures, and pictures in motion.
_HEIC = frozenset(b"heic heix heim heis hevc hevx hevm hevs mif1 msf1".split())
_ORIENTATION = 0x0112
# How to put upright what EXIF's orientation says lies otherwise.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE = frozenset(_TURNS[value] for value in range(5, 9))
_WHITE = (255, 255, 255)
_DARK_GREY = (51, 51, 51)
# The mean grey of what shows, above which it is lost on white.
_LIGHT = 224

# Our own caps come first; this one stands behind them.
Image.MAX_IMAGE_PIXELS = limits.JPEG_PIXELS


class _Refused(Exception):  # noqa: N818 - what happened to the picture
    """No picture for us, in words; decoders raise ValueError in words of their own."""


def decoded(content: bytes, rooms: Sequence[Size]) -> Image.Image:
    """Return the first frame, upright, on white, in RGB or L, without metadata.

    It is as large as it was, or large enough to be fitted into each of the rooms.
    Raises ValueError, in words, for anything but a whole JPEG, PNG, GIF, WebP or
    AVIF within the limits.
    """
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_KINDS) as image:
                _check(image, content)
                plain = _on_white(_in_srgb(_upright(image, rooms)))
            plain.info = {}  # what else it carries would be written out again
            return plain
    except _Refused as problem:
        raise ValueError(str(problem)) from problem
    except UnidentifiedImageError as problem:
        raise ValueError(_what_it_is(content)) from problem
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise ValueError(_TOO_LARGE) from problem
    except Exception as problem:
        # Decoders raise whatever a broken file makes them stumble over.
        logger.info("picture not decoded why=%s", type(problem).__name__)
        raise ValueError(_BROKEN) from problem


_TOO_LARGE = (
    "has too many pixels: save it smaller (a JPEG up to 50 million, others up to 13)"
)
_BROKEN = "is broken or was cut short: save it again as a JPEG or PNG"


def _check(image: Image.Image, content: bytes) -> None:
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    most = limits.JPEG_PIXELS if kind == "JPEG" else limits.OTHER_PIXELS
    if image.width * image.height > most:
        raise _Refused(_TOO_LARGE)
    if kind == "JPEG" and content.count(b"\xff\xda") > limits.JPEG_SCANS:
        raise _Refused(_BROKEN)


def _upright(image: Image.Image, rooms: Sequence[Size]) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        orientation = 1  # what a camera noted is no part of the picture
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    width, height = reversed(image.size) if turn in _ON_ITS_SIDE else image.size
    scale = max(min(1.0, wide / width, high / height) for wide, high in rooms)
    # Decodes no more of a JPEG than is needed; other kinds take no notice.
    image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
    image.load()
    return image if turn is None else image.transpose(turn)


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile", b"")
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode not in {"RGB", "RGBA", "CMYK"} or not profile:
        return image
    if len(profile) > limits.COLOUR_PROFILE_BYTES:
        return image
    try:
        in_srgb = ImageCms.profileToProfile(
            image,
            io.BytesIO(profile),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a bad profile shifts colours, and is no reason for none
    return in_srgb or image


def _on_white(image: Image.Image) -> Image.Image:
    """Return it without transparency: dark words on nothing vanish in dark mode."""
    if image.mode.startswith("I"):
        # 16 bits for each grey; Pillow would cut them off rather than scale them.
        return image.point(lambda grey: grey * (1 / 256)).convert("L")
    if image.has_transparency_data:
        clear = image if image.mode == "RGBA" else image.convert("RGBA")
        shape = clear.getchannel("A")
        # White words on nothing, as for a dark page, need a dark ground.
        light = ImageStat.Stat(clear.convert("L"), shape).mean[0] > _LIGHT
        ground = Image.new("RGB", image.size, _DARK_GREY if light else _WHITE)
        ground.paste(clear, mask=shape)
        return ground
    is_grey = image.mode in {"L", "1", "LA", "La"}
    mode = "L" if is_grey else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _what_it_is(content: bytes) -> str:
    head = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "is an SVG drawing, which may run programs: save it as a PNG"
    if head.startswith(b"<"):
        return "is a web page and no picture: give the address of the picture itself"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return "is in Apple's HEIC format: save it as a JPEG"
    return "is no picture that can be shown: save it as a JPEG or PNG"
