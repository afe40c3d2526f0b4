"""The page of the API: it says of each call what the description says."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.web.app import make_app
from tests.api import api_calls
from tests.builders import SITE


@pytest.fixture
def page(program: App) -> Iterator[str]:
    """Yield the page, as anybody sees it."""
    with TestClient(make_app(program), base_url=SITE) as client:
        answer = client.get("/api/v1/docs")
        assert answer.status_code == 200
        yield answer.text


def test_every_call_stands_on_the_page_with_its_scope(page: str, program: App) -> None:
    for path, method, _ in api_calls(make_app(program)):
        assert page.count(f"{method} /api{path}</span>") == 1, path


def test_a_call_says_what_it_takes_and_how_it_is_asked(page: str) -> None:
    call = page.partition("POST /api/v1/people</span>")[2].partition("</h3>")[2]
    call = call.partition("<h3")[0]

    assert "It needs <strong>change-people</strong>." in call
    assert '<code class="app-said">consent_basis</code> (body, string, needed)' in call
    assert f"curl -X POST {SITE}/api/v1/people" in call
    assert "&#34;consent_basis&#34;: &#34;consent&#34;" in call
    assert "Answers 201;" in call


def test_what_a_problem_leads_to_is_on_the_page(page: str) -> None:
    for status in (401, 404, 409, 412, 422, 428, 429, 503):
        assert f'id="status-{status}"' in page
