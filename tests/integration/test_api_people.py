"""People by the API: found, added as they were asked, changed, and what they ask."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from digest.audience.subject_access import everything
from digest.bootstrap import App
from digest.web.app import make_app
from tests.api import a_key
from tests.builders import SITE

PEOPLE = "/api/v1/people"
NEW = {
    "list": "readers",
    "name": "Cat Example",
    "email": "cat@example.org",
    "consent_basis": "consent",
    "consent_method": "by phone",
    "consent_at": "2026-07-06",
    "consent_wording": "May we write to you?",
}
CAMPAIGN = {"campaign": "lantern-week"}


@pytest.fixture
def client(program: App) -> Iterator[TestClient]:
    """Yield a client whose key may do everything; Ann and Bob are readers."""
    key = a_key(program)
    with TestClient(make_app(program), base_url=SITE, headers=key) as test_client:
        yield test_client


@pytest.fixture
def cat(client: TestClient) -> int:
    """Return the number of Cat, who was added."""
    [readers] = client.get("/api/v1/lists").json()
    answer = client.post(PEOPLE, json=NEW | {"list": readers["name"]})
    return int(answer.json()["id"])


def done(client: TestClient, act: str, **wish: object) -> Any:
    """Ask for something for Cat, and return the answer."""
    answer = client.post(f"{PEOPLE}/3/{act}", json=wish)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_people_are_found_and_listed_page_by_page(client: TestClient, cat: int) -> None:
    first = client.get(PEOPLE, params={"limit": 1})
    second = client.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    by_email = client.get(PEOPLE, params={"by": "email", "q": "CAT@"})

    assert [each["name"] for each in (*first.json(), *second.json())] == ["Ann", "Bob"]
    assert [each["id"] for each in by_email.json()] == [cat]
    assert client.get(PEOPLE, params={"q": "nobody"}).json() == []
    assert client.get(f"{PEOPLE}/99").status_code == 404


def test_a_page_behind_somebody_who_is_erased_is_not_the_first_again(
    client: TestClient,
) -> None:
    first = client.get(PEOPLE, params={"limit": 1})
    last = first.json()[0]["id"]
    client.post(f"{PEOPLE}/{last}/erase", json={"sure": True})
    second = client.get(first.headers["Link"].partition(">")[0].removeprefix("<"))

    assert second.status_code == 422
    assert second.json()["detail"].startswith("after: is nobody who is listed now")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"limit": 0}, "limit: has to be 1 or more"),
        ({"limit": 201}, "limit: has to be 200 or less"),
        ({"q": "x" * 999}, "q: has at most"),
    ],
)
def test_what_does_not_fit_is_told_in_our_words(
    client: TestClient, wish: dict[str, object], words: str
) -> None:
    assert words in client.get(PEOPLE, params=wish).json()["detail"]  # type: ignore[arg-type]


def test_a_field_that_is_missing_and_one_too_many_are_told(client: TestClient) -> None:
    answer = client.post(PEOPLE, json={"list": "x", "fomat": "html"})

    faults = {fault["field"]: fault["words"] for fault in answer.json()["faults"]}
    assert faults["consent_basis"] == "is missing"
    assert faults["fomat"] == "is no field of this call: leave it out"


def test_somebody_is_added_once_with_how_they_were_asked(
    client: TestClient, program: App
) -> None:
    [readers] = client.get("/api/v1/lists").json()
    new = NEW | {"list": readers["name"]}
    added = client.post(PEOPLE, json=new)
    twice = client.post(PEOPLE, json=new)
    unsaid = client.post(PEOPLE, json=new | {"consent_wording": ""})

    assert added.status_code == 201
    number = added.json()["id"]
    assert added.headers["Location"] == f"{PEOPLE}/{number}"
    assert twice.status_code == 422
    assert f"number {number}" in twice.json()["faults"][0]["words"]
    assert {fault["field"] for fault in unsaid.json()["faults"]} == {"consent_wording"}
    with program.reading() as connection:
        facts = everything(connection, program.hasher, str(number))
    assert facts["subscriptions"][0]["consent_wording"] == "May we write to you?"
    assert [each["campaign"] for each in facts["campaigns"]] == ["lantern-week"]
    assert any("Robot (key)" in act for act in facts["acts"])
    nowhere = client.post(PEOPLE, json=NEW | {"list": "none"})
    assert nowhere.status_code == 404


def test_what_is_held_is_changed_by_who_saw_it(client: TestClient) -> None:
    saw = client.get(f"{PEOPLE}/1").headers["ETag"]
    new = {"name": "Ann Lantern", "notes": "Likes tea"}
    unsaid = client.patch(f"{PEOPLE}/1", json=new)
    changed = client.patch(f"{PEOPLE}/1", json=new, headers={"If-Match": saw})
    stale = client.patch(
        f"{PEOPLE}/1", json={"name": "Other"}, headers={"If-Match": saw}
    )
    wrong = client.patch(
        f"{PEOPLE}/1", json={"email": "no address"}, headers={"If-Match": "*"}
    )
    entry = client.get(f"{PEOPLE}/1").json()

    assert unsaid.status_code == 428
    assert sorted(changed.json()["changed"]) == ["name", "notes"]
    assert stale.status_code == 412
    assert [fault["field"] for fault in wrong.json()["faults"]] == ["email"]
    assert (entry["name"], entry["notes"]) == ("Ann Lantern", "Likes tea")


def test_what_somebody_asks_for_is_done_and_undone(
    client: TestClient, cat: int
) -> None:
    [paused] = done(client, "pause", until="2026-08-03")
    assert (paused["campaign"], paused["back_on"]) == ("lantern-week", "2026-08-03")
    assert done(client, "resume") == {"person": cat, "changed": True}
    assert done(client, "resume") == {"person": cat, "changed": False}
    titles = ["<b>Kettles</b> & urns"]
    so_far = {"campaign": "lantern-week", "titles": titles}
    assert done(client, "catch-up", **CAMPAIGN) == so_far
    assert done(client, "catch-up/undo", **CAMPAIGN) == {"person": cat, "changed": True}
    assert done(client, "leave", means="phone", **CAMPAIGN) == {
        "person": cat,
        "changed": True,
    }
    assert done(client, "leave/undo", **CAMPAIGN) == {"person": cat, "changed": True}
    assert done(client, "suppress", reason="asked by phone") == {
        "person": cat,
        "channels": ["email"],
    }
    lifted = client.post(f"{PEOPLE}/{cat}/suppress/undo")
    assert lifted.json() == {"person": cat, "changed": True}
    past = client.post(f"{PEOPLE}/{cat}/pause", json={"until": "2020-01-01"})
    assert past.status_code == 409


def test_somebody_is_shown_all_that_is_held_and_erased(
    client: TestClient, cat: int
) -> None:
    facts = client.get(f"{PEOPLE}/{cat}/held").json()
    unasked = client.post(f"{PEOPLE}/{cat}/erase", json={})
    erased = client.post(f"{PEOPLE}/{cat}/erase", json={"sure": True})

    assert facts["email"] == "cat@example.org"
    assert unasked.status_code == 422
    assert erased.json() == {"person": cat, "channels": ["email"]}
    assert client.get(f"{PEOPLE}/{cat}").json()["name"] == ""


def test_lists_are_made_and_people_taken_off(client: TestClient) -> None:
    friends = client.post("/api/v1/lists", json={"name": "friends"}).json()
    assert friends == {"name": "friends", "subscribed": 0, "ended": 0}
    [readers] = [
        each["name"]
        for each in client.get("/api/v1/lists").json()
        if each["subscribed"]
    ]
    off = [
        client.post(f"/api/v1/lists/{readers}/remove", json={"person": 1}).json()
        for _ in range(2)
    ]
    assert [each["changed"] for each in off] == [True, False]


def test_possible_doubles_are_listed_and_said_to_be_two(
    client: TestClient, cat: int
) -> None:
    version = client.get(f"{PEOPLE}/1").headers["ETag"]
    name = {"name": "Cat Example", "email": "cat+news@example.org"}
    client.patch(f"{PEOPLE}/1", json=name, headers={"If-Match": version})

    [double] = client.get(f"{PEOPLE}/doubles").json()

    assert (double["first"], double["second"]) == (1, cat)
    assert double["signs"] == ["mailbox"]
    assert done(client, "apart", other=1)["changed"]
    assert client.get(f"{PEOPLE}/doubles").json() == []
    assert done(client, "apart/undo", other=1)["changed"]
    after = {"after": double["place"]}
    assert client.get(f"{PEOPLE}/doubles", params=after).json() == []


def test_two_are_merged_into_one_and_that_is_undone(
    client: TestClient, cat: int
) -> None:
    wish = {"other": cat, "take": ["email"]}
    merged = client.post(f"{PEOPLE}/1/merge", json=wish)
    twice = client.post(f"{PEOPLE}/1/merge", json=wish)
    cat_now = client.get(f"{PEOPLE}/{cat}").json()
    undone = client.post(f"{PEOPLE}/{cat}/merge/undo")
    again = client.post(f"{PEOPLE}/1/merge/undo")
    odd = client.post(f"{PEOPLE}/1/merge", json={"other": cat, "take": ["fax"]})

    assert merged.json() == {"survivor": 1, "absorbed": cat, "suppressed": {}}
    assert twice.status_code == 409
    assert (cat_now["id"], cat_now["email"]) == (1, "cat@example.org")
    assert undone.json() == {"survivor": 1, "absorbed": cat, "suppressed": {}}
    assert again.status_code == 409
    assert odd.status_code == 422
    assert client.get(f"{PEOPLE}/{cat}").json()["id"] == cat
