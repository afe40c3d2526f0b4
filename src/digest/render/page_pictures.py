"""Pages of a PDF as pictures, for a page that shows how something is printed.

Typst draws them, which has made the PDF: no other program has to be there.
"""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from PIL import Image, ImageChops

from digest.errors import RenderError
from digest.render.limits import PAGE_DOTS_PER_INCH

# A4, as letters are; a page of another size is fitted in.
_PAGES = """\
#set page(width: 210mm, height: 297mm, margin: 0mm)
#for number in range(1, {count} + 1) {{
  page(image("pages.pdf", page: number, width: 100%, height: 100%, fit: "contain"))
}}
"""


def page_pictures(pdf: bytes, count: int) -> tuple[bytes, ...]:
    """Return its first `count` pages as PNG. Raises RenderError where it cannot be."""
    if not count:
        return ()
    with TemporaryDirectory(prefix="digest-pages-") as place:
        root = Path(place)
        (root / "pages.pdf").write_bytes(pdf)
        (root / "pages.typ").write_text(_PAGES.format(count=count), encoding="utf-8")
        try:
            compiler = typst.Compiler(str(root / "pages.typ"), root=place)
            pages = compiler.compile(format="png", ppi=PAGE_DOTS_PER_INCH)
        except (typst.TypstError, RuntimeError, OSError) as fault:
            words = " ".join(str(fault).split())
            raise RenderError(f"its pages cannot be shown: {words}") from fault
    pictures = pages if isinstance(pages, list) else [pages]
    return tuple(_smaller(each) for each in pictures if isinstance(each, bytes))


def _smaller(picture: bytes) -> bytes:
    """Return the picture without what most pages do not need: colour, transparency."""
    with Image.open(io.BytesIO(picture)) as image:
        page = image.convert("RGB")
    red, green, blue = page.split()
    differences = ImageChops.difference(red, green), ImageChops.difference(green, blue)
    is_grey = not any(each.getbbox() for each in differences)
    out = io.BytesIO()
    (red if is_grey else page).save(out, "PNG")
    return out.getvalue()
