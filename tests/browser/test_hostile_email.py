"""What means harm, in a real browser: nothing of it runs, and nothing is asked for.

A parser says what markup is; only a browser says what it does.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from digest.render.email.compile import preview_html
from digest.render.options import RenderOptions
from tests.builders import EIGHT, a_variant
from tests.contract.test_hostile_html import hostile_post
from tests.hostile import LISTED

pytestmark = pytest.mark.browser

HERE = "https://desk.example.org/preview"
# Handlers wait for a reader, who is quick here.
TOUCH = """document.querySelectorAll("*").forEach(element => {
    for (const name of ["click", "mouseover", "focus", "toggle", "error", "load"])
        element.dispatchEvent(new Event(name, {cancelable: true}));
})"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("window.ran = 0; window.evil = () => { window.ran += 1; }")
    yield page
    context.close()


def asked_for(page: Page, html: str) -> list[str]:
    """Show the HTML, touch all of it, and return the addresses it asked for."""
    requests: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url == HERE:
            route.fulfill(content_type="text/html; charset=utf-8", body=html)
        else:
            requests.append(route.request.url)
            route.abort()

    page.route("**/*", answer)
    page.goto(HERE, wait_until="load")
    page.evaluate(TOUCH)
    return requests


@pytest.mark.parametrize("start", range(0, len(LISTED), 40))
def test_nothing_of_a_hostile_email_runs_or_asks(page: Page, start: int) -> None:
    variant = a_variant(*map(hostile_post, LISTED[start : start + 40]))

    assert asked_for(page, preview_html(variant, RenderOptions(EIGHT))) == []
    assert page.evaluate("window.ran") == 0


def test_the_browser_would_have_run_it_and_asked(page: Page) -> None:
    requests = asked_for(page, "<img src=https://example.org/x onerror=evil()>")

    assert requests == ["https://example.org/x"]
    assert page.evaluate("window.ran") > 0
