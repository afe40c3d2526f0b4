"""Make the pages' font files from those of letters: `python -m tests.web_fonts`.

src/digest/web/static/fonts holds what this makes: the Latin of two weights, for
browsers, each under a third of its original. It asks for fonttools and brotli, which
nothing else does: `pip install "fonttools[woff]"` first.
"""

import sys
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src" / "digest"
LETTERS = SOURCES / "render" / "fonts"
PAGES = SOURCES / "web" / "static" / "fonts"
WEIGHTS = {"400": "400Regular", "700": "700Bold"}
# Latin with all its marks (Welsh and Vietnamese too), dashes and quotation marks, the
# euro, arrows, minus and star; any other script is left to the reader's own fonts.
CHARACTERS = (
    *(range(0x20, 0x250), range(0x1E00, 0x1F00), range(0x2010, 0x203B)),
    *(range(0x20AC, 0x20AD), range(0x2190, 0x2194), range(0x2212, 0x2213)),
    range(0x2605, 0x2606),
)


def main() -> int:
    """Write both files; say what to install where that cannot be done."""
    try:
        from fontTools import subset  # noqa: PLC0415 - may be missing
    except ImportError:
        print('first: pip install "fonttools[woff]"')  # noqa: T201 - what it is for
        return 1
    options = subset.Options(flavor="woff2", layout_features=["*"])
    for weight, name in WEIGHTS.items():
        font = subset.load_font(
            str(LETTERS / f"AtkinsonHyperlegibleNext_{name}.ttf"), options
        )
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[code for codes in CHARACTERS for code in codes])
        cutter.subset(font)
        target = PAGES / f"atkinson-next-{weight}.woff2"
        subset.save_font(font, str(target), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
