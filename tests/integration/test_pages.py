"""The pages: what they show, what they refuse, and that a look changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from digest.audience.erasing import erase
from digest.bootstrap import App, opened
from digest.model.people.reader_marks import ReaderRef
from digest.settings import Settings
from digest.store.reports.editions import listed_copies
from digest.web.app import make_app
from tests.builders import EIGHT, SITE

LIVE = {
    "live": True,
    "smtp_url": "smtp://mail.example.org",
    "secret_key": "k" * 32,
}


@pytest.fixture
def browser(program: App) -> Iterator[TestClient]:
    """Yield a client of the pages."""
    with TestClient(make_app(program), base_url=SITE) as client:
        yield client


def test_today_says_what_went_out_what_is_next_and_what_needs_help(
    browser: TestClient,
) -> None:
    page = browser.get("/desk").text

    assert re.search(r"\d+ by email waiting", page)
    assert 'href="/desk/editions/1"' in page
    assert "Goes out today at 16:00 BST." in page
    assert "1 reader was not reached" in page
    assert "Bob" in page


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("html", "text/html"),
        ("text", "text/plain"),
        ("letter", "application/pdf"),
        ("large-print", "application/pdf"),
    ],
)
@pytest.mark.parametrize(
    "address", ["/desk/editions/1", "/desk/campaigns/lantern-week/daily"]
)
def test_every_form_can_be_looked_at(
    browser: TestClient, address: str, form: str, media_type: str
) -> None:
    answer = browser.get(f"{address}/{form}")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)


def test_a_preview_can_run_and_fetch_nothing(browser: TestClient) -> None:
    answer = browser.get("/desk/editions/1/html")

    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<b>Kettles" not in answer.text
    assert "&lt;b&gt;Kettles" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/desk/editions/99/html",
        "/desk/editions/x/html",
        "/desk/editions/1/none",
        "/desk/campaigns/none/daily/html",
        "/desk/campaigns/lantern-week/none/html",
        "/inbox/none",
        "/inbox/../../etc/passwd",
        "/s/none",
        "/u/none",
    ],
)
def test_what_is_not_there_is_a_page_in_words(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 404
    assert "<h1" in answer.text
    assert "Traceback" not in answer.text


def leave_path(program: App) -> str:
    return "/u/" + program.links.unsubscribe_url(ReaderRef(1)).rpartition("/")[2]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_to_leave_changes_nothing(
    browser: TestClient, program: App, method: str
) -> None:
    answer = browser.request(method, leave_path(program))

    assert answer.status_code == 200
    assert state_of_ann(program) == "planned"


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {},
    ],
)
def test_one_click_leaves_at_once_without_cookie_or_redirect(
    browser: TestClient, program: App, body: dict[str, dict[str, str]]
) -> None:
    answers = [
        browser.post(leave_path(program), follow_redirects=False, **body)  # type: ignore[arg-type]  # a body of each shape
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "set-cookie" not in answers[0].headers
    assert state_of_ann(program) == "cancelled"


def test_unsubscribing_can_be_undone(browser: TestClient, program: App) -> None:
    browser.post(leave_path(program))
    undone = browser.post(leave_path(program) + "/undo")

    assert undone.status_code == 200
    assert "You are back" in undone.text
    assert "You have not left" in browser.post(leave_path(program) + "/undo").text


def test_who_has_left_is_told_so_and_offered_the_way_back(
    browser: TestClient, program: App
) -> None:
    browser.post(leave_path(program))
    page = browser.get(leave_path(program)).text

    assert "You have left Lantern Week already" in page
    assert leave_path(program) + "/undo" in page


def test_who_was_erased_is_not_offered_the_way_back(
    browser: TestClient, program: App
) -> None:
    browser.post(leave_path(program))
    erase(program.engine, program.hasher, "1", EIGHT)
    pages = [
        browser.get(leave_path(program)).text,
        browser.post(leave_path(program)).text,
        browser.post(leave_path(program) + "/undo").text,
    ]

    for page in pages:
        assert "You have left" in page
        assert "Undo" not in page
        assert "You are back" not in page


def state_of_ann(program: App) -> str:
    with program.reading() as connection:
        listed = listed_copies.listed(connection, 1)
    return next(row.state for row in listed if row.name == "Ann")


def test_no_short_link_is_printed_that_leads_nowhere(program: App) -> None:
    url = "https://example.org/a/very/long/address"

    assert program.shortened(url) == url


def test_a_short_link_leads_to_the_long_one_and_nowhere_else(
    browser: TestClient, program: App
) -> None:
    url = "https://news.example.org"
    program = replace(
        program, settings=program.settings.model_copy(update={"base_url": url})
    )
    short = program.shortened("https://example.org/a/very/long/address")
    code = short.rpartition("/")[2]
    # As people type it from paper: in capitals, in groups, with the stop behind it.
    ways = (code, code.upper(), f"{code[:3]}-{code[3:]}", f"{code[:3]} {code[3:]}.")
    for typed in ways:
        answer = browser.get(f"/s/{typed}", follow_redirects=False)
        assert answer.status_code == 302
        assert answer.headers["location"] == "https://example.org/a/very/long/address"
    answer = browser.get(f"/s/{code}x")
    assert answer.status_code == 404
    assert "Page not found" in answer.text
    assert "has 6 letters and figures, and never an i, l or o" in answer.text
    has_archive = bool(program.archive.campaigns())
    assert ("See what you can read here" in answer.text) is has_archive
    lost = browser.get("/no/such/page").text
    assert "Page not found" in lost
    assert ('href="/archive">See what you can' in lost) is has_archive
    assert ('href="/sign-in">Sign in, if you work' in lost) is not has_archive


def test_health_says_ok(browser: TestClient) -> None:
    assert browser.get("/healthz").json() == {"status": "ok"}
    assert browser.head("/healthz").status_code == 200


def test_in_live_mode_the_desk_answers_its_own_machine_alone(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, **LIVE})
    with opened(settings, EIGHT, migrating=True) as app:
        client = TestClient(make_app(app), base_url=SITE, client=("203.0.113.9", 1))
        refused = [client.get(path).status_code for path in ("/desk", "/inbox")]
        public = client.get("/healthz").status_code

    assert refused == [403, 403]
    assert public == 200
