"""Colours of a header: as they are written, and whether white can be read on them."""

import pytest

from digest.model.colours import contrast_with_white, darkened, header_colour


@pytest.mark.parametrize(
    ("colour", "ratio"),
    [
        # Of greys, the last two are known to be just enough for 4.5:1 and 7:1.
        ("#000000", 21.0),
        ("#ffffff", 1.0),
        ("#767676", 4.54),
        ("#595959", 7.0),
    ],
)
def test_the_ratio_is_that_of_wcag(colour: str, ratio: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(ratio, abs=0.02)


@pytest.mark.parametrize(
    ("written", "colour"),
    [("#0B4F63", "#0b4f63"), ("0b4f63", "#0b4f63"), (" #024 ", "#002244")],
)
def test_a_dark_colour_is_taken(written: str, colour: str) -> None:
    assert header_colour(written) == colour


def test_a_light_colour_is_refused_with_its_figure_and_one_that_would_do() -> None:
    with pytest.raises(
        ValueError, match=r"stand out 3\.9:1.*7:1.*\"#[0-9a-f]{6}\""
    ) as why:
        header_colour("#ff0000")

    suggestion = str(why.value).split('"')[1]
    assert header_colour(suggestion) == suggestion
    assert contrast_with_white(suggestion) < 7.3  # no darker than it has to be


@pytest.mark.parametrize(
    "text",
    ["", "red", "#12345", "#1234567", "url(x)", '#000"; x', "#\u0660\u0660\u0660"],
)
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a colour"):
        header_colour(text)


@pytest.mark.parametrize("step", range(0, 256, 15))
def test_every_colour_has_a_shade_that_will_do(step: int) -> None:
    for colour in (f"#{step:02x}ff{255 - step:02x}", f"#ff{step:02x}00"):
        assert contrast_with_white(darkened(colour)) >= 7
