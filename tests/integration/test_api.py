"""The API: what programs add and list, and who may."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.store.staff import access_keys
from digest.store.staff.access_keys import NewKey
from digest.web.app import make_app
from tests.builders import EIGHT, SITE

POSTS = "/api/v1/campaigns/lantern-week/posts"
EVENTS = "/api/v1/campaigns/lantern-week/events"
KETTLE = {"title": "Kettle", "text": "Come in. Do our [survey](https://example.org/s)."}
WALK = {"title": "Walk", "starts": "2026-07-06 14:00", "place": "The Hall"}


@pytest.fixture
def client(program: App) -> Iterator[TestClient]:
    """Yield a client that holds a key."""
    with program.writing() as connection:
        key = access_keys.create(connection, NewKey("Robot"), EIGHT)
    with TestClient(make_app(program), base_url=SITE) as test_client:
        test_client.headers["Authorization"] = f"Bearer {key}"
        yield test_client


def test_a_post_is_added_once_and_listed(client: TestClient) -> None:
    first, second = (client.post(POSTS, json=KETTLE) for _ in range(2))
    listed = client.get(POSTS).json()

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["outcome"] == "added"
    assert second.json()["outcome"] == "unchanged"
    assert listed[0] == first.json()["item"] == second.json()["item"]
    assert (listed[0]["state"], listed[0]["source"]) == ("released", "by hand")
    assert listed[0]["links"] == [
        {"kind": "survey", "label": "survey", "url": "https://example.org/s"}
    ]
    assert listed[0]["text"] == "Come in. Do our [survey](<https://example.org/s>)."
    assert [entry["title"] for entry in listed[1:]] == [
        "More tea",
        "<b>Kettles</b> & urns",
    ]


def test_an_event_is_added_and_listed_apart_from_posts(client: TestClient) -> None:
    added = client.post(EVENTS, json=WALK)

    assert added.status_code == 201
    [event] = client.get(EVENTS).json()
    assert (event["title"], event["place"]) == ("Walk", "The Hall")
    assert event["starts"] == "2026-07-06T13:00:00Z"
    assert "Walk" not in [entry["title"] for entry in client.get(POSTS).json()]


def test_a_key_of_its_own_lets_a_post_be_changed(client: TestClient) -> None:
    first = client.post(POSTS, json=KETTLE | {"key": "k"})
    second = client.post(POSTS, json=KETTLE | {"key": "k", "title": "Urn"})

    assert (second.status_code, second.json()["outcome"]) == (200, "changed")
    assert second.json()["item"]["id"] == first.json()["item"]["id"]
    assert second.json()["item"]["title"] == "Urn"


def test_a_request_that_is_repeated_adds_nothing(client: TestClient) -> None:
    again = {"Idempotency-Key": "one"}
    first, second = (client.post(POSTS, json=KETTLE, headers=again) for _ in range(2))
    other = client.post(POSTS, json=KETTLE | {"title": "Urn"}, headers=again)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert other.json()["faults"][0]["field"] == "Idempotency-Key"
    assert "Urn" not in [entry["title"] for entry in client.get(POSTS).json()]


def test_what_is_in_one_state_can_be_asked_for(client: TestClient) -> None:
    client.post(EVENTS, json=WALK)
    titles = {
        (path, state): [
            entry["title"] for entry in client.get(path, params=only).json()
        ]
        for path in (POSTS, EVENTS)
        for state in ("released", "waiting", "changed")
        for only in ({"state": state},)
    }

    assert {place: listed for place, listed in titles.items() if listed} == {
        (POSTS, "released"): ["More tea", "<b>Kettles</b> & urns"],
        (EVENTS, "released"): ["Walk"],
    }
    for wrong in ({"state": "lost"}, {"before": 10**30}, {"limit": 0}):
        assert client.get(POSTS, params=wrong).status_code == 422


def test_a_long_list_is_read_in_parts(client: TestClient) -> None:
    for number in range(5):
        client.post(POSTS, json={"title": f"Post {number}"})
    first = client.get(POSTS, params={"limit": 2}).json()
    second = client.get(POSTS, params={"limit": 2, "before": first[-1]["id"]}).json()

    assert [entry["title"] for entry in (*first, *second)] == [
        f"Post {number}" for number in (4, 3, 2, 1)
    ]


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        (POSTS, {}, "title"),
        (POSTS, {"title": "  "}, "title"),
        (POSTS, KETTLE | {"url": "example.org"}, "url"),
        (POSTS, KETTLE | {"published": "soon"}, "published"),
        (POSTS, KETTLE | {"picture": "https://example.org/k.png"}, "picture_alt"),
        (POSTS, KETTLE | {"else": 1}, "else"),
        (POSTS, KETTLE | {"topics": "tea"}, "topics"),
        (POSTS, KETTLE | {"text": "![k](/etc/passwd)"}, "text"),
        (EVENTS, {"title": "Walk"}, "starts"),
        (EVENTS, WALK | {"starts": "soon"}, "starts"),
        (EVENTS, WALK | {"ends": "2026-07-01"}, "ends"),
        (EVENTS, WALK | {"zone": "Mars"}, "zone"),
    ],
)
def test_what_is_wrong_is_told_by_field(
    client: TestClient, path: str, sent: dict[str, Any], field: str
) -> None:
    answer = client.post(path, json=sent)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["field"] for fault in answer.json()["faults"]] == [field]
    assert client.get(EVENTS).json() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", POSTS, b"{not json", 422),
        ("POST", POSTS, b"[1, 2]", 422),
        ("POST", POSTS.replace("lantern", "no"), b'{"title": "x"}', 404),
        ("GET", POSTS.replace("lantern", "no"), b"", 404),
        ("GET", POSTS + "?limit=0", b"", 422),
        ("GET", "/api/v1/none", b"", 404),
        ("DELETE", POSTS, b"", 405),
    ],
)
def test_what_cannot_be_done_is_said_in_json(
    client: TestClient, method: str, path: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.request(method, path, content=body, headers=headers)

    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.json()["title"]


def test_what_is_too_large_is_not_read(client: TestClient) -> None:
    answer = client.post(POSTS, json={"title": "x" * 3_100_000})

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "key", [None, "", "Bearer", "Bearer wrong", "Basic a2V5", "Bearer \u00fc"]
)
def test_nobody_without_a_key_is_let_in(
    client: TestClient, method: str, key: str | None
) -> None:
    del client.headers["Authorization"]
    headers = {} if key is None else {"Authorization": key.encode()}
    answer = client.request(method, POSTS, headers=headers, json=KETTLE)  # type: ignore[arg-type]  # bytes, as a stranger may send

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_that_was_revoked_opens_nothing(client: TestClient, program: App) -> None:
    with program.writing() as connection:
        access_keys.revoke(connection, "Robot", EIGHT)

    assert client.post(POSTS, json=KETTLE).status_code == 401


def test_wrong_keys_are_slowed_down_and_right_ones_are_not(client: TestClient) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answers = [client.get(POSTS, headers=wrong) for _ in range(22)]

    assert [each.status_code for each in answers] == [401] * 20 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "600"
    assert client.get(POSTS).status_code == 200
