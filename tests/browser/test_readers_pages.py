"""The whole way of a reader, in a browser without script: sign up, choose, leave."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import Engine

from tests.archived import ArchivedSite
from tests.browser.axe import violations
from tests.browser.test_pages import SPACED
from tests.builders import SITE
from tests.integration.test_choices import TOPICS
from tests.joining import JoiningSite, a_joining_site, link_in
from tests.stored import reader_ref

pytestmark = pytest.mark.browser
HEDY = "hedy.brandt@example.org"
START = "/subscribe/lantern-week"


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> JoiningSite:
    return a_joining_site(sqlite_engine, tmp_path, TOPICS)


def answering(site: JoiningSite | ArchivedSite, context: BrowserContext) -> Page:
    """Return a page whose every request the site answers."""
    page = context.new_page()

    def answer(route: Route) -> None:
        request = route.request
        reply = site.client.request(
            request.method,
            request.url.removeprefix(SITE),
            content=request.post_data_buffer,
            headers={"Content-Type": request.headers.get("content-type", "")},
            follow_redirects=False,
        )
        route.fulfill(
            status=reply.status_code, headers=dict(reply.headers), body=reply.content
        )

    page.route("**/*", answer)
    return page


@pytest.fixture
def plain(browser: Browser, site: JoiningSite) -> Iterator[Page]:
    """Yield a small phone's page, on which no script runs."""
    context = browser.new_context(
        viewport={"width": 320, "height": 700}, java_script_enabled=False
    )
    yield answering(site, context)
    context.close()


def due_mails(site: JoiningSite) -> list[EmailMessage]:
    """Have what is due go, where no event loop runs beside the browser's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(site.mails).result()


def only_mail(site: JoiningSite) -> EmailMessage:
    """Return the one mail that is due, having it go."""
    [mail] = due_mails(site)
    return mail


def press(page: Page, label: str) -> None:
    """Press a button by keyboard, as whoever has no mouse does; wait for its page."""
    page.get_by_role("button", name=label).press("Enter")


def heading(page: Page, words: str) -> None:
    """Wait until a page of that heading stands there."""
    expect(page.get_by_role("heading", name=words).first).to_be_visible()


def test_sign_up_in_five_pages_by_keyboard_alone_and_without_script(
    plain: Page, site: JoiningSite
) -> None:
    pages: list[str] = []
    # Not as it is loaded: a page that is left before its fonts are there never is.
    plain.on("framenavigated", lambda frame: pages.append(frame.url))
    plain.goto(SITE + START)
    expect(plain.get_by_label("By email")).to_be_checked()
    press(plain, "Go on")
    heading(plain, "Where shall we send it?")
    plain.get_by_label("Your name").fill("Hedy Brandt")
    plain.get_by_label("Your email address").fill(HEDY)
    press(plain, "Send me the news")
    heading(plain, "look in your email")
    mail = only_mail(site)
    plain.goto(SITE + link_in(mail))
    press(plain, "Yes, send it to me")
    heading(plain, "You are on the list")

    # As the table of journeys has it.
    assert len(pages) == 5


def test_choose_leave_and_come_back_without_script(
    plain: Page, site: JoiningSite
) -> None:
    site.asks(HEDY)
    mail = only_mail(site)
    site.client.post(link_in(mail))
    own = reader_ref(site.engine)
    plain.goto(f"{SITE}/p/{site.digest.links.choices_token(own)}")
    plain.get_by_label("Weekly").focus()
    plain.keyboard.press("Space")
    press(plain, "Save")
    expect(plain.get_by_role("status")).to_contain_text("Saved.")
    press(plain, "Undo")
    expect(plain.get_by_role("status")).to_contain_text("It is as it was.")
    expect(plain.get_by_label("Daily")).to_be_checked()

    plain.get_by_role("link", name="Stop all of it").click()
    press(plain, "Yes, stop it")
    heading(plain, "You have left Lantern Week")
    plain.get_by_label("It came too often").check()
    press(plain, "Tell us")
    expect(plain.get_by_role("status")).to_contain_text("Thank you")
    press(plain, "Undo, I want to stay")
    heading(plain, "You are back")


def addresses(site: JoiningSite) -> list[str]:
    """Return every page of readers, with one reader there and one who waits."""
    site.asks(HEDY)
    mail = only_mail(site)
    site.client.post(link_in(mail))
    site.later(days=2)
    site.asks("other@example.org")
    mail = only_mail(site)
    own = reader_ref(site.engine)
    page = f"/p/{site.digest.links.choices_token(own)}"
    site.client.post(f"{page}/email", data={"email": "hedy@example.com"})
    site.client.post(f"{page}/needs", data={"need": "Yellow paper"})
    change, _ = due_mails(site)
    return [
        START,
        f"{START}?how=email",
        f"{START}?how=letter",
        f"{START}?how=other",
        link_in(mail),
        "/p/lost/lantern-week",
        "/privacy/lantern-week",
        "/accessibility/lantern-week",
        "/complain/lantern-week",
        page,
        link_in(change),
        f"/u/{site.digest.links.unsubscribe_token(own)}",
    ]


TARGETS = """() => [...document.querySelectorAll("button, .govuk-radios__input")]
    .filter(e => e.getClientRects().length && !e.closest(".app-unseen"))
    .map(e => e.getBoundingClientRect())
    .filter(box => box.width < 24 || box.height < 24).length"""


@pytest.mark.parametrize("forced", ["none", "active"])
def test_nothing_is_to_mend_on_any_page_of_readers(
    browser: Browser, site: JoiningSite, forced: Any
) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 900}, forced_colors=forced
    )
    page = answering(site, context)
    faults = {}
    for address in addresses(site):
        page.goto(SITE + address)
        # Axe reckons with colours that a browser which forces them does not use.
        faults[address] = violations(page) if forced == "none" else []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        assert page.evaluate(TARGETS) == 0, address
        page.evaluate(
            "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
            "document.adoptedStyleSheets = [sheet]; }",
            SPACED,
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    page.goto(SITE + START + "?how=email")
    page.get_by_role("button", name="Send me the news").click()
    expect(page.get_by_role("alert")).to_be_visible()
    if forced == "none":
        faults["faults"] = violations(page)
    assert page.title().startswith("Error: ")
    context.close()

    assert {address: each for address, each in faults.items() if each} == {}
