"""What came back, in a browser: on a small phone, by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from digest.bootstrap import App
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.lists import HASHER
from tests.lost_people import four_lost
from tests.staff import COOKIE, an_account, cookie_of

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, program: App) -> Iterator[Page]:
    """Yield a narrow page that Priya is signed in on."""
    object.__setattr__(program, "hasher", HASHER)
    four_lost(program.engine)
    cookie = cookie_of(program, an_account(program, name="Priya"))
    with served(program) as home:
        context = browser.new_context(
            base_url=home,
            viewport={"width": 320, "height": 700},
        )
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        yield context.new_page()
        context.close()


def test_an_offer_is_taken_up_and_undone_by_keyboard_on_a_small_phone(
    page: Page,
) -> None:
    page.goto("/desk/returns")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Send letters from now on to Bea").press("Enter")
    expect(page.get_by_text("Choose how they agreed to it")).to_be_visible()
    assert violations(page) == []

    page.get_by_label("by phone").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Send letters from now on to Bea").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Changed: what comes next")
    assert violations(page) == []
    page.get_by_role("status").get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The offer waits again")
