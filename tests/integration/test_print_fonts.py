"""Fonts that are not there: said in one line, before a blank letter is printed."""

import shutil
from pathlib import Path

import pytest

from digest.errors import RenderError
from digest.render.paper.fonts import FOLDER, coverage, coverage_of

REGULAR = "AtkinsonHyperlegibleNext_400Regular.ttf"


def test_our_fonts_cover_what_we_promise() -> None:
    assert {ord(letter) for letter in "Aŵŷłя\u03a9\u0628\u0985"} <= coverage()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"", id="empty"),
        pytest.param(b"this is no font" * 9, id="no font"),
        pytest.param((FOLDER / REGULAR).read_bytes()[:1000], id="cut short"),
    ],
)
def test_a_font_that_cannot_be_used_is_named_in_one_line(
    tmp_path: Path, content: bytes | None
) -> None:
    fonts = tmp_path / "fonts"
    shutil.copytree(FOLDER, fonts)
    (fonts / REGULAR).unlink()
    if content is not None:
        (fonts / REGULAR).write_bytes(content)

    with pytest.raises(RenderError, match=REGULAR) as refusal:
        coverage_of(fonts)

    assert "\n" not in str(refusal.value)
