"""Requests that nobody means well, or that fail by our own fault: always a page."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.people.reader_marks import ReaderRef
from digest.web.app import make_app
from tests.builders import SITE

TOKEN = re.compile(r"/u/[\w-]+")


@pytest.fixture
def browser(program: App) -> Iterator[TestClient]:
    """Yield a client of the pages."""
    with TestClient(make_app(program), base_url=SITE) as client:
        yield client


def test_no_link_to_unsubscribe_of_any_length_is_a_fault(browser: TestClient) -> None:
    answers = {browser.get(f"/u/{'A' * length}").status_code for length in range(1, 70)}

    assert answers == {404}


@pytest.mark.parametrize("behind", [">", ".", "%3E", "&gt;", "),", "%20and", "\u2019"])
def test_what_a_mail_program_takes_into_a_link_does_not_break_it(
    browser: TestClient, program: App, behind: str
) -> None:
    link = program.links.unsubscribe_url(ReaderRef(1)).removeprefix(SITE)

    assert browser.get(link + behind).text == browser.get(link).text
    assert "Stop" in browser.get(link).text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param("localhost:8000", 200, id="the base address"),
        pytest.param("LOCALHOST.", 200, id="the same in capitals, with its dot"),
        pytest.param("127.0.0.1:9999", 200, id="this machine"),
        pytest.param("[::1]:8000", 200, id="this machine by IPv6"),
        pytest.param("rebound.example", 421, id="a name made to lead here"),
        pytest.param("localhost.rebound.example", 421, id="one that begins like ours"),
        pytest.param("rebound.example@localhost", 200, id="a user, and our host"),
        pytest.param("localhost@rebound.example", 421, id="our host as a user"),
        pytest.param("[::1", 421, id="no host at all"),
        pytest.param("", 421, id="none"),
    ],
)
def test_only_our_own_hosts_are_answered(
    browser: TestClient, host: str, status: int
) -> None:
    assert browser.get("/desk", headers={"Host": host}).status_code == status
    assert browser.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/desk/", "/desk/runs/"])
def test_no_answer_leads_to_another_host(browser: TestClient, path: str) -> None:
    answer = browser.get(path, follow_redirects=False)

    assert answer.status_code == 404
    assert "Location" not in answer.headers


def broken_clock() -> datetime:
    """Fail as no code of ours expects."""
    raise RuntimeError("the clock fell off the wall")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/desk", "text/html"), ("/api/v1/campaigns/a/posts", "application/problem+json")],
)
def test_a_fault_of_our_own_is_a_page_with_an_id_that_the_log_has(
    program: App, caplog: pytest.LogCaptureFixture, path: str, media_type: str
) -> None:
    broken = replace(program, clock=broken_clock)
    with TestClient(make_app(broken), base_url=SITE) as client:
        answer = client.get(path, headers={"Authorization": "Bearer digest_none"})

    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith(media_type)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "clock" not in answer.text
    fault_ids = re.findall(r"page failed id=(\w+)", caplog.text)
    assert len(fault_ids) == 1
    assert fault_ids[0] in answer.text
