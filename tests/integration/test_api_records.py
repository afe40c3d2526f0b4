"""Reports, a campaign's history and people's needs, by the API."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Scope
from digest.web.app import make_app
from tests.api import a_key
from tests.builders import SITE

CAMPAIGN = "/api/v1/campaigns/lantern-week"
NEEDS = "/api/v1/people/1/needs"


@pytest.fixture
def client(program: App) -> Iterator[TestClient]:
    """Yield a client whose key may do everything; Ann and Bob are readers."""
    key = a_key(program)
    with TestClient(make_app(program), base_url=SITE, headers=key) as test_client:
        yield test_client


def changed(client: TestClient, old: str, new: str) -> None:
    """Change the campaign's document."""
    document = client.get(f"{CAMPAIGN}/document")
    text = document.json()["text"]
    assert old in text
    version = {"If-Match": document.headers["ETag"]}
    answer = client.put(
        f"{CAMPAIGN}/document", json={"text": text.replace(old, new)}, headers=version
    )
    assert answer.status_code == 200, answer.text


def test_a_report_is_counts_and_names_nobody(client: TestClient, program: App) -> None:
    key = a_key(program, [Scope.READ], "reads alone")
    answer = client.get(f"{CAMPAIGN}/report", params={"span": "month"}, headers=key)
    report = answer.json()

    assert answer.status_code == 200
    assert {"copies", "readers"} <= {table["name"] for table in report["tables"]}
    assert all(
        len(row) == len(table["heads"])
        for table in report["tables"]
        for row in table["rows"]
    )
    assert "Ann" not in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"first": "2026-07-02", "last": "2026-07-01"}, 422),
        ({"first": "soon"}, 422),
        ({"span": "decade"}, 422),
        ({"first": "2026-07-01", "last": "2026-07-02"}, 200),
    ],
)
def test_days_that_are_none_are_refused(
    client: TestClient, query: dict[str, str], status: int
) -> None:
    assert client.get(f"{CAMPAIGN}/report", params=query).status_code == status


def test_a_campaigns_history_is_listed_shown_and_gone_back_to(
    client: TestClient,
) -> None:
    changed(client, "Lantern Week", "Lamp Week")
    first = client.get(f"{CAMPAIGN}/history", params={"limit": 1})
    link = first.headers["Link"].partition(">")[0].removeprefix("<")
    second = client.get(link)
    second_one = client.get(f"{CAMPAIGN}/history/2").json()

    assert [each["number"] for each in (*first.json(), *second.json())] == [2, 1]
    assert "title" in first.json()[0]["changed"]
    assert '+ title = "Lamp Week"' in second_one["lines"]

    back = f"{CAMPAIGN}/history/1/back"
    assert client.post(back).status_code == 428
    assert client.post(back, headers={"If-Match": '"old"'}).status_code == 412
    version = {"If-Match": client.get(f"{CAMPAIGN}/document").headers["ETag"]}
    assert client.post(back, headers=version).status_code == 200
    assert client.get(CAMPAIGN).json()["title"] == "Lantern Week"
    assert client.post(f"{CAMPAIGN}/history/9/back", headers=version).status_code == 404


def test_a_need_is_recorded_asked_about_and_ended(client: TestClient) -> None:
    new = {"words": "18 point, please", "may_share": True, "review_on": "2026-07-20"}
    answer = client.post(NEEDS, json=new)
    number = answer.json()["id"]

    assert answer.status_code == 201
    assert [each["id"] for each in client.get("/api/v1/needs").json()] == [number]

    later = {"review_on": "2027-07-06"}
    client.post(f"/api/v1/needs/{number}/review", json=later)
    assert client.get("/api/v1/needs").json() == []

    ended = client.post(f"/api/v1/needs/{number}/end").json()
    again = client.post(f"/api/v1/needs/{number}/reopen").json()
    assert (bool(ended["ended_at"]), again["ended_at"]) == (True, None)
    assert client.get(NEEDS).json() == [again]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"words": ""}, 422),
        ({"words": "Braille", "review_on": "2020-01-01"}, 409),
        ({"words": "Braille", "other": 1}, 422),
    ],
)
def test_what_is_no_need_is_refused(
    client: TestClient, wish: dict[str, object], status: int
) -> None:
    assert client.post(NEEDS, json=wish).status_code == status
    assert client.post("/api/v1/people/99/needs", json=wish).status_code in (404, 422)


def test_what_is_answered_again_says_where_it_is_too(client: TestClient) -> None:
    [readers] = client.get("/api/v1/lists").json()
    new = {
        "list": readers["name"],
        "name": "Cat Example",
        "email": "cat@example.org",
        "consent_basis": "consent",
        "consent_method": "by phone",
        "consent_at": "2026-07-06",
        "consent_wording": "May we write to you?",
    }
    once = {"Idempotency-Key": "cat-1"}
    first = client.post("/api/v1/people", json=new, headers=once)
    again = client.post("/api/v1/people", json=new, headers=once)

    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert again.json() == first.json()
