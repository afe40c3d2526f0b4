"""The way in to the desk in a real browser: by keyboard, on a small phone, with axe."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect

from digest.bootstrap import App
from digest.staff import entrance, passwords
from tests.browser import axe
from tests.browser.serving import served

pytestmark = pytest.mark.browser
PASSWORD = "lamp harbour biscuit seven"  # noqa: S105 - nobody's


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have hashing cost next to nothing."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)


@pytest.fixture
def page(browser: Browser, program: App) -> Iterator[Page]:
    """Yield a narrow browser at the way to the first account."""
    with served(program) as home:
        context = browser.new_context(
            viewport={"width": 320, "height": 700},
            java_script_enabled=True,
            base_url=home,
        )
        with program.writing() as connection:
            link = entrance.first_link(connection, program.now())
        assert link is not None
        page = context.new_page()
        page.goto(program.links.account_url(link).removeprefix("http://localhost:8000"))
        yield page
        context.close()


def faults(page: Page) -> list[object]:
    """Return what axe finds, and whether the page is too wide."""
    by_axe: list[object] = [*axe.violations(page)]
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*by_axe, f"{width} wide"] if width > 320 else by_axe


def typed(page: Page, *fields: str) -> None:
    """Type into the first field and those after it, and press Enter, by keyboard."""
    page.locator("main input:visible").first.focus()
    for number, words in enumerate(fields):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(words)
    page.keyboard.press("Enter")


def come_in(page: Page, program: App, violations: dict[str, list[object]]) -> str:
    """Go from the link to the desk, keep what axe finds, return a code on paper."""
    violations["first account"] = faults(page)
    typed(page, "Ann Example", "ann@example.org", "short")
    expect(page).to_have_title(re.compile("^Error: "))
    violations["first account, with a fault"] = faults(page)
    page.get_by_label("Password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("Set up your phone"))
    violations["phone"] = faults(page)
    secret = str(page.locator("main .app-numeral").text_content()).replace(" ", "")
    typed(page, pyotp.TOTP(secret).at(program.now()))
    expect(page).to_have_title(re.compile("Your codes on paper"))
    violations["codes"] = faults(page)
    paper = str(page.locator("main li").first.text_content())
    page.get_by_text("I have them").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("Today"))
    return paper


def test_from_the_link_to_the_desk_and_back_in_with_a_phone(
    page: Page, program: App
) -> None:
    violations: dict[str, list[object]] = {}
    paper = come_in(page, program, violations)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title(re.compile("^Sign in"))
    violations["sign in"] = faults(page)
    typed(page, "ann@example.org", PASSWORD)
    expect(page).to_have_title(re.compile("Type the code"))
    violations["code"] = faults(page)
    typed(page, paper)
    expect(page).to_have_title(re.compile("Today"))

    assert {name: each for name, each in violations.items() if each} == {}


def test_the_pages_of_accounts_fit_a_small_phone(page: Page, program: App) -> None:
    violations: dict[str, list[object]] = {}
    come_in(page, program, violations)
    for address in (
        *("/account", "/account/password", "/desk/settings/users"),
        *("/desk/settings/users/1", "/desk/settings/audit"),
    ):
        page.goto(address)
        violations[address] = faults(page)
    page.goto("/desk/settings/users")
    page.get_by_label("Name").fill("Bob")
    page.get_by_label("Email address").fill("bob@example.org")
    page.get_by_label("Viewer").check()
    page.get_by_role("button", name="Make the link").click()
    expect(page).to_have_title(re.compile("A link for Bob"))
    violations["a link for Bob"] = faults(page)

    assert {name: each for name, each in violations.items() if each} == {}
