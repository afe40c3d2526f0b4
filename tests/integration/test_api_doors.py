"""The doors of the API: every call, for every scope and for nobody; its own words."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Scope
from digest.store.staff import access_keys
from digest.web import limits
from digest.web.api.parts.doors import scope_of
from digest.web.app import make_app
from tests.api import a_key, address_of, api_calls
from tests.builders import SITE

POSTS = "/api/v1/campaigns/lantern-week/posts"
PROBLEM = "application/problem+json"


@pytest.fixture
def client(program: App) -> Iterator[TestClient]:
    """Yield a client that holds no key."""
    with TestClient(make_app(program), base_url=SITE) as test_client:
        yield test_client


def test_every_call_says_which_scope_it_needs(program: App) -> None:
    calls = api_calls(make_app(program))

    assert len(calls) > 20
    assert [path for path, _, endpoint in calls if scope_of(endpoint) is None] == []
    assert {scope_of(endpoint) for _, _, endpoint in calls} == set(Scope)


def test_every_call_is_closed_to_who_has_no_key(
    program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRONG_KEYS", 1000)
    app = make_app(program)
    with TestClient(app, base_url=SITE) as client:
        for path, method, _ in api_calls(app):
            # Before anything that was sent is read.
            answer = client.request(method, address_of(path), content=b"{nonsense")
            assert answer.status_code == 401, path
            assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize("scope", sorted(Scope))
def test_every_call_is_open_to_its_scope_and_to_no_other(
    client: TestClient, program: App, scope: Scope
) -> None:
    client.headers.update(a_key(program, [scope]))
    for path, method, endpoint in api_calls(make_app(program)):
        answer = client.request(method, address_of(path), json={})
        is_refused = answer.status_code == 403
        assert is_refused is (scope_of(endpoint) is not scope), (path, answer.text)
        assert answer.status_code != 500, path
        if is_refused:
            assert f"this needs one for {scope_of(endpoint)}" in answer.json()["detail"]
    with program.reading() as connection:
        [key] = access_keys.listed(connection)
    assert key.used_at == program.now()


def test_a_key_that_was_made_for_nothing_in_particular_changes_nobody(
    program: App,
) -> None:
    with program.writing() as connection:
        access_keys.create(connection, access_keys.NewKey("Robot"), program.now())
        [key] = access_keys.listed(connection)

    assert key.scopes == (Scope.READ, Scope.WRITE)


JSON = {"Content-Type": "application/json"}
WRONG: tuple[tuple[str, str, dict[str, str], bytes, int], ...] = (
    ("GET", "/api/v1/none", {}, b"", 404),
    ("GET", "/api/none", {}, b"", 404),
    ("DELETE", POSTS, {}, b"", 405),
    ("POST", POSTS, {"Content-Type": "text/plain"}, b"hello", 415),
    ("POST", POSTS, JSON, b"{", 422),
    ("POST", POSTS, JSON, b"\xff\xfe", 422),
    ("POST", POSTS, JSON, b"[" * 100_000, 422),
    ("POST", POSTS, JSON, b"x" * 3_100_000, 413),
    ("POST", POSTS, JSON, b'{"title": "a\\u0000b"}', 422),
    ("GET", POSTS + "?limit=many", {}, b"", 422),
    ("GET", "/api/v1/editions/99", {}, b"", 404),
    ("GET", "/api/v1/editions/" + "9" * 30, {}, b"", 422),
    ("GET", "/api/v1/campaigns/%00", {}, b"", 404),
    ("GET", POSTS + "?state=%00", {}, b"", 422),
    ("GET", POSTS, {"Host": "elsewhere.example"}, b"", 421),
)


def test_whatever_goes_wrong_is_told_in_one_form(
    client: TestClient, program: App
) -> None:
    client.headers.update(a_key(program))
    for method, path, headers, body, status in WRONG:
        answer = client.request(method, path, headers=headers, content=body)

        assert answer.status_code == status, (path, answer.text)
        assert answer.headers["content-type"] == PROBLEM, path
        details = answer.json()
        assert set(details) == {"type", "title", "status", "detail", "faults"}
        assert details["status"] == status
        assert details["type"] == f"/api/v1/docs#status-{status}"
        assert details["title"]
        if status == 405:
            assert answer.headers["Allow"]


def test_a_key_may_ask_so_often_and_then_waits(
    program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "API_CALLS", 3)
    key = a_key(program)
    with TestClient(make_app(program), base_url=SITE, headers=key) as client:
        answers = [client.get(POSTS) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_the_api_describes_itself(client: TestClient, program: App) -> None:
    schema = client.get("/api/openapi.json").json()
    calls = {(path, method) for path, method, _ in api_calls(make_app(program))}
    described = {
        (path, method.upper()): call
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    }

    assert set(described) == calls
    assert schema["servers"] == [{"url": "/api"}]
    assert "HTTPBearer" in schema["components"]["securitySchemes"]
    for place, call in described.items():
        assert_is_described(call, place)


def assert_is_described(call: dict[str, Any], place: tuple[str, str]) -> None:
    """Assert that a call's description says who it is for and what may go wrong."""
    assert call["summary"], place
    assert call["description"].endswith("."), place
    [[scope]] = [each["HTTPBearer"] for each in call["security"]]
    assert scope in set(Scope)
    wrong = {status for status in call["responses"] if status >= "400"}
    assert {"401", "403", "404", "421", "422", "429", "500", "503"} <= wrong
    for status in wrong:
        assert set(call["responses"][status]["content"]) == {PROBLEM}, place
