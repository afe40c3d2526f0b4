"""Whole journeys of campaigns in a browser: made, edited, gone back.

By keyboard alone and without scripts, where axe looks at each state on the way; the
first one by mouse too.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.model.campaigns.web_access import WebAccess
from digest.model.roles import Role
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.campaigns import campaigns
from digest.web.app import make_app
from tests.browser.axe import violations
from tests.browser.serving import apart
from tests.builders import EIGHT, SITE
from tests.site import Site, serving
from tests.staff import signed_in

pytestmark = pytest.mark.browser

FEED = b"""<rss version="2.0"><channel><title>Harbour Club</title>
<item><guid>urn:1</guid><title>The gig boat needs paint</title>
<description>Saturday at ten, old clothes.</description></item>
<item><guid>urn:2</guid><title>Seats by the slipway</title>
<description>41 people answered.</description></item>
</channel></rss>"""
HOME = f"{SITE}/desk/campaigns/lantern-week"

Opened = Callable[[App, str], Page]
HANDS = ("keyboard without script", "mouse")
_WITH_MOUSE = set[Page]()


@pytest.fixture
def empty(tmp_path: Path, sqlite_pattern: Path) -> Iterator[App]:
    """Yield a program that has just been installed; the loopback may be asked."""
    shutil.copy(sqlite_pattern, tmp_path / "digest.db")
    settings = Settings(data_dir=tmp_path, fetch_allow=WebAccess.parse("127.0.0.1"))
    with opened(settings, EIGHT) as program:
        yield program


@pytest.fixture
def site() -> Iterator[Site]:
    """Yield a web server with a feed."""
    with serving() as site:
        site.files["feed"] = FEED
        yield site


@pytest.fixture(params=HANDS[:1])
def opens(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Yield what opens a browser, in which somebody is signed in.

    Without scripts, or wide and by mouse.
    """
    has_mouse = request.param == "mouse"
    contexts: list[BrowserContext] = []

    def page_of(program: App, name: str) -> Page:
        ours = {"Origin": SITE}
        client = TestClient(make_app(program), base_url=SITE, headers=ours)
        signed_in(client, program, Role.ADMIN, name)

        def answer(route: Route) -> None:
            sent = route.request
            if sent.resource_type == "script" and not has_mouse:
                route.abort()  # axe itself needs an engine
                return
            reply = client.request(
                sent.method,
                sent.url.removeprefix(SITE),
                content=sent.post_data_buffer,
                headers={"Content-Type": sent.headers.get("content-type", "")},
            )
            route.fulfill(
                status=reply.status_code,
                headers=dict(reply.headers),
                body=reply.content,
            )

        width = 1280 if has_mouse else 320
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", answer)
        if has_mouse:
            _WITH_MOUSE.add(page)
        return page

    yield page_of
    _WITH_MOUSE.clear()
    for context in contexts:
        context.close()


def faults(page: Page) -> list[object]:
    """Return what axe finds, and whether the page is wider than a small phone."""
    if page in _WITH_MOUSE:
        return []  # the same pages, which axe looks at by keyboard
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*violations(page), *([f"{width} wide"] if width > 320 else [])]


def write(page: Page, label: str, words: str) -> None:
    """Write in a field, in place of what stands there."""
    if page in _WITH_MOUSE:
        page.get_by_label(label, exact=True).click()
    else:
        page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def press(page: Page, name: str) -> None:
    """Press a button."""
    enter(page, page.get_by_role("button", name=name, exact=True).first)


def follow(page: Page, name: str) -> None:
    """Follow a link."""
    enter(page, page.get_by_role("link", name=name, exact=True).first)


def enter(page: Page, wanted: Locator) -> None:
    """Go where that leads, by what hand there is."""
    with page.expect_navigation():
        if page in _WITH_MOUSE:
            wanted.click()
        else:
            wanted.focus()
            page.keyboard.press("Enter")


@pytest.mark.parametrize("opens", HANDS, indirect=True)
def test_from_an_empty_install_to_a_test_and_a_rehearsal(  # noqa: PLR0915 - a journey
    empty: App, site: Site, opens: Opened
) -> None:
    page, of_each = opens(empty, "Priya Nair"), dict[str, list[object]]()

    def look(state: str) -> None:
        of_each[state] = faults(page)

    page.goto(f"{SITE}/desk")
    look("today, empty")
    follow(page, "Start here")
    look("first steps")
    follow(page, "Name your campaign")
    press(page, "Make the campaign")
    look("no title")
    assert "Title is" in page.locator(".govuk-error-summary").inner_text()
    write(page, "Title", "Lantern Week")
    write(page, "Sender's address", "news@example.org")
    press(page, "Make the campaign")
    look("named")
    follow(page, "Say where your news comes from")
    write(page, "Address of a feed, calendar or page", f"{site.url}/feed")
    press(page, "Try it")
    look("tried")
    assert "2 posts and 0 events" in page.inner_text("#result")
    press(page, "Add this source")
    look("source added")
    press(page, "Add yourself")
    look("reader")
    follow(page, "Choose when it goes out")
    write(page, "Time of day", "17:30")
    press(page, "Save")
    look("next ten")
    assert page.get_by_text("17:30 BST").count() == 10
    press(page, "Save it so")
    look("goes out")
    follow(page, "Look at the first edition")
    assert "The gig boat needs paint" in page.inner_text("main")
    page.goto(f"{SITE}/desk/start")
    press(page, "Send a test to yourself")
    look("tested")
    assert "practice inbox" in page.get_by_role("status").inner_text()
    follow(page, "Open the practice inbox")

    assert "priya.nair@example.org" in page.inner_text("main")
    publish(empty.engine, "lantern-week", "daily", EIGHT)
    with empty.work() as work:
        apart(lambda: work.once(threading.Event()))
    page.goto(f"{SITE}/desk")
    look("rehearsed")
    assert "1 by email accepted" in page.inner_text("main")
    enter(page, page.get_by_role("link", name="Rehearsal: Lantern Week").first)
    look("its run")
    page.goto(f"{SITE}/inbox")
    assert page.get_by_text("To Priya Nair").count() == 2
    assert {state: each for state, each in of_each.items() if each} == {}
    with empty.reading() as connection:
        campaign = campaigns.by_name(connection, "lantern-week").campaign
    assert [schedule.times.times.times[0].hour for schedule in campaign.schedules] == [
        17
    ]


def test_two_people_edit_by_form_with_mistakes_and_one_goes_back(  # noqa: PLR0915 - a journey
    program: App, opens: Opened
) -> None:
    of_each = dict[str, list[object]]()
    ann, ben = opens(program, "Ann"), opens(program, "Ben")
    for page in (ann, ben):
        page.goto(f"{HOME}/settings")
        page.get_by_role("link", name="Change name and sender").click()
    write(ann, "Title", "Lamp Week")
    write(ann, "Where answers go", "nobody")
    press(ann, "Save")
    of_each["a mistake"] = faults(ann)
    assert "is not an email address" in ann.locator(".govuk-error-summary").inner_text()
    ann.get_by_role("link", name="is not an email address").focus()
    ann.keyboard.press("Enter")
    ann.keyboard.press("Control+A")
    ann.keyboard.type("ann@example.org")
    press(ann, "Save")
    of_each["saved"] = faults(ann)
    write(ben, "Title", "Candle Week")
    press(ben, "Save")
    of_each["two answers"] = faults(ben)
    assert "Nothing was saved over" in ben.inner_text("main")
    press(ben, "Save this choice")
    saved_by_ben = ben.get_by_role("status").inner_text()
    ann.goto(f"{HOME}/history")
    of_each["history"] = faults(ann)
    follow(ann, "Version 1")
    of_each["a version"] = faults(ann)
    press(ann, "Go back to this one")

    assert "Saved" in saved_by_ben
    assert "as that version said" in ann.get_by_role("status").inner_text()
    assert {state: each for state, each in of_each.items() if each} == {}
    with program.reading() as connection:
        campaign = campaigns.by_name(connection, "lantern-week").campaign
    assert (campaign.title, campaign.reply_to) == ("Lantern Week", "")
