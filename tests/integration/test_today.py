"""Today: what goes out to how many, what waits for whom, and the button that helps."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.editions.mode import Mode
from digest.model.roles import Role
from digest.schedule.editions import publishing
from digest.schedule.reports.troubles.trouble import Trouble, TroubleCure, TroublePlace
from digest.settings import Settings
from digest.store.base.engine import writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, subscriber
from digest.web.app import make_app
from digest.web.desk.cures import address_of
from tests.builders import EIGHT, SITE, a_post
from tests.queries import counting
from tests.staff import an_account, signed_in
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

HOME = ["1 Example Street", "EXAMPLETON"]


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> App:
    """Return a program with readers by email and post, and one nobody can reach."""
    a_stored_campaign(engine, READY.replace("lists =", 'approval = "one"\nlists ='))
    for name in ("ann", "bob"):
        a_reader(engine, name)
    a_reader(engine, "cat", address=HOME, postcode="ZZ99 1AA", format="letter")
    a_reader(engine, "dan", format="letter")
    posts_accepted(engine, [a_post("one", title="Urns")])
    live = in_mode(engine, Mode.LIVE)
    return App(Settings(data_dir=tmp_path), live, lambda: EIGHT, "k" * 32)


@pytest.fixture
def client(program: App) -> Iterator[TestClient]:
    """Yield a client of the pages, an editor's."""
    with TestClient(make_app(program), base_url=SITE) as client:
        signed_in(client, program, Role.EDITOR, "Priya")
        yield client


def test_what_goes_out_next_says_to_how_many_by_what(client: TestClient) -> None:
    page = client.get("/desk").text

    assert "Lantern Week, daily" in page
    assert "Readers it is for: 2 by email, 1 by letter, 1 cannot be reached" in page
    assert 'action="/desk/campaigns/lantern-week/daily/test"' in page
    assert "Monday 6 July 2026" in page
    assert "Goes out today at 16:00 BST." in page
    assert 'href="/desk/campaigns/lantern-week/daily?check=yes#reach"' in page


def test_who_has_paused_or_was_erased_is_not_counted_and_counts_last_a_minute(
    client: TestClient, program: App
) -> None:
    client.get("/desk")
    with writing(program.engine) as connection:
        connection.execute(
            update(subscriber).where(subscriber.c.name == "Bob").values(erased_at=EIGHT)
        )
    assert "2 by email, 1 by letter" in client.get("/desk").text
    later = replace(program, clock=lambda: EIGHT + timedelta(minutes=2))
    with TestClient(make_app(later), base_url=SITE) as anew:
        signed_in(anew, later, Role.EDITOR, "Priya")
        assert "1 by email, 1 by letter" in anew.get("/desk").text


def test_what_waits_says_for_whom_and_leads_who_may_to_it(
    client: TestClient, program: App
) -> None:
    number = publishing.open_now(program.engine, "lantern-week", "daily", EIGHT)
    publishing.carry_forward(program.engine, number, EIGHT)
    an_account(program, Role.APPROVER, "Sam Oldfield")
    of_an_editor = client.get("/desk").text
    signed_in(client, program, Role.APPROVER, "Sam Oldfield")
    of_an_approver = client.get("/desk").text
    link = f'href="/desk/editions/{number}/approve"'

    until = "Until Monday 6 July 2026, "
    assert until in of_an_editor
    assert "</svg>Waits for approval</strong>" in of_an_editor
    # One main act: whoever may approve does that first.
    assert of_an_approver.count('class="govuk-button"') == 1
    assert of_an_approver.index(link) < of_an_approver.index("Needs you")
    assert "Sam Oldfield may approve it" in of_an_editor
    assert link not in of_an_editor
    assert of_an_approver.count(link) == 1


def test_what_is_held_back_says_when_it_leaves_and_who_may_call_it_back(
    client: TestClient, program: App
) -> None:
    number = publishing.open_now(program.engine, "lantern-week", "daily", EIGHT)
    publishing.carry_forward(program.engine, number, EIGHT)
    publishing.approve(program.engine, number, "Sam", EIGHT)
    of_an_editor = client.get("/desk").text
    signed_in(client, program, Role.APPROVER, "Sam Oldfield")
    of_an_approver = client.get("/desk").text
    link = f'href="/desk/editions/{number}/recall"'

    assert "leaves before Monday 6 July 2026, 09:05 BST." in of_an_editor
    assert link not in of_an_editor
    assert of_an_approver.count(link) == 1
    assert client.get(f"/desk/editions/{number}/recall").status_code == 200


def test_each_cause_has_the_button_that_helps(client: TestClient, program: App) -> None:
    number = publishing.open_now(program.engine, "lantern-week", "daily", EIGHT)
    publishing.carry_forward(program.engine, number, EIGHT)
    publishing.approve(program.engine, number, "Sam", EIGHT)
    later = EIGHT + timedelta(hours=1)
    publishing.carry_forward(program.engine, number, later)
    with writing(program.engine) as connection:
        connection.execute(
            update(delivery)
            .where(delivery.c.channel == "email")
            .values(state="uncertain", reply="no answer")
        )
    page = client.get("/desk").text

    assert f'href="/desk/runs/{number}?state=uncertain#people"' in page
    assert "Settle them" in page
    assert f'href="/desk/runs/{number}?state=left-out#people"' in page
    assert "digest deliveries" not in page


@pytest.mark.parametrize("place", list(TroublePlace))
def test_every_place_has_an_address_that_is_there(
    client: TestClient, program: App, place: TroublePlace
) -> None:
    cure = TroubleCure(place, "Look", "lantern-week", 1, "waiting")
    signed_in(client, program, Role.ADMIN, "Ada")
    path = address_of(cure).partition("#")[0]
    answer = client.get(path)

    assert answer.status_code in (200, 404)  # no edition has been made
    assert "Check the address" not in answer.text
    assert str(Trouble("A.", "B.", cure=cure)) == "A. B."


def test_the_count_of_readers_is_two_queries_however_many_campaigns(
    client: TestClient, program: App
) -> None:
    def of_readers() -> int:
        with counting(program.engine) as statements:
            client.get("/desk")
        return sum("reader.format" in each for each in statements)

    assert of_readers() == 1
    assert of_readers() == 0
