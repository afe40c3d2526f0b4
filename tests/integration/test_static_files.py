"""The files pages are drawn with: kept for long, asked for anew when they change."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.web.app import make_app
from digest.web.parts.static_files import StaticFiles
from tests.builders import SITE

ADDRESS = re.compile(r'(?:href|src)="(/static/[^"]+)"')
IN_CSS = re.compile(r'url\("?([^")]+)')


@pytest.fixture
def browser(program: App) -> Iterator[TestClient]:
    """Yield a client of the pages."""
    with TestClient(make_app(program), base_url=SITE) as client:
        yield client


def test_what_a_page_is_drawn_with_is_there_and_kept_for_a_year(
    browser: TestClient,
) -> None:
    addresses = ADDRESS.findall(browser.get("/desk").text)
    for sheet in [address for address in addresses if address.endswith(".css")]:
        folder = sheet.rpartition("/")[0]
        addresses += [
            f"{folder}/{name}" for name in IN_CSS.findall(browser.get(sheet).text)
        ]
    answers = {address: browser.get(address) for address in addresses}

    types = {
        address.rpartition(".")[2]: answer.headers["Content-Type"]
        for address, answer in answers.items()
        if answer.status_code == 200
    }
    assert len(answers) == 5
    assert types == {
        "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml",
        "woff2": "font/woff2",
    }
    for answer in answers.values():
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_sheet_travels_small_to_whoever_can_read_that(browser: TestClient) -> None:
    [sheet] = re.findall(r'"(/static/\w+/govuk.css)"', browser.get("/desk").text)
    small = browser.get(sheet, headers={"Accept-Encoding": "gzip"})
    whole = browser.get(sheet, headers={"Accept-Encoding": "identity"})

    assert small.text == whole.text
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) < len(whole.content) / 5
    assert "Content-Encoding" not in whole.headers
    assert small.headers["Vary"] == whole.headers["Vary"] == "Accept-Encoding"


def test_a_page_from_before_an_update_is_still_drawn(browser: TestClient) -> None:
    answer = browser.get("/static/0123456789abcdef/app.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["none.css", "../pages.py", "%2e%2e/app.py", "fonts"])
def test_there_are_no_other_files(browser: TestClient, name: str) -> None:
    assert browser.get(f"/static/0/{name}").status_code == 404


def test_an_operators_file_stands_in_for_ours_at_an_address_of_its_own(
    program: App, tmp_path: Path
) -> None:
    (tmp_path / "own" / "web" / "static").mkdir(parents=True)
    (tmp_path / "own" / "web" / "static" / "app.css").write_text("h1 { color: red }")
    settings = program.settings.model_copy(update={"templates_dir": tmp_path / "own"})
    files = StaticFiles(settings.templates_dir)
    with TestClient(
        make_app(replace(program, settings=settings)), base_url=SITE
    ) as browser:
        page = browser.get("/desk").text
        sheet = browser.get(files.address("app.css"))

    assert sheet.text == "h1 { color: red }"
    assert files.address("app.css") in page
    assert files.edition != StaticFiles(None).edition
