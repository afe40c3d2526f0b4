"""Editions by the API: looked at, worded, arranged, approved, called back, sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.mode import Mode
from digest.model.roles import Scope
from digest.schedule.editions import publishing
from digest.settings import Settings
from digest.store.base.engine import writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, repeatable_request
from digest.store.staff import audit
from digest.web.app import make_app
from tests.api import a_key
from tests.builders import EIGHT, SITE, a_post
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

NOW = EIGHT + timedelta(hours=1)
OPEN = "/api/v1/campaigns/lantern-week/schedules/daily/open"


@pytest.fixture
def program(sqlite_engine: Engine, tmp_path: Path) -> Iterator[App]:
    """Yield a program of a live campaign, with three posts that nobody has had."""
    needs_one = READY.replace("lists =", 'approval = "one"\nlists =')
    a_stored_campaign(sqlite_engine, needs_one)
    for name in ("ann", "bob"):
        a_reader(sqlite_engine, name)
    titles = ("one", "two", "three")
    posts_accepted(sqlite_engine, [a_post(name, title=name) for name in titles])
    url = sqlite_engine.url.render_as_string(hide_password=False)
    settings = Settings.model_validate({"data_dir": tmp_path, "database_url": url})
    with opened(settings, NOW) as app:
        yield replace(app, engine=in_mode(app.engine, Mode.LIVE))


@pytest.fixture
def client(program: App) -> Iterator[TestClient]:
    """Yield a client whose key may do everything."""
    key = a_key(program)
    with TestClient(make_app(program), base_url=SITE, headers=key) as test_client:
        yield test_client


def titles(client: TestClient) -> list[str]:
    return [post["title"] for post in client.get(f"{OPEN}/contents").json()["posts"]]


def arranged(client: TestClient, **wanted: Any) -> None:
    answer = client.post(f"{OPEN}/arrange", json=wanted)
    assert answer.status_code == 200, answer.text


def frozen(program: App) -> str:
    """Have the open edition freeze, and return its address in the API."""
    number = publishing.open_now(program.engine, "lantern-week", "daily", NOW)
    publishing.carry_forward(program.engine, number, NOW)
    return f"/api/v1/editions/{number}"


def test_an_open_edition_is_arranged_and_every_act_is_undone(
    client: TestClient,
) -> None:
    posts = client.get(f"{OPEN}/contents").json()["posts"]
    first, _, third = [post["id"] for post in posts]

    arranged(client, act="move", post=first, place=2)
    assert titles(client) == ["two", "one", "three"]
    arranged(client, act="pin", post=third)
    assert titles(client) == ["three", "two", "one"]
    arranged(client, act="drop", post=first)
    assert titles(client) == ["three", "two"]
    undone = client.post(f"{OPEN}/undo").json()

    assert undone["done"] == f"took out post {first}"
    assert titles(client) == ["three", "two", "one"]
    wrong = client.post(f"{OPEN}/arrange", json={"act": "move", "post": first})
    assert wrong.status_code == 422


def test_words_are_not_saved_over_somebody_elses(client: TestClient) -> None:
    saw = client.get(f"{OPEN}/contents").headers["ETag"]
    words = {"subject": "A week of lanterns", "preheader": "", "note": "Hello *all*"}
    unsaid = client.put(f"{OPEN}/words", json=words)
    written = client.put(f"{OPEN}/words", json=words, headers={"If-Match": saw})
    again = client.put(
        f"{OPEN}/words", json=words | {"note": ""}, headers={"If-Match": saw}
    )
    inside = client.get(f"{OPEN}/contents")

    assert (unsaid.status_code, written.status_code, again.status_code) == (
        428,
        200,
        412,
    )
    assert "Robot (key)" in again.json()["detail"]
    assert inside.json()["subject"]["words"] == "A week of lanterns"
    assert inside.json()["note"] == "Hello *all*"
    assert inside.headers["ETag"] != saw
    anyway = client.put(f"{OPEN}/words", json=words, headers={"If-Match": "*"})
    assert anyway.status_code == 200
    wrong = client.put(
        f"{OPEN}/words", json={"subject": "a\nb"}, headers={"If-Match": "*"}
    )
    assert [fault["field"] for fault in wrong.json()["faults"]] == ["subject"]


def test_an_edition_is_shown_as_its_readers_get_it(
    client: TestClient, program: App
) -> None:
    text = client.get(f"{OPEN}/previews/text")
    page = client.get(f"{OPEN}/previews/html", params={"as": "1"})

    assert "three" in text.text
    assert text.headers["content-type"].startswith("text/plain")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get(f"{OPEN}/previews/smoke").status_code == 404
    client.headers.update(a_key(program, [Scope.READ], "Looker"))
    assert client.get(f"{OPEN}/previews/html").status_code == 200
    hidden = client.get(f"{OPEN}/previews/html", params={"as": "1"})
    assert hidden.status_code == 403


def test_an_edition_is_approved_by_a_key_and_called_back(
    client: TestClient, program: App
) -> None:
    address = frozen(program)
    entry = client.get(address)
    assert entry.json()["state"] == "frozen"

    stale = client.post(f"{address}/approve", headers={"If-Match": '"7"'})
    approved = client.post(
        f"{address}/approve", headers={"If-Match": entry.headers["ETag"]}
    )
    assert (stale.status_code, approved.status_code) == (412, 200)
    assert approved.json()["approved_by"] == ["Robot (key)"]

    back = client.post(f"{address}/recall")
    assert (back.status_code, back.json()["state"]) == (200, "open")
    cancelled = client.post(f"{address}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    twice = client.post(f"{address}/recall")
    assert twice.status_code == 409
    with program.reading() as connection:
        acts = {act.actor for act in audit.latest(connection, 20)}
    assert "Robot (key)" in acts


def test_a_request_that_is_sent_twice_is_done_once(
    client: TestClient, program: App
) -> None:
    address, once = frozen(program), {"Idempotency-Key": "approve-1"}
    first, second = (client.post(f"{address}/approve", headers=once) for _ in range(2))
    other = client.post(f"{address}/recall", headers=once)

    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    # What was refused is not kept: mended, it may be asked under the same key.
    again = {"Idempotency-Key": "words-1"}
    refused = client.post(
        f"{OPEN}/arrange", json={"act": "pin", "post": 99}, headers=again
    )
    mended = client.post(
        f"{OPEN}/arrange", json={"act": "unpin", "post": 1}, headers=again
    )
    assert (refused.status_code, mended.status_code) == (404, 200)


def test_what_was_never_answered_is_not_done_again(
    client: TestClient, program: App
) -> None:
    """The process was killed after the act, before it wrote its answer down."""
    address, once = frozen(program), {"Idempotency-Key": "recall-1"}
    client.post(f"{address}/approve")
    assert client.post(f"{address}/recall", headers=once).status_code == 200
    assert client.post(f"{address}/approve").status_code == 200

    for minutes, words in ((1, "under way"), (3, "may have been done or not")):
        with writing(program.engine) as connection:
            connection.execute(
                update(repeatable_request).values(
                    status=None, answer=None, begun_at=NOW - timedelta(minutes=minutes)
                )
            )
        answer = client.post(f"{address}/recall", headers=once)
        assert (answer.status_code, words in answer.text) == (409, True)
        assert client.get(address).json()["state"] == "approved"

    other = client.post(f"{address}/recall", headers={"Idempotency-Key": "recall-2"})
    assert other.status_code == 200


def test_editions_are_listed_page_by_page(client: TestClient, program: App) -> None:
    address = frozen(program)
    client.post(f"{address}/cancel")
    schedules = publishing.open_now(program.engine, "lantern-week", "weekly", NOW)
    assert schedules == 2

    first = client.get("/api/v1/editions", params={"limit": 1})
    link = first.headers["Link"].partition(">")[0].removeprefix("<")
    second = client.get(link)

    assert [each["id"] for each in (*first.json(), *second.json())] == [2, 1]
    assert "Link" not in second.headers
    only = {"state": "cancelled", "campaign": "lantern-week"}
    assert [
        each["id"] for each in client.get("/api/v1/editions", params=only).json()
    ] == [1]


def test_a_run_is_followed_and_what_failed_is_sent_again(
    client: TestClient, program: App
) -> None:
    address = frozen(program)
    client.post(f"{address}/approve")
    publishing.carry_forward(program.engine, 1, NOW + timedelta(hours=8))
    with program.writing() as connection:
        connection.execute(
            delivery.update()
            .where(delivery.c.reader_id == 1)
            .values(state=DeliveryState.REFUSED, reply="550 no such mailbox")
        )
        connection.execute(
            delivery.update()
            .where(delivery.c.reader_id == 2)
            .values(state=DeliveryState.UNCERTAIN, doubts=1)
        )
    run = client.get(f"{address}/run").json()
    [ann] = client.get(f"{address}/deliveries", params={"state": "refused"}).json()

    assert (run["total"], run["dealt_with"], run["doubtful"]) == (2, 1, 1)
    assert (ann["name"], ann["reason"]) == ("Ann", "550 no such mailbox")
    assert (
        client.get(f"{address}/deliveries", params={"state": "lost"}).status_code == 422
    )

    dry = client.post(f"{address}/retry", json={"dry_run": True})
    real = client.post(f"{address}/retry", json={})
    wanted = {"how": "accepted", "reader": 2}
    settled = [client.post(f"{address}/settle", json=wanted).json() for _ in range(2)]
    undone = client.post(f"{address}/settle", json={"how": "undo"})
    client.post(f"{address}/settle", json=wanted)
    once_more = client.post(f"{address}/deliveries/2/again")
    assert (dry.json(), real.json()) == ({"copies": 1}, {"copies": 1})
    assert settled == [{"copies": 1}, {"copies": 0}]
    assert undone.json() == {"copies": 1}
    assert once_more.json() == {"reference": "2.1", "was": "accepted"}
    with program.reading() as connection:
        states = connection.scalars(
            select(delivery.c.state).order_by(delivery.c.reader_id)
        ).all()
    assert states == ["planned", "planned"]
    stopped = client.post(f"{address}/stop").json()
    assert stopped["kept_back"] == 2


def test_a_campaign_is_shown_paused_and_its_file_changed(client: TestClient) -> None:
    here = "/api/v1/campaigns/lantern-week"
    entry = client.get(here).json()
    document = client.get(f"{here}/document")
    text, saw = document.json()["text"], document.headers["ETag"]

    assert (entry["state"], entry["standing"]) == ("active", "running")
    assert entry["readers"] == {"html": 2}
    assert [each["name"] for each in entry["schedules"]]
    paused = [client.post(f"{here}/pause").json() for _ in range(2)]
    assert [each["changed"] for each in paused] == [True, False]
    [listed] = client.get("/api/v1/campaigns").json()
    assert (listed["state"], listed["standing"]) == ("paused", "paused")
    assert client.post(f"{here}/resume").json()["state"] == "active"

    more = {"text": text + "\n# by a program\n"}
    applied = client.put(f"{here}/document", json=more, headers={"If-Match": saw})
    stale = client.put(f"{here}/document", json=more, headers={"If-Match": saw})
    wrong = client.put(
        f"{here}/document", json={"text": "name = 1"}, headers={"If-Match": "*"}
    )
    assert (applied.status_code, stale.status_code) == (200, 412)
    assert {fault["field"] for fault in wrong.json()["faults"]} == {"text"}
    assert client.get(f"{here}/document").json() == more


def test_slots_and_sources_are_listed(client: TestClient) -> None:
    here = "/api/v1/campaigns/lantern-week"
    slots = client.get(f"{here}/slots", params={"from": "2026-07-06", "days": 2})

    assert slots.status_code == 200
    assert slots.json()[0]["at"] == "2026-07-06T15:00:00Z"
    assert client.get(f"{here}/sources").status_code == 200
    far = client.get(f"{here}/slots", params={"from": "9999-12-31"})
    assert far.status_code == 422
    assert client.post(f"{here}/sources/none/resume").status_code == 404
