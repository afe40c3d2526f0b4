"""Pages of campaigns in a real browser: by keyboard, narrow, light and dark, by axe."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Role
from digest.web.app import make_app
from tests.browser.axe import violations
from tests.builders import SITE, a_post
from tests.staff import signed_in
from tests.stored import FILE, a_stored_campaign, posts_accepted

pytestmark = pytest.mark.browser

CAMPAIGN = "/desk/campaigns/lantern-week"
PATHS = (
    "/desk/campaigns",
    *(CAMPAIGN, f"{CAMPAIGN}?done=paused", f"{CAMPAIGN}/file"),
    *(f"{CAMPAIGN}/history", f"{CAMPAIGN}/history/1", f"{CAMPAIGN}/settings"),
    *(f"{CAMPAIGN}/settings/{page}" for page in ("name", "lists", "schedules/daily")),
    *(f"{CAMPAIGN}/settings/{page}" for page in ("sources/blog", "approval", "days")),
    f"{CAMPAIGN}/settings/schedules/weekly/remove",
    f"{CAMPAIGN}/sources/try",
    *("/desk/golive", "/desk/golive?from=newest&newest=x"),
    *("/desk/calendar", "/desk/calendar?view=list"),
)


@pytest.fixture
def page(browser: Browser, program: App) -> Iterator[Page]:
    """Yield a browser that scripts do not help, where an admin is signed in."""
    long = "https://example.org/" + "w" * 200
    text = FILE.replace("https://example.org/feed", long)
    a_stored_campaign(program.engine, text.replace("Lantern Week", "L" * 60))
    posts_accepted(program.engine, [a_post("three", title="W" * 120)])
    ours = {"Origin": SITE}
    client = TestClient(make_app(program), base_url=SITE, headers=ours)
    signed_in(client, program, Role.ADMIN)

    def answer(route: Route) -> None:
        sent = route.request
        answer = client.request(
            sent.method,
            sent.url.removeprefix(SITE),
            content=sent.post_data_buffer,
            headers={"Content-Type": sent.headers.get("content-type", "")},
        )
        route.fulfill(
            status=answer.status_code, headers=dict(answer.headers), body=answer.content
        )

    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.route("**/*", answer)
    yield page
    context.close()


def faults(page: Page) -> list[object]:
    """Return what axe finds, and whether the page is wider than a small phone."""
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*violations(page), *([f"{width} wide"] if width > 320 else [])]


def test_axe_finds_nothing_to_mend_on_any_page(page: Page) -> None:
    of_each = {}
    for path in PATHS:
        page.goto(SITE + path)
        of_each[path] = faults(page)

    assert {path: each for path, each in of_each.items() if each} == {}


def press_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_file_is_edited_and_a_campaign_paused_by_keyboard_alone(page: Page) -> None:
    page.goto(f"{SITE}{CAMPAIGN}/file")
    page.get_by_label("The file, in TOML").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("nonsense = 1\n")
    page.keyboard.press("Tab")
    press_enter(page)
    with_faults = faults(page)
    summary = page.locator(".govuk-error-summary").inner_text()
    page.get_by_label("The file, in TOML").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type("# Ours")
    page.keyboard.press("Tab")
    press_enter(page)
    difference = page.locator(".app-diff .is-added").all_inner_texts()
    with_difference = faults(page)
    page.get_by_role("button", name="Apply it").focus()
    press_enter(page)
    applied = page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Pause the campaign").focus()
    press_enter(page)
    paused = page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Undo, resume it").focus()
    press_enter(page)

    assert "nonsense" in summary
    assert [with_faults, with_difference] == [[], []]
    assert [line.split(": ")[-1].strip() for line in difference] == ["# Ours"]
    assert "as the file says now" in applied
    assert "Paused" in paused
    assert "Resumed" in page.get_by_role("status").inner_text()
