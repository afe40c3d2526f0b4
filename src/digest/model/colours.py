"""Colours as they are written, and how well white words can be read on them."""

import re

# WCAG 2.2, 1.4.6: the ratio that words of any size need to be read with weak eyes.
ENOUGH = 7.0
_WRITTEN = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


def header_colour(text: str) -> str:
    """Return a colour on which white words can be read, as "#0b4f63".

    Raises ValueError in words: with the ratio, and a darker one that would do.
    """
    written = _WRITTEN.fullmatch(text.strip())
    if not written:
        raise ValueError('is not a colour; write it as "#0b4f63"')
    digits = written[1] if len(written[1]) == 6 else "".join(d * 2 for d in written[1])
    colour = f"#{digits.lower()}"
    ratio = contrast_with_white(colour)
    if ratio < ENOUGH:
        raise ValueError(
            f"is too light: white words on it stand out {in_figures(ratio)}, and "
            f'{in_figures(ENOUGH)} is needed; "{darkened(colour)}" would do'
        )
    return colour


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of white on a colour (WCAG 2.2), from 1 to 21."""
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def darkened(colour: str) -> str:
    """Return the lightest shade of a colour on which white words can be read."""
    parts = _parts(colour)
    for percent in range(100, -1, -1):
        darker = "#" + "".join(f"{part * percent // 100:02x}" for part in parts)
        if contrast_with_white(darker) >= ENOUGH:
            return darker
    raise AssertionError("black is dark enough")


def in_figures(ratio: float) -> str:
    """Return a ratio as it is written, never better than it is: "6.9:1"."""
    return f"{int(ratio * 10) / 10:g}:1"


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
