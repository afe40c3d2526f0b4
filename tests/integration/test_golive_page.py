"""Going live on pages: what it takes, what would go to whom, asked once, on record."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Role
from digest.schedule.editions.going_live import LiveStart, foresee
from digest.store.campaigns import campaigns
from digest.store.staff import audit
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post
from tests.staff import signed_in
from tests.stored import FILE, READY, a_stored_campaign, posts_accepted

HERE = "/desk/golive"
PUBLIC = "https://news.example.org"
SET = {
    "base_url": PUBLIC,
    "secret_key": SecretStr("k" * 32),
    "smtp_url": SecretStr("smtps://mail.example.org"),
}


@pytest.fixture
def campaign(program: App) -> App:
    """Return the program with what live needs of its campaign, and two more posts."""
    a_stored_campaign(program.engine, READY)
    posts = [a_post("three", title="<i>Urns</i>"), a_post("four", title="Newest")]
    posts_accepted(program.engine, posts)
    return program


@pytest.fixture
def ready(campaign: App) -> App:
    """Return the program with every setting that live needs, but for the last."""
    settings = campaign.settings.model_copy(update=SET)
    return replace(campaign, settings=settings)


@pytest.fixture
def desk(ready: App) -> Iterator[TestClient]:
    """Yield a client of it that an admin is signed in on."""
    ours = {"Origin": PUBLIC}
    with TestClient(make_app(ready), base_url=PUBLIC, headers=ours) as client:
        signed_in(client, ready, Role.ADMIN, "Ada")
        yield client


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def is_live(program: App) -> bool:
    [plan] = foresee(program.engine, [], LiveStart(), EIGHT)
    return plan.is_live


def acts(program: App) -> list[tuple[str, str]]:
    with program.reading() as connection:
        return [(act.actor, act.act) for act in audit.page(connection, 50)]


def test_what_live_needs_is_listed_with_its_cure_and_nothing_can_be_pressed(
    program: App,
) -> None:
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.ADMIN, "Ada")
        html = client.get(HERE).text
        question = client.get(f"{HERE}/confirm").text
        refused = client.post(f"{HERE}/confirm", data={"from": "start"})
    page = words_of(html)

    assert "Base address : is lacking http://localhost:8000 leads readers no" in page
    assert "Set DIGEST_SMTP_URL: name the server that sends." in page
    assert "Postal address : is lacking" in page
    assert "Encryption : is there" in page
    assert "Nothing can go live before all of it is there" in page
    assert f'href="{HERE}/confirm' not in html
    assert "to readers from now on?" not in question
    assert refused.status_code == 409
    assert not is_live(program)


@pytest.mark.parametrize(
    ("query", "expected", "absent"),
    [
        pytest.param("", ["More tea", "<i>Urns</i>", "Newest"], [], id="all"),
        pytest.param("?from=now", ["Nothing would be in it yet"], ["Newest"], id="now"),
        pytest.param("?from=newest&newest=1", ["Newest"], ["Urns"], id="the newest"),
    ],
)
def test_what_the_first_edition_would_hold_is_said(
    desk: TestClient, query: str, expected: list[str], absent: list[str]
) -> None:
    html = desk.get(HERE + query).text
    page = words_of(html)

    assert [words for words in expected if words not in page] == []
    assert [words for words in absent if words in page] == []
    assert "Monday 6 July 2026, 16:00 BST" in page
    assert "<i>Urns" not in html
    if not query:
        assert "1 reader gets a copy : 1 by email." in page
        assert "1 gets none: there is no way to reach them." in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("?from=newest&newest=", "as a number", id="no number"),
        pytest.param("?from=newest&newest=%C2%B2", "write start", id="no digit"),
        pytest.param("?from=tomorrow", "write start", id="no such choice"),
    ],
)
def test_a_wrong_choice_is_told_at_its_field(
    desk: TestClient, query: str, words: str
) -> None:
    for there in (HERE, f"{HERE}/confirm"):
        answer = desk.get(there + query)

        assert answer.status_code == 422
        assert words in answer.text
    fields = dict(part.split("=") for part in query[1:].split("&"))
    assert desk.post(f"{HERE}/confirm", data=fields).status_code == 422


def test_going_live_is_asked_once_done_and_on_record(
    desk: TestClient, ready: App
) -> None:
    page = desk.get(f"{HERE}?from=newest&newest=1").text
    [link] = re.findall(rf'href="({HERE}/confirm[^"]+)"', page)
    question = desk.get(unescape(link)).text
    fields: dict[str, Any] = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', question)
    )
    before = is_live(ready)
    done = desk.post(f"{HERE}/confirm", data=fields)
    again = desk.post(f"{HERE}/confirm", data=fields)

    assert "Send Lantern Week to readers from now on?" in question
    assert "Of the posts that are there, the newest 1" in question
    assert fields == {"from": "newest", "newest": "1", "campaign": "lantern-week"}
    assert not before
    assert is_live(ready)
    assert "Slots count from this moment on" in done.text
    assert "DIGEST_LIVE is still no" in done.text
    assert again.status_code == 200
    assert acts(ready)[0] == ("Ada", "took live")
    assert [act for act in acts(ready) if act[1] == "took live"] == [acts(ready)[0]]
    with ready.reading() as connection:
        stored = campaigns.by_name(connection, "lantern-week")
    assert stored.live_since == ready.now()


def test_only_an_admin_takes_it_live(desk: TestClient, ready: App) -> None:
    signed_in(desk, ready, Role.APPROVER, "Petra")
    page = desk.get(HERE)
    pressed = desk.post(f"{HERE}/confirm", data={"from": "start"})

    assert "Going live is for admins" in page.text
    assert f'href="{HERE}/confirm' not in page.text
    assert pressed.status_code == 403
    assert not is_live(ready)


def test_one_campaign_may_go_where_another_lacks_something(
    desk: TestClient, ready: App
) -> None:
    bare = FILE.replace("lantern-week", "loldfair")
    a_stored_campaign(ready.engine, bare)
    page = desk.get(HERE).text
    of_all = desk.post(f"{HERE}/confirm", data={"from": "start"})
    before = [act for _, act in acts(ready)]
    alone = desk.post(
        f"{HERE}/confirm", data={"from": "start", "campaign": "lantern-week"}
    )

    assert "campaign=lantern-week" in page
    assert "campaign=loldfair" not in page
    assert of_all.status_code == 409
    assert "lacks what live needs" in of_all.text
    assert "took live" not in before
    assert alone.status_code == 200
    assert acts(ready)[0][1] == "took live"


def test_no_such_campaign_is_said_in_words(desk: TestClient) -> None:
    fields = {"from": "start", "campaign": "none"}

    assert desk.post(f"{HERE}/confirm", data=fields).status_code == 404
    assert desk.get(f"{HERE}/confirm?campaign=none").status_code == 404
