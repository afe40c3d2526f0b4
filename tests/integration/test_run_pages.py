"""The pages of runs: how each goes, and person by person, without a script."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.tables import bounce, delivery, edition
from digest.store.campaigns import campaigns
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.queries import counting
from tests.rows import a_planned_edition
from tests.staff import signed_in

PEOPLE = 60


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Iterator[App]:
    """Yield a program with a run of sixty people that is going, some refused."""
    planned = a_planned_edition(engine, emails=PEOPLE)
    with writing(engine) as connection:
        connection.execute(
            update(edition).values(state="sending", planned_at=EIGHT, mode="practice")
        )
        connection.execute(
            update(delivery)
            .where(delivery.c.reader_id.in_(planned.readers[:55]))
            .values(state="refused", reply="550 <b>nobody</b> here", settled_at=EIGHT)
        )
        connection.execute(
            update(delivery)
            .where(delivery.c.reader_id == planned.readers[55])
            .values(state="uncertain", reply="cut off")
        )
    url = engine.url.render_as_string(hide_password=False)
    settings = Settings.model_validate({"data_dir": tmp_path, "database_url": url})
    with opened(settings, EIGHT) as app:
        yield app


@dataclass(frozen=True, slots=True)
class Desk:
    """An editor at the pages of runs."""

    client: TestClient
    program: App

    def states(self) -> dict[str, int]:
        """Return how many emails stand where."""
        query = select(delivery.c.state, func.count()).group_by(delivery.c.state)
        with reading(self.program.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def first(self, state: str) -> int:
        """Return the first reader whose email stands so."""
        query = select(func.min(delivery.c.reader_id)).where(delivery.c.state == state)
        with reading(self.program.engine) as connection:
            return int(connection.scalars(query).one())


@pytest.fixture
def desk(program: App) -> Iterator[Desk]:
    """Yield an editor who is signed in."""
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program)
        yield Desk(client, program)


@pytest.fixture
def browser(program: App) -> Iterator[TestClient]:
    """Yield a client of the pages."""
    with TestClient(make_app(program), base_url=SITE) as client:
        yield client


def test_every_run_is_shown_with_how_it_goes(browser: TestClient) -> None:
    page = browser.get("/desk/runs").text

    assert "55 of 60 copies have been dealt with" in page
    assert "No worker has it in hand" in page
    assert 'href="/desk/runs/1?state=refused"' in page


def test_where_somebody_paused_the_campaign_no_time_and_no_pace_are_told(
    desk: Desk,
) -> None:
    before = desk.client.get("/desk/runs/1/progress").text
    with desk.program.writing() as connection:
        campaigns.pause(connection, 1, desk.program.now())
    after = desk.client.get("/desk/runs/1/progress").text

    assert "no more are begun just now" not in before
    assert "Next in turn" in before
    assert "Next in turn" not in after
    assert "Not begun: what keeps copies back is told on this page" in after
    assert "<strong>Email: no more are begun just now.</strong>" in after
    assert "a minute, at" not in after
    assert "The campaign is paused" in desk.client.get("/desk/runs/1").text


def test_a_page_behind_the_last_says_so(browser: TestClient) -> None:
    assert "There are no more." in browser.get("/desk/runs?page=2").text


def test_a_run_shows_people_in_pages_with_the_servers_words(
    browser: TestClient,
) -> None:
    first = browser.get("/desk/runs/1").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = browser.get(following.replace("&amp;", "&")).text

    assert first.count("<strong>Reader ") == 50
    assert second.count("<strong>Reader ") == 10
    assert "550 &lt;b&gt;nobody&lt;/b&gt; here" in first
    assert 'href="/desk/people/1"' in first
    assert 'rel="next"' not in second


def test_what_came_back_of_a_copy_is_shown(browser: TestClient, program: App) -> None:
    with writing(program.engine) as connection:
        first = connection.scalar(select(func.min(delivery.c.reader_id)))
        connection.execute(
            insert(bounce).values(
                mark="a-report",
                edition_id=1,
                reader_id=first,
                kind="hard",
                status="5.1.1",
                words="550 no <such> user",
                recorded_at=EIGHT,
            )
        )

    assert "Came back: 550 no &lt;such&gt; user" in browser.get("/desk/runs/1").text


def test_a_state_is_shown_alone(browser: TestClient) -> None:
    page = browser.get("/desk/runs/1?state=uncertain").text

    assert page.count("<strong>Reader ") == 1
    # On a phone what needs a person comes before whoever the edition was for.
    assert "Settle 1 uncertain email" in page.partition("Person by person")[0]
    assert "Settle it" not in page  # nobody is signed in who may


def test_a_state_that_is_none_shows_everyone(browser: TestClient) -> None:
    assert browser.get("/desk/runs/1?state=none").text.count("<strong>Reader ") == 50


def test_nothing_is_loaded_again_unless_somebody_asked_for_it(
    browser: TestClient,
) -> None:
    assert "http-equiv" not in browser.get("/desk/runs/1").text
    assert 'http-equiv="refresh"' in browser.get("/desk/runs/1?refresh=yes").text


def test_a_run_that_has_ended_is_not_loaded_again(
    browser: TestClient, program: App
) -> None:
    with writing(program.engine) as connection:
        connection.execute(update(edition).values(state="sent"))
    assert "http-equiv" not in browser.get("/desk/runs/1?refresh=yes").text


@pytest.mark.parametrize(
    "path", ["/desk/runs/99", "/desk/runs/none", "/desk/runs?page=0"]
)
def test_what_is_not_there_is_a_page_in_words(browser: TestClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_looking_changes_nothing(browser: TestClient) -> None:
    answer = browser.head("/desk/runs/1")

    assert answer.status_code == 200
    ours = {"Origin": SITE}
    assert browser.post("/desk/runs/1", headers=ours).status_code == 405


def test_refused_emails_are_sent_again_once_somebody_says_yes(desk: Desk) -> None:
    assert 'href="/desk/runs/1/retry/refused"' in desk.client.get("/desk/runs/1").text
    question = desk.client.get("/desk/runs/1/retry/refused").text
    assert "Send 55 refused emails again?" in question
    assert desk.states()["refused"] == 55
    page = desk.client.post("/desk/runs/1/retry/refused").text

    assert "55 emails will be sent again." in page
    assert desk.states() == {"planned": 59, "uncertain": 1}
    assert (
        "Nothing had to be changed"
        in desk.client.get("/desk/runs/1/retry/refused").text
    )


def test_only_what_can_be_sent_again_is_asked_for(desk: Desk) -> None:
    for path in ("retry/accepted", "retry/none", "again/999"):
        assert desk.client.get(f"/desk/runs/1/{path}").status_code == 404
    reader_id = desk.first("planned")
    answer = desk.client.get(f"/desk/runs/1/again/{reader_id}")
    assert answer.status_code == 409
    assert "is planned: only one that was accepted" in answer.text
    assert "Yes, send it again" not in answer.text


@pytest.mark.parametrize(
    ("how", "state", "words"),
    [
        ("arrived", "accepted", "1 email counted as arrived"),
        ("not-arrived", "cancelled", "1 email counted as not arrived"),
    ],
)
@pytest.mark.parametrize("is_alone", [True, False])
def test_an_uncertain_email_is_settled_and_that_is_taken_back(
    desk: Desk, how: str, state: str, words: str, *, is_alone: bool
) -> None:
    form = {"how": how}
    if is_alone:
        form["reader"] = str(desk.first("uncertain"))
    page = desk.client.post("/desk/runs/1/settle", data=form).text
    assert words in page
    assert desk.states()[state] == 1
    assert 'action="/desk/runs/1/unsettle"' in page
    undone = desk.client.post("/desk/runs/1/unsettle", data=form).text

    assert "1 email counted as uncertain again." in undone
    assert desk.states()["uncertain"] == 1


def test_uncertain_emails_are_sent_again_after_a_second_question(desk: Desk) -> None:
    again = desk.client.post("/desk/runs/1/settle", data={"how": "again"})
    assert str(again.url).endswith("/desk/runs/1/retry/uncertain")
    assert "Whoever has it already gets it twice" in again.text
    assert desk.states()["uncertain"] == 1
    assert "1 email will be sent again" in desk.client.post(str(again.url)).text
    assert "uncertain" not in desk.states()


def test_one_email_is_sent_again_after_a_question_that_names_its_reader(
    desk: Desk,
) -> None:
    path = f"/desk/runs/1/again/{desk.first('refused')}"
    assert path in desk.client.get("/desk/runs/1").text
    assert "Send it to Reader " in desk.client.get(path).text
    assert "1 email will be sent again." in desk.client.post(path).text
    assert desk.states()["refused"] == 54


def test_to_settle_without_saying_how_changes_nothing(desk: Desk) -> None:
    before = desk.states()
    answer = desk.client.post("/desk/runs/1/settle", data={"reader": "x"})

    assert answer.status_code == 409
    assert "Say what should happen" in answer.text
    assert desk.states() == before


def test_of_a_stopped_edition_nothing_is_sent_again(desk: Desk) -> None:
    with writing(desk.program.engine) as connection:
        connection.execute(update(edition).values(stopped_at=EIGHT))
    answer = desk.client.post("/desk/runs/1/retry/refused")

    assert answer.status_code == 409
    assert "was stopped: nothing more of it leaves" in answer.text


def test_the_part_that_goes_on_is_asked_for_alone(desk: Desk) -> None:
    page = desk.client.get("/desk/runs/1").text
    assert 'data-progress="/desk/runs/1/progress"' in page
    part = desk.client.get("/desk/runs/1/progress").text

    assert part.strip() in page
    assert "<html" not in part
    assert "55 of 60 copies have been dealt with" in part


def test_a_run_that_has_ended_costs_few_statements_whatever_it_was(desk: Desk) -> None:
    with writing(desk.program.engine) as connection:
        connection.execute(update(edition).values(state="sent", ended_at=EIGHT))
    with counting(desk.program.engine) as statements:
        assert desk.client.get("/desk/runs/1").status_code == 200

    queries = [each for each in statements if each != "BEGIN"]
    assert len(queries) <= 10
