"""The post room as a volunteer has it: a phone, 320 pixels wide, in one hand."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from digest.model.roles import Role
from digest.store.staff import accounts, second_steps
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.builders import EIGHT
from tests.paper import DILWYN, Paper, paper, paper_pattern
from tests.staff import COOKIE, an_account, cookie_of

__all__ = ["paper", "paper_pattern"]

pytestmark = pytest.mark.browser

# DESIGN.md: what is pressed in the post room is as high as a thumb is wide.
_THUMB = """[...document.querySelectorAll("main a, main button, main summary,"
    + " main input:not([type=radio]), main .govuk-radios__label")]
    .filter(e => !e.closest(".govuk-error-summary, .app-sub"))
    .map(e => [e.textContent.trim(), e.getBoundingClientRect().height])
    .filter(([, height]) => height > 0 && height < 56)"""


@pytest.fixture
def phone(browser: Browser, paper: Paper) -> Iterator[Page]:
    """Yield a narrow page, at the post room of an organiser who is signed in."""
    program = paper.program
    account_id = an_account(program, Role.ORGANISER, "Dilwyn")
    with program.writing() as connection:
        second_steps.set_totp(connection, account_id, "sealed", 0, EIGHT)
        accounts.change_organiser(connection, account_id, DILWYN, EIGHT)
    with served(program) as home:
        context = browser.new_context(
            viewport={"width": 320, "height": 700}, base_url=home
        )
        cookie = cookie_of(program, account_id)
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        page = context.new_page()
        page.goto("/post")
        yield page
        context.close()


def looked_at(page: Page) -> None:
    """Hold a page to what axe finds, to a phone's width and to thumbs."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(_THUMB) == []


def test_letters_are_printed_spoiled_and_posted(phone: Page, paper: Paper) -> None:
    looked_at(phone)
    phone.get_by_role("link", name="Print and post 2 letters").click()
    looked_at(phone)
    phone.get_by_role("button", name="All are printed").click()
    expect(phone.get_by_role("status")).to_contain_text("now fold and fill")
    looked_at(phone)

    phone.get_by_text("One letter came out badly").click()
    phone.get_by_label("Its reference").fill("1.999")
    phone.get_by_role("button", name="Print this one").click()
    expect(phone).to_have_title(re.compile("^Error: "))
    looked_at(phone)
    phone.get_by_label("Its reference").fill(paper.references["bo"])
    with phone.expect_response("**/again") as answer:
        phone.get_by_role("button", name="Print this one").click()
    assert answer.value.headers["content-type"] == "application/pdf"

    phone.goto("/post")
    phone.get_by_role("link", name="Fold and post 2 letters").click()
    phone.get_by_role("link", name="Cover sheet and packing list").click()
    looked_at(phone)
    phone.get_by_role("link", name="2 letters").click()
    phone.get_by_role("button", name="All are posted").click()
    expect(phone.get_by_role("status")).to_contain_text("Posted. Thank you")
    looked_at(phone)
    phone.goto("/post")
    nothing = phone.get_by_role("heading", name="Nothing to print or post")
    expect(nothing).to_be_visible()
    looked_at(phone)


def test_a_letter_that_came_back_is_written_down(phone: Page, paper: Paper) -> None:
    bo = paper.references["bo"]
    phone.get_by_role("link", name="Returned post").click()
    looked_at(phone)
    phone.get_by_role("button", name="Write it down").click()
    expect(phone).to_have_title(re.compile("^Error: "))
    looked_at(phone)
    phone.get_by_label("Its reference").fill(bo)
    phone.get_by_label("Gone away").check()
    phone.get_by_role("button", name="Write it down").click()
    expect(phone.get_by_role("status")).to_contain_text(f"{bo} Bo: Gone away")
    looked_at(phone)
    phone.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(phone.get_by_role("status")).to_contain_text("taken back")
