"""Draw every page from the sample week, wide and narrow, light and dark.

    make screens [SCREENS="today run"]

The pictures are for looking at, each beside its mock-up, and are not kept.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Route, sync_playwright
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.cli.service.demonstration import run_demo
from digest.model.roles import Role
from digest.settings import Settings
from digest.web.app import make_app
from tests.browser.conftest import chromium
from tests.staff import an_account, signed_in

BUILD = Path(__file__).parents[1] / "build" / "screens"
HOME = "http://localhost:8000"
WIDTHS = (1280, 375)
SCHEMES = ("light", "dark")


def pages(digest: App, client: TestClient) -> Iterator[tuple[str, str]]:
    """Yield each page's name and address; whoever adds a page adds it here.

    The client is nobody's at first, then an admin's.
    """
    yield from (
        ("sign-in", "/sign-in"),
        ("forgotten", "/sign-in/forgotten"),
        ("not-found", "/none"),
    )
    leave = digest.links.unsubscribe_url(1).rpartition("/u/")[2]
    yield "leave", f"/u/{leave}"
    client.post(f"/u/{leave}")
    yield "left", f"/u/{leave}"
    account_id = signed_in(client, digest, Role.ADMIN, "Priya Nair")
    yield from (
        ("today", "/desk"),
        ("campaigns", "/desk/campaigns"),
        ("campaign", "/desk/campaigns/lantern-week"),
        ("campaign-file", "/desk/campaigns/lantern-week/file"),
        ("golive", "/desk/golive"),
        ("calendar", "/desk/calendar"),
        ("calendar-list", "/desk/calendar?view=list"),
        ("posts", "/desk/log/lantern-week"),
        ("post", "/desk/posts/1"),
        ("post-new", "/desk/log/lantern-week/new/post"),
        ("event-new", "/desk/log/lantern-week/new/event"),
        ("post-withdraw", "/desk/posts/1/withdraw"),
        ("editions", "/desk/editions"),
        ("edition-open", "/desk/campaigns/lantern-week/daily?check=yes"),
        ("edition-done", "/desk/campaigns/lantern-week/daily?show=desktop"),
        ("edition-sent", "/desk/editions/1?show=text"),
        ("runs", "/desk/runs"),
        ("run", "/desk/runs/1"),
        ("post-room", "/post"),
        ("print-batch", "/post/batches/1"),
        ("packing-list", "/post/batches/1/packing-list"),
        ("returned", "/post/returned"),
        ("people", "/desk/people"),
        ("people-nobody", "/desk/people?q=zzz"),
        ("person", "/desk/people/1"),
        ("person-left", "/desk/people/2?done=left&campaign=lantern-week"),
        ("person-new", "/desk/people/new"),
        ("person-edit", "/desk/people/1/edit"),
        ("person-move", "/desk/people/1/move"),
        ("person-pause", "/desk/people/1/pause"),
        ("person-leave", "/desk/people/1/leave"),
        ("person-erase", "/desk/people/1/erase"),
        ("person-held", "/desk/people/1/held"),
        ("inbox", "/inbox"),
        ("account", "/account"),
        ("password", "/account/password"),
        ("second-step", "/account/second-step"),
        ("users", "/desk/settings/users"),
        ("user", f"/desk/settings/users/{account_id}"),
        ("audit", "/desk/settings/audit"),
    )
    inbox = digest.inbox.messages()
    yield from (("message", f"/inbox/{mail.key}") for mail in inbox[:1])


def draw(browser: Browser, client: TestClient, name: str, path: str) -> None:
    """Draw a page at every width, in every colour scheme."""

    def answer(route: Route) -> None:
        response = client.get(route.request.url.removeprefix(HOME))
        route.fulfill(
            status=response.status_code,
            content_type=response.headers.get("Content-Type"),
            body=response.content,
        )

    for scheme in SCHEMES:
        for width in WIDTHS:
            page = browser.new_page(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]  # one of the two
            )
            page.route("**/*", answer)
            page.goto(HOME + path)
            page.screenshot(path=BUILD / f"{name}-{width}-{scheme}.png", full_page=True)
            page.close()


def main(names: list[str]) -> None:
    """Run the demo in a folder of its own and draw its pages, or those named."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run_demo(folder, once=True, port=8000, talk=lambda _words: None)
        with opened(Settings(data_dir=folder)) as digest, sync_playwright() as tool:
            browser = tool.chromium.launch(
                executable_path=chromium(), args=["--no-sandbox"]
            )
            an_account(digest, Role.ADMIN, "Priya Nair")
            client = TestClient(
                make_app(digest), base_url=HOME, headers={"Origin": HOME}
            )
            for name, path in pages(digest, client):
                if not names or name in names:
                    draw(browser, client, name, path)
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
