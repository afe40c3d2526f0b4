"""The pages in a real browser: narrow, light and dark, asked by axe, by keyboard."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.web.app import make_app
from tests.builders import SITE

pytestmark = pytest.mark.browser

HOME = SITE
PATHS = [
    "/desk",
    "/desk/runs",
    "/desk/runs/1",
    "/inbox",
    "/none",
    "/u/{token}",
]
Opened = Callable[[str, int, str], Page]


@pytest.fixture
def opened(browser: Browser, program: App) -> Iterator[Opened]:
    """Yield a function that opens a page at a width and in a colour scheme."""
    client = TestClient(make_app(program), base_url=SITE)
    token = program.links.unsubscribe_url(1).rpartition("/")[2]
    contexts = []

    def answer(route: Route) -> None:
        answer = client.get(route.request.url.removeprefix(HOME))
        route.fulfill(
            status=answer.status_code, headers=dict(answer.headers), body=answer.content
        )

    def show(path: str, width: int, scheme: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", answer)
        page.goto(HOME + path.format(token=token))
        return page

    yield show
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_to_mend(opened: Opened, path: str, scheme: str) -> None:
    result = Axe().run(opened(path, 1280, scheme))

    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_a_small_phone(opened: Opened, path: str) -> None:
    page = opened(path, 320, "light")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_keyboard_comes_to_the_main_part_first(opened: Opened) -> None:
    page = opened("/desk", 1280, "light")
    page.keyboard.press("Tab")

    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to the main part"
    assert focused.bounding_box() is not None
