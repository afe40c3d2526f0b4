"""Reports in a real browser: on a small phone, by axe, and by keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.delivery.delivery import DeliveryState
from digest.model.roles import Role
from digest.store.base.tables import delivery, edition
from digest.web.app import make_app
from tests.browser.axe import violations
from tests.builders import SITE
from tests.staff import signed_in

pytestmark = pytest.mark.browser

REPORT = "/desk/reports/lantern-week"
NARROW = {"width": 320, "height": 900}


@pytest.fixture
def opened(
    browser: Browser, program: App, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Yield a small phone that a viewer is signed in on; a test may say how."""
    with program.writing() as connection:
        connection.execute(update(edition).values(mode="practice"))
        connection.execute(
            update(delivery).values(state=DeliveryState.REFUSED, reply="550 5.1.1 no")
        )
    client = TestClient(make_app(program), base_url=SITE)
    signed_in(client, program, Role.VIEWER, "Vera")

    def answer(route: Route) -> None:
        response = client.get(route.request.url.removeprefix(SITE))
        route.fulfill(
            status=response.status_code,
            headers=dict(response.headers),
            body=response.content,
        )

    context = browser.new_context(viewport=NARROW, **getattr(request, "param", {}))  # type: ignore[arg-type]  # one of those below
    page = context.new_page()
    page.route("**/*", answer)
    yield page
    context.close()


@pytest.mark.parametrize("query", ["", "?first=soon"])
def test_a_report_has_nothing_to_mend_and_fits_a_small_phone(
    opened: Page, query: str
) -> None:
    opened.goto(f"{SITE}{REPORT}{query}")
    for figures in opened.locator("summary").all():
        figures.click()

    assert violations(opened) == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("opened", [{"java_script_enabled": False}], indirect=True)
def test_a_report_is_read_by_keyboard_alone_and_without_script(opened: Page) -> None:
    opened.goto(f"{SITE}/desk/reports")
    # Each waits for its page: the one before has figures to open as well.
    opened.get_by_role("link", name="Reach of Lantern Week").press("Enter")
    opened.get_by_role("link", name="This week").press("Enter")
    chosen = opened.locator(".app-tabs [aria-current]")
    opened.locator("summary").first.press("Enter")

    assert chosen.inner_text() == "This week"
    assert "span=week" in opened.url
    assert opened.get_by_role("table", name="Copies that left").is_visible()
    assert opened.get_by_text("There is no such address").is_visible()
    assert opened.locator("a[href*='copies.csv?span=week']").count() == 1
    opened.get_by_label("From").fill("2026-07-01")
    opened.get_by_role("button", name="Show these days").press("Enter")
    assert "first=2026-07-01" in opened.url
