"""The pages of runs: how each goes, and person by person, without a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.settings import Settings
from digest.store.base.engine import writing
from digest.store.base.tables import bounce, delivery, edition
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.rows import a_planned_edition

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


@pytest.fixture
def browser(program: App) -> Iterator[TestClient]:
    """Yield a client of the pages."""
    with TestClient(make_app(program), base_url=SITE) as client:
        yield client


def test_every_run_is_shown_with_how_it_goes(browser: TestClient) -> None:
    page = browser.get("/desk/runs").text

    assert "55 of 60 copies have an end" in page
    assert "No worker has it in hand" in page
    assert 'href="/desk/runs/1?state=refused"' in page


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
    assert "digest deliveries retry 1" in first
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
    assert "settle READER.1 resend" in page


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
