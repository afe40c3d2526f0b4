"""Passkeys in a real browser, with an authenticator that Chromium makes up."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from digest.bootstrap import App
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.staff import COOKIE, an_account, cookie_of

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, program: App) -> Iterator[Page]:
    """Yield a browser with a device that has a finger on it, signed in."""
    cookie = cookie_of(program, an_account(program))
    with served(program, "localhost") as home:
        # By its name: a passkey is for a host, and a number is none.
        context = browser.new_context(base_url=home)
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        page = context.new_page()
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                }
            },
        )
        yield page
        context.close()


def test_a_passkey_takes_the_place_of_password_and_code(page: Page) -> None:
    page.goto("/account")
    faults = violations(page)
    page.get_by_role("button", name="Set up a passkey on this device").click()
    expect(page.get_by_text("This device lets you in from now on")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_title(re.compile("Today"))

    page.goto("/account")
    page.get_by_role("button", name="Take away").click()
    expect(page.get_by_text("You have none")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_title(re.compile("^Error: "))
    assert faults == []
