"""Needs: recorded in people's words, asked about again in time, gone with them."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import Engine, event, select
from starlette.testclient import TestClient

from digest.audience.needs.recording import due_by, record_need, review_need
from digest.audience.subject_access import everything
from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.model.roles import Role
from digest.store.base.engine import reading, writing
from digest.store.base.tables import audit as audit_table
from digest.store.base.tables import need
from digest.store.people import needs
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.hostile import LISTED
from tests.lists import ANN, BOB, imported
from tests.staff import signed_in

OURS = {"Origin": SITE}
TODAY = EIGHT.date()


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Priya is signed in on, who may edit."""
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        signed_in(client, program, Role.EDITOR, "Priya")
        yield client


def recorded(engine: Engine, who: str, words: str, review: date) -> int:
    with writing(engine) as connection:
        return record_need(
            connection, who, words, review.isoformat(), EIGHT, may_share=False
        )


def test_who_is_due_is_listed_the_longest_first_a_page_at_a_time(
    engine: Engine,
) -> None:
    imported(engine, ANN, BOB)
    soon, later = TODAY + timedelta(days=3), TODAY + timedelta(days=10)
    for who, words, day in (
        ("Bob Example", "ring first", later),
        ("Ann Example", "18 point", soon),
        ("Ann Example", "yellow paper", later),
        ("Bob Example", "next year", TODAY + timedelta(days=300)),
    ):
        recorded(engine, who, words, day)
    listed: list[str] = []
    with reading(engine) as connection:
        last = None
        while page := needs.due(connection, due_by(EIGHT, "UTC"), 1, last):
            last = page[-1]
            listed.append(last.words)

    assert listed == ["18 point", "ring first", "yellow paper"]


def test_what_is_still_so_is_asked_about_a_year_later_and_what_ended_never(
    engine: Engine,
) -> None:
    imported(engine, ANN)
    first = recorded(engine, "1", "18 point", TODAY + timedelta(days=1))
    second = recorded(engine, "1", "yellow paper", TODAY + timedelta(days=1))
    with writing(engine) as connection:
        review_need(connection, first, "", EIGHT)
        needs.end(connection, second, EIGHT)
        by = due_by(EIGHT, "UTC")

        assert needs.due(connection, by, 9) == []
        assert [(each.words, each.ended_at) for each in needs.of_person(connection, 1)]
        needs.reopen(connection, second, EIGHT)
        assert [each.id for each in needs.due(connection, by, 9)] == [second]
        assert needs.with_id(connection, first).review_on > TODAY + timedelta(days=300)
        with pytest.raises(NotFound):
            needs.end(connection, 99, EIGHT)


@pytest.mark.parametrize(
    ("words", "review", "problem"),
    [
        pytest.param(" ", "", "write what helps", id="no words"),
        pytest.param("x" * 301, "", "at most 300", id="too long"),
        pytest.param("a\0b", "", "control character", id="a control character"),
        pytest.param("x", "yesterday", "a day to come", id="past"),
        pytest.param("x", "2099-01-01", "within 5 years", id="far"),
        pytest.param("x", "soon", "soon", id="no day"),
    ],
)
def test_what_cannot_be_kept_is_said(
    engine: Engine, words: str, review: str, problem: str
) -> None:
    imported(engine, ANN)
    with (
        pytest.raises(DigestError, match=problem),
        writing(engine) as connection,
    ):
        record_need(connection, "1", words, review, EIGHT, may_share=False)


def test_a_need_is_put_down_asked_about_and_ended_on_the_desk(
    desk: TestClient, program: App
) -> None:
    form = {"words": "18 point", "review": "", "may_share": "yes"}
    page = unescape(desk.post("/desk/people/1/need", data=form).text)

    assert "It is put down" in page
    assert "18 point" in page
    assert "may be told" in page
    assert "still so" in page.lower()
    ended = desk.post("/desk/people/1/need/end", data={"need": "1"}).text
    assert "It is no need any more" in ended
    assert (
        desk.post("/desk/people/1/need/reopen", data={"need": "1"}).status_code == 200
    )
    still = desk.post("/desk/people/1/need/still-so", data={"need": "1"}).text
    assert "As it was" in still
    fault = desk.post("/desk/people/1/need", data={"words": ""})
    assert fault.status_code == 422
    assert "Write what helps them" in fault.text
    with program.reading() as connection:
        export = everything(connection, program.hasher, "1")
        acts = connection.scalars(select(audit_table.c.after)).all()
    assert export["needs"][0]["words"] == "18 point"
    assert "18 point" not in json.dumps(acts)
    assert "18 point" in desk.get("/desk/people/1/held").text


def test_needs_go_with_whoever_is_erased(desk: TestClient, program: App) -> None:
    desk.post("/desk/people/1/need", data={"words": "18 point"})
    desk.post("/desk/people/1/erase", data={"sure": "yes"})

    with program.reading() as connection:
        assert connection.execute(select(need)).all() == []
    refused = desk.post("/desk/people/1/need", data={"words": "18 point"})
    assert refused.status_code == 422


def test_no_need_becomes_markup_and_no_number_a_fault(desk: TestClient) -> None:
    for payload in LISTED[::24]:
        page = desk.post("/desk/people/1/need", data={"words": payload}).text
        if "<" in payload:
            assert payload not in page
    for number in ("", "x", "9" * 40, "-1", "99"):
        answer = desk.post("/desk/people/1/need/end", data={"need": number})
        assert answer.status_code in (200, 404)


def test_a_persons_page_asks_little(desk: TestClient, program: App) -> None:
    desk.post("/desk/people/1/need", data={"words": "18 point"})
    queries: list[str] = []
    event.listen(
        program.engine,
        "before_cursor_execute",
        lambda _c, _cur, words, *_: queries.append(words),
    )
    for path in ("/desk/people/1", "/desk/people/needs"):
        queries.clear()
        desk.get(path)
        asked_for = [
            words for words in queries if not words.startswith(("BEGIN", "PRAGMA"))
        ]
        assert len(asked_for) <= 10, "\n".join(asked_for)
