"""Pictures from outside: whatever comes in, what goes out is small, plain and ours."""

import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from digest.gather import limits
from digest.gather.pictures.resizing import ROOMS, resized
from digest.model.posts.pictures import PictureFile, PictureUse, name_of
from tests.pictures import SUNSET, a_drawing, a_photo, saved

UPRIGHT = (0.5, 0.9)  # a place, as shares of the size, well below the dark band
BAND = (0.5, 0.1)
SECRET = b"Ann Example was here"


def decoded_image(file: PictureFile) -> Image.Image:
    """Return the picture of a file, after a look at what is around it."""
    image = Image.open(io.BytesIO(file.content))
    image.load()
    assert image.size == (file.width, file.height)
    assert Image.MIME[str(image.format)] == file.media_type
    return image


def colour(image: Image.Image, place: tuple[float, float]) -> tuple[int, int, int]:
    at = (int(image.width * place[0]), int(image.height * place[1]))
    pixel = image.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return (int(pixel[0]), int(pixel[1]), int(pixel[2]))


def is_near(colours: tuple[int, ...], other: tuple[int, ...], by: int = 24) -> bool:
    return all(abs(a - b) <= by for a, b in zip(colours, other, strict=True))


def with_orientation(value: int) -> bytes:
    """Return a drawing laid down so that this orientation puts it upright."""
    undo: dict[int, Any] = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = a_drawing(80, 60)
    if undo[value] is not None:
        image = image.transpose(undo[value])
    exif = Image.Exif()
    exif[0x0112] = value
    exif[0x010E] = SECRET.decode()
    return saved(image, "JPEG", exif=exif, quality=95)


def animated(kind: str) -> bytes:
    frames = [a_drawing(), Image.new("RGB", (60, 40), (0, 255, 0))]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


def clear(mode: str, kind: str = "PNG") -> bytes:
    """Return dark words on nothing: all of it but the band is transparent black."""
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((20, 30, 60, 255), (0, 0, 60, 10))
    if mode == "P":
        return saved(image.quantize(4), kind)
    if mode == "LA":
        return saved(image.convert("LA"), kind)
    if mode == "RGB":
        return saved(image.convert("RGB"), kind, transparency=(0, 0, 0))
    return saved(image, kind)


def deep() -> bytes:
    """Return 16 bits of grey, half as bright as they can be."""
    image = Image.new("I;16", (60, 40), 0x8000)
    return saved(image)


@pytest.mark.parametrize("value", range(1, 9))
def test_a_picture_lies_as_its_camera_was_held(value: int) -> None:
    files = resized(with_orientation(value))

    for use in (PictureUse.EMAIL, PictureUse.PRINT):
        image = decoded_image(files[use])
        assert image.size == (80, 60)
        assert sum(colour(image, BAND)) < 250 < sum(colour(image, UPRIGHT))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(saved(a_drawing()), id="PNG"),
        pytest.param(saved(a_drawing(), "JPEG", quality=95), id="JPEG"),
        pytest.param(saved(a_drawing(), "JPEG", progressive=True), id="progressive"),
        pytest.param(saved(a_drawing(), "WEBP", lossless=True), id="WebP"),
        pytest.param(saved(a_drawing(), "GIF"), id="GIF"),
        pytest.param(saved(a_drawing(), "AVIF", quality=90), id="AVIF"),
        pytest.param(saved(a_drawing(mode="CMYK"), "JPEG", quality=95), id="CMYK"),
        pytest.param(saved(a_drawing().quantize(8)), id="palette"),
        pytest.param(animated("GIF"), id="an animated GIF"),
        pytest.param(animated("WEBP"), id="an animated WebP"),
        pytest.param(animated("PNG"), id="an animated PNG"),
    ],
)
def test_every_kind_becomes_the_same_picture(content: bytes) -> None:
    image = decoded_image(resized(content)[PictureUse.EMAIL])

    assert image.format in {"PNG", "JPEG"}
    assert getattr(image, "n_frames", 1) == 1
    assert is_near(colour(image, UPRIGHT), SUNSET, by=40)


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "RGB"])
def test_what_is_transparent_becomes_white(mode: str) -> None:
    for use, file in resized(clear(mode)).items():
        image = decoded_image(file)
        assert not image.has_transparency_data, use
        assert is_near(colour(image, UPRIGHT), (255, 255, 255), by=3)
        assert sum(colour(image, BAND)) < 300


def test_sixteen_bits_keep_their_brightness() -> None:
    assert is_near(
        colour(decoded_image(resized(deep())[PictureUse.EMAIL]), UPRIGHT),
        (128, 128, 128),
        2,
    )


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_stays_grey(mode: str) -> None:
    image = decoded_image(resized(saved(a_drawing(mode=mode)))[PictureUse.EMAIL])

    assert image.mode in {"L", "P", "1"}


def test_colours_of_another_profile_are_taken_to_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    plain = saved(a_drawing(), icc_profile=lab.tobytes())
    wrong = saved(a_drawing(), icc_profile=b"no profile at all")

    assert b"iCCP" in plain
    for content in (plain, wrong):
        file = resized(content)[PictureUse.EMAIL]
        assert is_near(colour(decoded_image(file), UPRIGHT), SUNSET, by=3)
        assert b"iCCP" not in file.content


def test_print_is_grey() -> None:
    files = resized(saved(a_drawing(800, 600)))

    for use in (PictureUse.PRINT, PictureUse.PRINT_SMALL):
        assert decoded_image(files[use]).mode in {"L", "1", "P"}
        red, green, blue = colour(decoded_image(files[use]), UPRIGHT)
        assert red == green == blue


@pytest.mark.parametrize(
    "size", [(5000, 2000), (2000, 5000), (300, 200), (1201, 10), (9, 3000)]
)
def test_each_use_is_fitted_into_its_room_and_never_enlarged(
    size: tuple[int, int],
) -> None:
    files = resized(saved(a_drawing(*size), "JPEG"))

    for use, room in ROOMS.items():
        file = files[use]
        assert file.width <= min(room.width, size[0])
        assert file.height <= min(room.height, size[1])
        fills = (
            (size[0] <= room.width and size[1] <= room.height)
            or room.width - file.width < 2
            or room.height - file.height < 2
        )
        assert fills, use


def test_no_more_than_the_room_of_print_is_three_hundred_dots_an_inch() -> None:
    inch = 25.4
    assert ROOMS[PictureUse.PRINT].width / (170 / inch) <= 300
    assert ROOMS[PictureUse.PRINT].height / (80 / inch) <= 300
    assert ROOMS[PictureUse.PRINT_SMALL].width / (48 / inch) <= 300
    assert ROOMS[PictureUse.EMAIL].width == 1200


def test_nothing_of_what_a_camera_wrote_is_left() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x8825] = {1: "N", 2: (52.0, 1.0, 2.0)}
    content = saved(
        a_photo(), "JPEG", exif=exif, comment=SECRET, xmp=SECRET, dpi=(72, 72)
    )
    text = Image.new("RGB", (60, 40), SUNSET)
    about = PngImagePlugin.PngInfo()
    about.add_text("Author", SECRET.decode())
    named = saved(text, pnginfo=about)

    assert content.count(SECRET) == 3
    for file in (*resized(content).values(), *resized(named).values()):
        assert SECRET not in file.content
        for mark in (b"Exif", b"eXIf", b"tEXt", b"http"):
            assert mark not in file.content
        assert not decoded_image(file).getexif()


def test_a_drawing_stays_sharp_and_a_photo_small() -> None:
    drawing, photo = resized(saved(a_drawing())), resized(saved(a_photo(1600, 1200)))

    assert drawing[PictureUse.EMAIL].media_type == "image/png"
    assert photo[PictureUse.EMAIL].media_type == "image/jpeg"
    for use, room in ROOMS.items():
        assert len(photo[use].content) <= room.size


def test_the_same_bytes_give_the_same_files_and_name() -> None:
    content = saved(a_photo(), "JPEG")

    assert resized(content) == resized(content)
    assert name_of(resized(content)) == name_of(resized(content))
    assert name_of(resized(content)) != name_of(resized(saved(a_drawing())))


def test_a_note_of_the_camera_that_is_broken_costs_no_picture() -> None:
    content = saved(a_drawing(80, 60), "JPEG", exif=b"Exif\0\0MM\0*\0\0\xff\xff\xff")

    assert decoded_image(resized(content)[PictureUse.EMAIL]).size == (80, 60)


def a_bomb(width: int, height: int) -> bytes:
    """Return a PNG whose head promises that many pixels, and holds next to none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        mark = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + mark

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def many_scans() -> bytes:
    """Return a small JPEG that passes over all of its pixels again and again."""
    whole = saved(Image.new("RGB", (64, 64), SUNSET), "JPEG", progressive=True)
    last = whole.rfind(b"\xff\xc4", 0, whole.rfind(b"\xff\xda"))
    return whole[:-2] + whole[last:-2] * 100 + whole[-2:]


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(a_bomb(60_000, 60_000), "too many pixels", id="a pixel bomb"),
        pytest.param(a_bomb(5000, 4000), "too many pixels", id="a smaller one"),
        pytest.param(a_bomb(2**31 - 1, 1), "too many pixels", id="a very wide one"),
        pytest.param(many_scans(), "broken", id="a JPEG of a hundred scans"),
        pytest.param(saved(a_photo(), "JPEG")[:-900], "cut short", id="cut short"),
        pytest.param(saved(a_photo())[:900], "cut short", id="a PNG cut short"),
        pytest.param(a_bomb(100, 100), "cut short", id="pixels missing"),
        pytest.param(SVG, "SVG", id="SVG"),
        pytest.param(b"\xef\xbb\xbf  " + SVG, "SVG", id="SVG after a byte order mark"),
        pytest.param(b"<!doctype html><p>Log in</p>", "web page", id="a page"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0", "HEIC", id="HEIC"),
        pytest.param(b"\0\0\0\x18ftyphevc\0\0", "HEIC", id="HEIC in motion"),
        pytest.param(b"\0\0\0\x18ftypmsf1\0\0", "HEIC", id="HEIF in motion"),
        pytest.param(saved(a_drawing(), "BMP"), "no picture", id="BMP"),
        pytest.param(saved(a_drawing(), "TIFF"), "no picture", id="TIFF"),
        pytest.param(saved(a_drawing(), "EPS"), "no picture", id="EPS"),
        pytest.param(b"", "no picture", id="nothing"),
        pytest.param(b"GIF89a", "is ", id="a head alone"),
        pytest.param(saved(a_drawing(1, 1), "GIF"), "few pixels", id="a spy's pixel"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        resized(content)

    assert str(refused.value)[:3] in {"is ", "has"}
    assert "\n" not in str(refused.value)


WHOLE: dict[str, bytes] = {
    "PNG": saved(a_drawing(12, 10)),
    "JPEG": saved(a_drawing(12, 10), "JPEG"),
    "GIF": animated("GIF"),
    "WEBP": saved(a_drawing(12, 10), "WEBP"),
    "AVIF": saved(a_drawing(12, 10), "AVIF"),
    "orientation": with_orientation(6),
}


@pytest.mark.parametrize("kind", WHOLE)
@settings(max_examples=60, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 255)), min_size=1, max_size=8
    ),
    end=st.integers(0, 4000),
)
def test_a_mutated_file_is_a_picture_or_is_refused(
    kind: str, changes: list[tuple[int, int]], end: int
) -> None:
    content = bytearray(WHOLE[kind])
    for place, value in changes:
        content[place % len(content)] = value

    with suppress(ValueError):  # any other exception is a fault
        files = resized(bytes(content[: max(end, 20)]))
        assert all(decoded_image(file) for file in files.values())


def test_the_caps_stand_before_pillows_own() -> None:
    assert limits.JPEG_PIXELS == Image.MAX_IMAGE_PIXELS
    assert limits.OTHER_PIXELS < Image.MAX_IMAGE_PIXELS


def test_light_words_on_nothing_get_a_dark_ground() -> None:
    """White words of a dark page would be lost on white paper."""
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (0, 15, 60, 25))
    for use, file in resized(saved(image)).items():
        again = decoded_image(file)
        assert is_near(colour(again, (0.5, 0.5)), (255, 255, 255)), use
        assert is_near(colour(again, (0.5, 0.1)), (51, 51, 51)), use
