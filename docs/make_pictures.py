"""Draw the pictures of README.md and the docs: email, letter and pages of the demo."""

import shutil
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright

from digest.bootstrap import opened
from digest.cli.service.demonstration import run_demo
from digest.settings import Settings
from docs import make_screens

HERE = Path(__file__).parent / "pictures"
SCALE = 1.0  # 72 dots per inch: a page 595 wide
# Pages as a laptop shows them, by what they are called there and here.
PAGES = {"today": "today", "edition-open": "composer", "person": "person"}
LAPTOP = (1280, 960)


def main() -> None:
    """Run the demo in a folder of its own and draw what it made."""
    HERE.mkdir(exist_ok=True)
    chromium = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run_demo(folder, once=True, port=8000, talk=lambda _words: None)
        with opened(Settings(data_dir=folder)) as digest:
            html = digest.previews.edition(1, "html").content.decode()
        [letters] = folder.rglob("letters-1.pdf")
        draw_email(html, chromium)
        draw_letter(letters)
    draw_pages()


def draw_email(html: str, chromium: str | None) -> None:
    """Draw the top of the email as a phone shows it."""
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": 595, "height": 842})
        page.set_content(html)
        page.screenshot(path=HERE / "email.png")
        browser.close()


def draw_letter(letters: Path) -> None:
    """Draw the first page of the first letter; the packing list comes before it."""
    document = pypdfium2.PdfDocument(letters)
    page = next(
        page for page in document if "Dear" in page.get_textpage().get_text_range()
    )
    page.render(scale=SCALE).to_pil().convert("L").save(HERE / "letter.png")


def draw_pages() -> None:
    """Draw the top of some pages, in few colours: they are kept in the repository."""
    make_screens.main([*PAGES])
    for page, name in PAGES.items():
        with Image.open(make_screens.BUILD / f"{page}-1280-light.png") as drawn:
            top = drawn.convert("RGB").crop((0, 0, *LAPTOP))
            top.quantize(128).save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
