"""The email in a real browser: narrow, wide, light and dark, and asked by axe."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from digest.model.editions.edition import Variant
from digest.model.posts.blocks import CallToAction, EasyRead, Picture, Table, TextSpan
from digest.render.email.compile import preview_html
from digest.render.options import RenderOptions
from tests.browser.axe import violations
from tests.builders import a_campaign, a_post, a_variant, an_event, words
from tests.pictures import a_gallery
from tests.rich import RICH_PICTURES, a_rich_variant, cells

pytestmark = pytest.mark.browser

LOOK = RenderOptions(
    datetime(2026, 7, 6, 15, 0, tzinfo=UTC),
    pictures={**RICH_PICTURES, **a_gallery("beside", "wide", width=1200, height=675)},
)
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2
# These ask for a page's own landmarks. A mail program has them, and puts the
# email inside.
NOT_FOR_MAIL = ("region", "landmark-one-main")
Opened = Callable[[Variant, int, str], Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Yield a function that shows a variant's email at a width and in a scheme."""
    contexts = []

    def show(variant: Variant, width: int, scheme: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", lambda route: pytest.fail(f"asked for {route.request.url}"))
        page.set_content(preview_html(variant, LOOK), wait_until="load")
        return page

    yield show
    for context in contexts:
        context.close()


def an_unruly_variant() -> Variant:
    """Return an edition whose every part holds a word too long for a phone."""
    return a_variant(
        a_post(
            title=LONG,
            url="",
            body=(
                *words(LONG),
                CallToAction(LONG, "https://example.org/"),
                EasyRead((TextSpan(LONG),), Picture("", LONG, copy_name="beside")),
                Table(cells("A", "B"), (cells(LONG, LONG),), LONG),
                Table(cells("A", "B", "C", "D"), (cells(LONG, "", "", LONG),)),
                Picture("", LONG, LONG, copy_name="wide"),
            ),
        ),
        an_event(title=LONG, place=LONG, booking_phone="01632 " * 30),
        campaign=a_campaign(title=LONG),
    )


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(a_rich_variant(), id="something of everything"),
        pytest.param(a_rich_variant(language="ar"), id="from right to left"),
        pytest.param(an_unruly_variant(), id="words too long for a phone"),
    ],
)
def test_a_phone_never_scrolls_sideways(opened: Opened, variant: Variant) -> None:
    page = opened(variant, 320, "light")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("draft", [False, True], ids=["for readers", "a proof"])
def test_axe_finds_nothing_wrong(opened: Opened, draft: bool) -> None:  # noqa: FBT001 - a case
    page = opened(a_rich_variant(draft=draft), 320, "light")

    assert violations(page, but=NOT_FOR_MAIL) == []


def test_dark_mode_is_dark(opened: Opened) -> None:
    shade = "getComputedStyle(document.querySelector('.card')).backgroundColor"

    assert opened(a_rich_variant(), 320, "dark").evaluate(shade) == "rgb(26, 34, 38)"
    assert opened(a_rich_variant(), 320, "light").evaluate(shade) == (
        "rgb(255, 255, 255)"
    )


def test_words_are_large_enough_to_read(opened: Opened) -> None:
    page = opened(a_rich_variant(), 320, "light")
    sizes = page.evaluate(
        """[...document.querySelectorAll("p, li, td, th, a, caption")]
           .map(e => parseFloat(getComputedStyle(e).fontSize))"""
    )

    assert min(sizes) >= 16
    assert sorted(sizes)[len(sizes) // 2] >= 18


def test_a_wide_window_keeps_one_readable_column(opened: Opened) -> None:
    page = opened(a_rich_variant(), 1280, "light")

    assert page.evaluate("document.querySelector('.card').offsetWidth") == 640


def test_every_link_is_underlined(opened: Opened) -> None:
    page = opened(a_rich_variant(), 320, "light")
    lines = page.evaluate(
        """[...document.querySelectorAll("a[href]")]
           .map(a => getComputedStyle(a).textDecorationLine)"""
    )

    assert set(lines) == {"underline"}
