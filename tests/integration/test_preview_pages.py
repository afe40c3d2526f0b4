"""Pages of letters as pictures, beside an edition: as many as the PDF has."""

import io
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfDocument
from sqlalchemy import Engine

from digest.bootstrap import App
from digest.errors import NotFound, RenderError
from digest.model.formats import LETTER, named
from digest.render.letter.letter import LetterOptions, preview
from digest.render.page_pictures import page_pictures
from digest.schedule import limits
from digest.settings import Settings
from tests.builders import EIGHT, a_post, a_variant
from tests.queries import counting
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted


def ink(picture: bytes) -> float:
    """Return how much of a page is dark."""
    with Image.open(io.BytesIO(picture)) as image:
        histogram = image.convert("L").histogram()
    return sum(histogram[:128]) / sum(histogram)


def test_each_page_of_a_letter_is_drawn_as_its_pdf_has_it() -> None:
    posts = [a_post(f"post-{number}", title="Urns " * 20) for number in range(9)]
    pdf = preview(a_variant(*posts, format=LETTER), LetterOptions(str))
    with PdfDocument(pdf) as document:
        count = len(document)
        drawn_by_another = []
        for page in document:
            out = io.BytesIO()
            page.render(scale=96 / 72).to_pil().save(out, "PNG")
            drawn_by_another.append(out.getvalue())
    pages = page_pictures(pdf, count)

    assert len(pages) == count > 1
    for ours, theirs in zip(pages, drawn_by_another, strict=True):
        assert ours.startswith(b"\x89PNG")
        assert ink(ours) == pytest.approx(ink(theirs), rel=0.25, abs=0.002)
        with Image.open(io.BytesIO(ours)) as image:
            assert image.size == pytest.approx((794, 1123), abs=2)


def test_what_is_no_pdf_is_told_in_a_line() -> None:
    assert page_pictures(b"", 0) == ()
    with pytest.raises(RenderError, match="its pages cannot be shown"):
        page_pictures(b"no pdf", 1)


@pytest.fixture
def program(sqlite_engine: Engine, tmp_path: Path) -> App:
    """Return a program with an open edition of one post."""
    a_stored_campaign(sqlite_engine, READY)
    posts_accepted(sqlite_engine, [a_post("one", title="Urns")])
    return App(Settings(data_dir=tmp_path), sqlite_engine, lambda: EIGHT, "k" * 32)


def test_they_are_drawn_once_for_the_same_contents(program: App) -> None:
    key = ("lantern-week", "daily", "letter", None, "a mark")
    first = program.preview_pages.of(key)
    with counting(program.engine) as statements:
        again = program.preview_pages.of(key)

    assert first == again != ()
    assert statements == []


def test_only_the_latest_are_kept(program: App) -> None:
    pages = program.preview_pages
    for number in range(limits.PREVIEW_PAGES_KEPT + 1):
        pages.of(("lantern-week", "daily", "html", None, str(number)))
    with counting(program.engine) as of_the_last:
        pages.of(("lantern-week", "daily", "html", None, str(number)))
    with counting(program.engine) as of_the_first:
        pages.of(("lantern-week", "daily", "html", None, "0"))

    assert of_the_last == []
    assert of_the_first != []


def test_an_email_has_no_pages_and_who_has_no_address_no_letter(program: App) -> None:
    assert named("html").previews
    html = ("lantern-week", "daily", "html", None, "")
    assert program.preview_pages.of(html) == ()
    a_reader(program.engine, "ann")
    with pytest.raises(NotFound, match="no postal address"):
        program.preview_pages.of(("lantern-week", "daily", "letter", 1, ""))
