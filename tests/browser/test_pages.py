"""The pages in a real browser: narrow, asked by axe in light and dark, by keyboard."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.people.reader_marks import ReaderRef
from digest.web.app import make_app
from tests.browser.axe import violations
from tests.builders import SITE

pytestmark = pytest.mark.browser

HOME = SITE
PATHS = [
    "/desk",
    "/desk/sign-in",
    "/desk/runs",
    "/desk/runs/1",
    "/desk/editions/1",
    "/desk/campaigns/lantern-week/daily",
    "/inbox",
    "/none",
    "/api/v1/docs",
    "/u/{token}",
]
Opened = Callable[[str, int], Page]


@pytest.fixture
def opened(browser: Browser, program: App) -> Iterator[Opened]:
    """Yield a function that opens a page at a width."""
    client = TestClient(make_app(program), base_url=SITE)
    token = program.links.unsubscribe_url(ReaderRef(1)).rpartition("/")[2]
    contexts = []

    def answer(route: Route) -> None:
        answer = client.get(route.request.url.removeprefix(HOME))
        route.fulfill(
            status=answer.status_code, headers=dict(answer.headers), body=answer.content
        )

    def show(path: str, width: int) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
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


FORCED = """[...document.querySelectorAll(".app-state, .app-practice")]
    .filter(e => getComputedStyle(e).borderBottomColor === "rgba(0, 0, 0, 0)").length"""
# WCAG 2.2, 1.4.12: what a reader may set, and nothing may be lost by it.
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_a_small_phone_wide_spaces_and_large_text_and_axe_finds_nothing(
    opened: Opened, path: str
) -> None:
    page = opened(path, 1280)
    broken = violations(page)
    page.set_viewport_size({"width": 320, "height": 900})
    narrow = page.evaluate("document.documentElement.scrollWidth")
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        "document.adoptedStyleSheets = [sheet]; }",
        SPACED,
    )
    spaced = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert broken == []
    assert narrow <= 320
    assert spaced <= 320
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("path", ["/desk", "/desk/runs/1"])
def test_states_have_an_edge_where_colours_are_forced(
    opened: Opened, path: str
) -> None:
    page = opened(path, 1280)
    before = page.evaluate(FORCED)
    page.emulate_media(forced_colors="active")

    assert before > 0
    assert page.evaluate(FORCED) == 0


def test_a_page_is_set_in_our_own_font_and_asks_nobody_else(opened: Opened) -> None:
    page = opened("/desk", 1280)
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded')"
        ".map(f => f.family + ' ' + f.weight)"
    )

    assert set(loaded) == {
        "Atkinson Hyperlegible Next 400",
        "Atkinson Hyperlegible Next 700",
    }


def test_a_page_is_printed_without_what_only_a_screen_needs(opened: Opened) -> None:
    page = opened("/desk", 1280)
    page.emulate_media(media="print")

    assert page.locator(".app-head").is_hidden()
    assert page.get_by_role("heading", level=1).is_visible()


def test_the_keyboard_comes_to_the_main_part_first(opened: Opened) -> None:
    page = opened("/desk", 1280)
    page.keyboard.press("Tab")

    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to main content"
    assert focused.bounding_box() is not None
