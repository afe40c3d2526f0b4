"""A logo from outside: on a ground of its own, of little weight, dark on paper."""

import io
from typing import Any

import pytest
from PIL import Image, ImageDraw

from digest.gather.pictures.logo import logo_files
from digest.model.posts.pictures import PictureFile, PictureUse
from tests.pictures import SUNSET, a_drawing, a_photo, saved

WHITE = (255, 255, 255)


def a_mark(colour: tuple[int, ...], ground: tuple[int, ...], size: int = 400) -> bytes:
    """Return a disc in the middle of much room."""
    image = Image.new("RGBA", (size, size), ground)
    ImageDraw.Draw(image).ellipse((150, 150, 250, 250), fill=colour)
    return saved(image)


def image_of(file: PictureFile) -> Image.Image:
    assert file.media_type == "image/png"
    image = Image.open(io.BytesIO(file.content))
    assert image.size == (file.width, file.height)
    return image.convert("RGB")


def at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    pixel = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    assert isinstance(pixel, tuple)
    return tuple(map(int, pixel))


@pytest.mark.parametrize(
    ("content", "ground", "drawn"),
    [
        pytest.param(a_mark(SUNSET, (0, 0, 0, 0)), WHITE, SUNSET, id="on nothing"),
        pytest.param(a_mark((255,) * 4, (0,) * 4), (51,) * 3, WHITE, id="white itself"),
        pytest.param(
            a_mark(SUNSET, (9, 60, 80, 255)), (9, 60, 80), SUNSET, id="on its own"
        ),
    ],
)
def test_a_logo_brings_its_ground_and_no_more_room_than_a_margin(
    content: bytes, ground: tuple[int, ...], drawn: tuple[int, ...]
) -> None:
    image = image_of(logo_files(content)[PictureUse.LOGO])

    assert at(image, 0, 0) == ground
    assert at(image, 0.5, 0.5) == drawn
    assert at(image, 0.5, 0.12) == drawn, "there is more room around it than a margin"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(a_mark(SUNSET, (0, 0, 0, 0)), id="dark"),
        pytest.param(a_mark((255,) * 4, (0,) * 4), id="white, for a dark page"),
        pytest.param(a_mark(SUNSET, (240, 236, 220, 255)), id="on cream"),
    ],
)
def test_on_paper_it_is_dark_on_white(content: bytes) -> None:
    image = image_of(logo_files(content)[PictureUse.LOGO_PRINT])

    assert at(image, 0, 0) == WHITE
    assert max(at(image, 0.5, 0.5)) < 140
    assert image.getcolors() == image.convert("L").convert("RGB").getcolors()


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((1200, 300), (480, 120)), ((300, 1200), (30, 120)), ((40, 20), (40, 20))],
    ids=["wide", "tall", "small, which is not enlarged"],
)
def test_it_is_made_to_fit(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    file = logo_files(saved(a_drawing(*size)))[PictureUse.LOGO]

    assert (file.width, file.height) == fitted


def test_a_photograph_as_a_logo_is_no_weight() -> None:
    files = logo_files(saved(a_photo(1600, 1200), "JPEG"))

    assert sum(len(file.content) for file in files.values()) < 60_000


def test_the_same_bytes_give_the_same_logo_and_its_own_file_the_same_again() -> None:
    content = a_mark(SUNSET, (0, 0, 0, 0))
    once = logo_files(content)[PictureUse.LOGO]

    assert logo_files(content)[PictureUse.LOGO] == once
    assert logo_files(once.content)[PictureUse.LOGO].width == once.width


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload='alert(1)'/>", "SVG"),
        (b"MZ\x90\x00", "no picture"),
        (saved(a_drawing())[:60], "broken"),
        (saved(Image.new("RGB", (200, 200), SUNSET)), "of one colour"),
        (saved(a_drawing(4, 4)), "few pixels"),
    ],
    ids=["svg", "program", "cut short", "one colour", "tiny"],
)
def test_what_is_no_logo_is_refused_in_words(content: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        logo_files(content)
