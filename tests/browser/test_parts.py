"""Every part that pages are built of, on one page, whether a page has it yet or not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.settings import Settings
from digest.web.app import make_app
from digest.web.parts.pages import Pages
from tests.browser.axe import violations
from tests.builders import EIGHT, SITE

pytestmark = pytest.mark.browser

PARTS = Path(__file__).with_name("parts.html")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[App]:
    """Yield a program whose operator has a page of every part."""
    (tmp_path / "own" / "web").mkdir(parents=True)
    (tmp_path / "own" / "web" / "parts.html").write_text(PARTS.read_text())
    settings = Settings(data_dir=tmp_path, templates_dir=tmp_path / "own")
    with opened(settings, EIGHT, migrating=True) as app:
        yield app


@pytest.fixture
def page(browser: Browser, program: App) -> Iterator[Page]:
    """Yield the page of every part."""
    app = make_app(program)
    pages = Pages(program)
    app.add_api_route("/parts", lambda: pages.page("parts.html"))
    client = TestClient(app, base_url=SITE)

    def answer(route: Route) -> None:
        answer = client.get(route.request.url.removeprefix(SITE))
        route.fulfill(
            status=answer.status_code, headers=dict(answer.headers), body=answer.content
        )

    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.route("**/*", answer)
    page.goto(f"{SITE}/parts")
    yield page
    context.close()


STYLED = """rules => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(rules)
    document.adoptedStyleSheets = [sheet]
}"""
PALE = "h1 { color: #ccc !important }"
DIM = "@media (prefers-color-scheme: dark) { h1 { color: #444 !important } }"


def test_axe_finds_nothing_to_mend_in_any_part(page: Page) -> None:
    assert violations(page) == []
    # Nor is a fault passed over where all else has been looked at before.
    for rules, fault in ((PALE, "color-contrast"), (DIM, "color-contrast, dark")):
        page.evaluate(STYLED, rules)
        for _again in range(2):
            assert fault in [rule for rule, _ in violations(page)]
    page.evaluate(STYLED, "")
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 640, 900, 1280])
def test_every_part_fits_its_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_part_that_takes_the_focus_shows_it(page: Page) -> None:
    # Of a radio and a checkbox it is seen on the box that its label draws.
    unseen = page.evaluate(
        """[...document.querySelectorAll("a, button, input, select, textarea, summary")]
           .filter(e => { e.focus();
                          const style = ["radio", "checkbox"].includes(e.type)
                              ? getComputedStyle(e.nextElementSibling, "::before")
                              : getComputedStyle(e);
                          return style.outlineStyle !== "solid"
                              && style.boxShadow === "none"; })
           .map(e => e.outerHTML.slice(0, 80))"""
    )

    assert unseen == []
