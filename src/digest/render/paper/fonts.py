"""The fonts that letters are set in, and which characters they can print.

Atkinson Hyperlegible Next is drawn so that letters are not taken for one
another; Noto Sans stands behind it for what it lacks. Both travel with the
package: a letter looks the same on every machine. The font for Chinese, Japanese
and Korean is as large as all the rest; it comes with digest[fonts].
"""

import functools
import importlib.util
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import typst

from digest.errors import RenderError

FOLDER = Path(__file__).parents[1] / "fonts"
FAMILIES = (
    "Atkinson Hyperlegible Next",
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Armenian",
    "Noto Sans Bengali",
    "Noto Sans Devanagari",
    "Noto Sans Ethiopic",
    "Noto Sans Georgian",
    "Noto Sans Gurmukhi",
    "Noto Sans Gujarati",
    "Noto Sans Hebrew",
    "Noto Sans Tamil",
    "Noto Sans Thai",
    "Noto Sans Symbols",
    "Noto Sans Symbols 2",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
)
# The package of digest[fonts], and what it is for, as Unicode's scripts and languages
# are called in English.
_EAST_ASIAN = "manimgx_fonts_cjk"
EXTRA = "pip install 'digest[fonts]'"
_EXTRA_NAMES = frozenset({"Chinese", "Japanese", "Korean"})


# The text face in its four styles, and the one behind it: without them a letter
# would be blank, and Typst would not say so.
_NEEDED = (
    "AtkinsonHyperlegibleNext_400Regular.ttf",
    "AtkinsonHyperlegibleNext_400Regular_Italic.ttf",
    "AtkinsonHyperlegibleNext_700Bold.ttf",
    "AtkinsonHyperlegibleNext_700Bold_Italic.ttf",
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
)


@functools.cache
def fonts() -> typst.Fonts:
    """Return our fonts and no others: none of the system's, none of Typst's.

    Raises RenderError where a font is missing or damaged.
    """
    coverage()
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[*map(str, folders())],
    )


def cure_for(names: Iterable[str]) -> str:
    """Return how to have the fonts for scripts or languages of those English names.

    "" where the extra has none for them, or is there already.
    """
    has_them = bool(_EXTRA_NAMES.intersection(names))
    return EXTRA if has_them and not importlib.util.find_spec(_EAST_ASIAN) else ""


def folders() -> list[Path]:
    """Return the folders that our fonts are in: one more where the extra is there."""
    extra = importlib.util.find_spec(_EAST_ASIAN)
    places = extra.submodule_search_locations if extra else None
    return [FOLDER, *map(Path, places or ())]


@functools.cache
def coverage() -> frozenset[int]:
    """Return every code point that a font of ours has a glyph for.

    Raises RenderError where a font is missing or damaged.
    """
    return frozenset().union(*map(coverage_of, folders()))


def coverage_of(folder: Path) -> frozenset[int]:
    """Return every code point that the fonts in `folder` have a glyph for.

    Raises RenderError where one that letters need is missing, or is no font.
    """
    code_points: set[int] = set()
    is_extra = any(folder.glob("*.ttc"))
    needed = () if is_extra else (folder / name for name in _NEEDED)
    for path in sorted({*folder.glob("*.tt[fc]"), *needed}):
        try:
            code_points.update(_code_points(path.read_bytes()))
        except (OSError, struct.error, LookupError, ValueError) as problem:
            raise RenderError(
                f"the font {path.name} is missing or damaged, so that no letter can "
                "be printed: install digest again"
            ) from problem
    return frozenset(code_points)


def _code_points(font: bytes) -> Iterator[int]:
    """Yield the code points of a font's `cmap` (OpenType, formats 4 and 12)."""
    start = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    for record in range(count):
        (offset,) = struct.unpack_from(">L", font, start + 4 + record * 8 + 4)
        (form,) = struct.unpack_from(">H", font, start + offset)
        if form == 4:
            yield from _segments(font, start + offset)
        elif form == 12:
            (groups,) = struct.unpack_from(">L", font, start + offset + 12)
            for group in range(groups):
                place = start + offset + 16 + group * 12
                first, last = struct.unpack_from(">LL", font, place)
                yield from range(first, last + 1)


def _table(font: bytes, name: bytes) -> int:
    # A collection begins with where its fonts begin; they share their characters.
    start = struct.unpack_from(">L", font, 12)[0] if font[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", font, start + 4)
    for record in range(count):
        place = start + 12 + record * 16
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, place)
        if tag == name:
            return int(offset)
    raise ValueError(f"a font has no {name.decode()} table")


def _segments(font: bytes, at: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", font, at + 6)
    ends = struct.unpack_from(f">{double // 2}H", font, at + 14)
    starts = struct.unpack_from(f">{double // 2}H", font, at + 16 + double)
    for first, last in zip(starts, ends, strict=True):
        # The last segment holds U+FFFF alone and maps it to nothing.
        yield from range(first, min(last, 0xFFFE) + 1)
