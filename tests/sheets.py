"""Printed pages as a test reads them: words with places, ink, fonts.

Lengths are millimetres from the top left corner of the sheet.
"""

import ctypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

# How one attribute of a tagged element is had from the library.
Get = Callable[[Any, Any, int], int]
POINTS = 72 / 25.4
_INK = bytes(int(grey < 160) for grey in range(256))
# Soft places to break are there for the type, not for the reader.
_UNSEEN = re.compile("[\u200b\ufffe\u0002]")


@dataclass(frozen=True)
class Mark:
    """One printed character: where it stands and how large it is, in points."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    points: float


@dataclass(frozen=True)
class Printed:
    """A printed picture: its size in millimetres and how fine its dots are."""

    width: float
    height: float
    dots_across: float
    dots_down: float
    is_grey: bool


class Sheets:
    """A PDF, page by page, the first being 0."""

    def __init__(self, pdf: bytes) -> None:
        self._document = pypdfium2.PdfDocument(pdf)

    def __len__(self) -> int:
        return len(self._document)

    @property
    def title(self) -> str:
        """The document's title."""
        return str(self._document.get_metadata_value("Title"))

    def size(self, page: int) -> tuple[int, int]:
        """Return width and height, rounded to the millimetre."""
        width, height = self._document[page].get_size()
        return round(width / POINTS), round(height / POINTS)

    def text(self, page: int) -> str:
        """Return the words of a page in reading order, single spaces between."""
        words = self._document[page].get_textpage().get_text_range()
        return " ".join(_UNSEEN.sub("", words).split())

    def languages(self, page: int) -> set[str]:
        """Return the languages that the page's words are said to be in."""
        size = pdfium.FPDFCatalog_GetLanguage(self._document, None, 0)
        whole = (ctypes.c_ushort * size)()
        pdfium.FPDFCatalog_GetLanguage(self._document, whole, size)
        languages = set(self._attributes(page, pdfium.FPDF_StructElement_GetLang))
        return {bytes(whole).decode("utf-16-le").partition("\0")[0], *languages}

    def alternative_texts(self) -> list[str]:
        """Return what its pictures are said to show, in reading order."""
        get = pdfium.FPDF_StructElement_GetAltText
        return [
            text for page in range(len(self)) for text in self._attributes(page, get)
        ]

    def _attributes(self, page: int, get: Get) -> Iterator[str]:
        tree = pdfium.FPDF_StructTree_GetForPage(self._document[page])
        for number in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            root = pdfium.FPDF_StructTree_GetChildAtIndex(tree, number)
            yield from _attributes(root, get)

    def whole_text(self) -> str:
        """Return the words of every page."""
        return " ".join(self.text(page) for page in range(len(self)))

    def marks(self, page: int) -> Iterator[Mark]:
        """Yield the page's characters, spaces left out."""
        height = self._document[page].get_height()
        text = self._document[page].get_textpage()
        for index in range(text.count_chars()):
            letter = chr(pdfium.FPDFText_GetUnicode(text, index))
            if letter.isspace() or _UNSEEN.match(letter):
                continue
            x0, bottom, x1, top = text.get_charbox(index)
            points = pdfium.FPDFText_GetFontSize(text, index)
            yield Mark(
                letter,
                x0 / POINTS,
                (height - top) / POINTS,
                x1 / POINTS,
                (height - bottom) / POINTS,
                points,
            )

    def dots(self, page: int, per_mm: float = 4) -> list[bytes]:
        """Return the page's rows of dots, so many to the millimetre; 1 is ink."""
        drawn = self._document[page].render(scale=per_mm / POINTS, grayscale=True)
        rows, width = bytes(drawn.buffer).translate(_INK), drawn.stride
        return [
            rows[start : start + drawn.width] for start in range(0, len(rows), width)
        ]

    def ink(
        self, page: int, box: tuple[float, float, float, float], per_mm: float = 4
    ) -> tuple[float, ...] | None:
        """Return the edges of the ink within (left, top, right, bottom), or None."""
        x0, top, x1, bottom = (round(place * per_mm) for place in box)
        rows = [row[x0:x1] for row in self.dots(page, per_mm)[top:bottom]]
        inked = [number for number, row in enumerate(rows) if 1 in row]
        if not inked:
            return None
        starts = min(rows[number].find(1) for number in inked)
        ends = max(rows[number].rfind(1) for number in inked) + 1
        edges = (x0 + starts, top + inked[0], x0 + ends, top + inked[-1] + 1)
        return tuple(place / per_mm for place in edges)

    def fonts(self) -> set[tuple[str, bool]]:
        """Return the fonts used, each with whether it is embedded."""
        return {
            font
            for page in self._document
            for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])
            for font in [_font(thing)]
        }

    def pictures(self) -> list[Printed]:
        """Return the pictures of every page, in the order they are painted."""
        return [
            _printed(thing)
            for page in self._document
            for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])
        ]

    def bookmarks(self) -> list[str]:
        """Return the titles of the bookmarks, in order."""
        return [str(entry.get_title()) for entry in self._document.get_toc()]


def _printed(thing: Any) -> Printed:
    x0, bottom, x1, top = thing.get_bounds()
    width, height = (x1 - x0) / POINTS, (top - bottom) / POINTS
    across, down = thing.get_px_size()
    return Printed(
        width,
        height,
        across / width * 25.4,
        down / height * 25.4,
        is_grey=thing.get_metadata().bits_per_pixel <= 8,
    )


def _font(thing: Any) -> tuple[str, bool]:
    font = pdfium.FPDFTextObj_GetFont(thing)
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFFont_GetBaseFontName(font, name, 200)
    bare = name.value.decode().rpartition("+")[2]
    return bare, bool(pdfium.FPDFFont_GetIsEmbedded(font))


def _attributes(element: Any, get: Get) -> Iterator[str]:
    """Yield what `get` gives of an element of a tagged page and of those inside it."""
    size = get(element, None, 0)
    if size > 2:
        value = ctypes.create_string_buffer(size)
        get(element, value, size)
        yield value.raw.decode("utf-16-le").rstrip("\0")
    for number in range(pdfium.FPDF_StructElement_CountChildren(element)):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, number)
        if child:
            yield from _attributes(child, get)
