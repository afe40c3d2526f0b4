"""What anybody may read, in a browser: nothing to mend at a small phone's width."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from tests.archived import ARCHIVE, EVENTS, ArchivedSite
from tests.browser.axe import violations
from tests.browser.test_pages import SPACED
from tests.browser.test_readers_pages import TARGETS, answering
from tests.builders import EIGHT, SITE, a_post, an_event, words
from tests.rich import EVERY_BLOCK

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> ArchivedSite:
    site = ArchivedSite(sqlite_engine, tmp_path)
    site.sends(
        a_post("long", title="Every kind of block", url="", body=EVERY_BLOCK),
        a_post(
            "ar", title="مرحبا بكم في القاعة", body=words("تعالوا من المطر."), url=""
        ),
        an_event(starts=EIGHT + 9 * DAY, ends=None, booking_phone="01632 960 155"),
    )
    return site


def addresses(site: ArchivedSite) -> list[str]:
    [edition] = re.findall(rf'href="({ARCHIVE}/\w+)"', site.text(ARCHIVE))
    [event] = re.findall(r'href="(/event/[^"]+)"', site.text(EVENTS))
    view = site.digest.links.view_url(1, site.code_of(1)).removeprefix(SITE)
    return [ARCHIVE, edition, EVENTS, event, view]


def test_nothing_is_to_mend_on_any_page_that_anybody_may_read(
    browser: Browser, site: ArchivedSite
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = answering(site, context)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    faults = {}
    for address in addresses(site):
        page.goto(SITE + address)
        faults[address] = violations(page)
        assert page.evaluate(TARGETS) == 0, address
        for css in ("", SPACED):
            page.evaluate(
                "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
                "document.adoptedStyleSheets = [sheet]; }",
                css,
            )
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 320, (address, css)
    context.close()

    assert {address: each for address, each in faults.items() if each} == {}
    # Nor did the policy have to stop anything of ours.
    assert complaints == []


def test_past_editions_are_read_by_keyboard_without_script_in_forced_colours(
    browser: Browser, site: ArchivedSite
) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 700},
        java_script_enabled=False,
        forced_colors="active",
    )
    page = answering(site, context)
    page.goto(SITE + ARCHIVE)
    for link, heading in (
        ("Every kind of block", "Every kind of block"),
        ("What is on", "What is on"),
        ("Lantern walk", "Lantern walk"),
    ):
        page.get_by_role("link", name=link).first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    expect(page.get_by_role("link", name="in my calendar")).to_be_visible()
    context.close()
