"""Data protection complaints: taken in, answered in time, and what of them stays."""

import json
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from digest.audience.complaints import handling
from digest.audience.complaints.handling import ComplaintForm
from digest.audience.subject_access import everything
from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.model.people.data_complaints import ComplaintChannel, ComplaintOutcome
from digest.model.roles import Role, Scope
from digest.schedule.reports.status import status_of
from digest.store.base.engine import reading, writing
from digest.store.base.tables import audit as audit_table
from digest.store.base.tables import data_complaint
from digest.store.people.complaints import data_complaints
from digest.store.people.complaints.data_complaints import DataComplaint
from digest.web.app import make_app
from tests.api import a_key
from tests.builders import EIGHT, SITE
from tests.lists import ANN, HASHER, imported
from tests.staff import signed_in
from tests.stored import a_stored_campaign

OURS = {"Origin": SITE}
TODAY = EIGHT.date()
MARKUP = "<b>Nell & Co</b>"
WORDS = "You still write to me after I said stop"
DAY = timedelta(days=1)


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Priya is signed in on, who may edit."""
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        signed_in(client, program, Role.EDITOR, "Priya")
        yield client


def a_complaint(engine: Engine, **cells: str) -> int:
    """Take one in; return its number."""
    form = ComplaintForm(**({"words": WORDS, "channel": "phone"} | cells))
    with writing(engine) as connection:
        return handling.take_in(connection, form, EIGHT)


def complaint(engine: Engine, number: int) -> DataComplaint:
    with reading(engine) as connection:
        return data_complaints.with_id(connection, number)


def acts(engine: Engine) -> list[tuple[str, str | None]]:
    """Return what was done and to what, with every fact of it, oldest first."""
    with reading(engine) as connection:
        rows = connection.execute(select(audit_table).order_by(audit_table.c.id)).all()
    return [
        (row.act, row.subject) for row in rows if "complaint" in json.dumps(row.after)
    ]


def test_a_complaint_is_whose_it_is_and_has_its_days(engine: Engine) -> None:
    imported(engine, ANN)
    number = a_complaint(engine, who="ann@example.org", received="2026-07-01")
    stored = complaint(engine, number)

    assert (stored.subscriber_id, stored.name) == (1, "Ann Example")
    assert stored.contact == "ann@example.org"
    assert stored.channel is ComplaintChannel.PHONE
    assert str(stored.acknowledge_by) == "2026-07-31"
    assert stored.answer_by == stored.acknowledge_by


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"words": "  "}, "what it is about"),
        ({"words": "x" * 10_001}, "at most 10,000"),
        ({"words": "a\x07b"}, "control character"),
        ({"channel": "pigeon"}, "say how it came"),
        ({"received": "2026-07-07"}, "not to come"),
        ({"received": "2019-07-06"}, "of the last 6 years"),
        ({"received": "soon"}, "2026-08-03"),
        ({"name": "n" * 201}, "at most 200"),
        ({"who": "nobody@example.org"}, "nobody called"),
    ],
)
def test_what_cannot_be_put_down_is_refused_in_words(
    engine: Engine, cells: dict[str, str], words: str
) -> None:
    with pytest.raises(DigestError, match=words):
        a_complaint(engine, **cells)
    with reading(engine) as connection:
        assert data_complaints.listed(connection, 9) == []


def test_the_days_of_today_and_of_six_years_ago_are_taken(engine: Engine) -> None:
    for day in (TODAY, TODAY - 6 * 365 * DAY):
        assert a_complaint(engine, received=day.isoformat())


def test_it_is_acknowledged_answered_and_closed_and_each_is_on_record(
    engine: Engine,
) -> None:
    imported(engine, ANN)
    number = a_complaint(engine, who="1")
    with writing(engine) as connection:
        handling.acknowledge(connection, number, "", "2026-08-20", EIGHT)
        handling.answer(connection, number, "We mended it", "", EIGHT + DAY)
        handling.close(connection, number, "upheld", EIGHT + DAY)
    stored = complaint(engine, number)

    assert stored.acknowledged_on == TODAY
    assert str(stored.answer_by) == "2026-08-20"
    assert (stored.answered_on, stored.answer) == (TODAY + DAY, "We mended it")
    assert stored.outcome is ComplaintOutcome.UPHELD
    assert acts(engine) == [
        (f"{verb} a data protection complaint of", "person 1")
        for verb in ("recorded", "acknowledged", "answered", "closed")
    ]


def test_who_is_answered_at_once_has_been_acknowledged_by_that(engine: Engine) -> None:
    number = a_complaint(engine)
    with writing(engine) as connection:
        handling.answer(connection, number, "Done", "", EIGHT)

    assert complaint(engine, number).acknowledged_on == TODAY


def test_what_was_not_answered_is_not_closed_but_where_it_was_taken_back(
    engine: Engine,
) -> None:
    number = a_complaint(engine)
    for outcome in ("upheld", "partly upheld", "not upheld"):
        with writing(engine) as connection, pytest.raises(DigestError, match="answer"):
            handling.close(connection, number, outcome, EIGHT)
    with writing(engine) as connection, pytest.raises(DigestError, match="one of"):
        handling.close(connection, number, "erased", EIGHT)
    with writing(engine) as connection:
        handling.close(connection, number, "withdrawn", EIGHT)

    assert complaint(engine, number).outcome is ComplaintOutcome.WITHDRAWN


def test_what_is_closed_is_changed_only_once_it_is_open_again(engine: Engine) -> None:
    number = a_complaint(engine)
    with writing(engine) as connection:
        handling.close(connection, number, "withdrawn", EIGHT)
    with writing(engine) as connection, pytest.raises(DigestError, match="is closed"):
        handling.acknowledge(connection, number, "", "", EIGHT)
    with writing(engine) as connection:
        data_complaints.reopen(connection, number, EIGHT)
        handling.acknowledge(connection, number, "", "", EIGHT)

    assert complaint(engine, number).acknowledged_on == TODAY


@pytest.mark.parametrize(
    ("on", "answer_by", "words"),
    [
        ("2026-06-30", "", "it came on 2026-07-01"),
        ("2026-07-07", "", "not to come"),
        ("", "2026-06-30", "choose a day from"),
        ("", "2027-01-28", "without undue delay"),
    ],
)
def test_days_that_cannot_be_are_refused(
    engine: Engine, on: str, answer_by: str, words: str
) -> None:
    number = a_complaint(engine, received="2026-07-01")
    with writing(engine) as connection, pytest.raises(DigestError, match=words):
        handling.acknowledge(connection, number, on, answer_by, EIGHT)
    with writing(engine) as connection:
        handling.acknowledge(connection, number, "2026-07-01", "2027-01-27", EIGHT)


def test_a_complaint_that_there_is_not_is_said_not_to_be(engine: Engine) -> None:
    with writing(engine) as connection, pytest.raises(NotFound, match="number 7"):
        handling.acknowledge(connection, 7, "", "", EIGHT)


def test_what_is_due_first_is_listed_first_and_what_is_answered_last(
    engine: Engine,
) -> None:
    for received in ("2026-07-03", "2026-07-01", "2026-06-01"):
        a_complaint(engine, received=received)
    with writing(engine) as connection:
        handling.answer(connection, 3, "Done", "", EIGHT)
    with reading(engine) as connection:
        listed = [each.id for each in data_complaints.listed(connection, 9)]

    assert listed == [2, 1, 3]


def help_lines(engine: Engine, days: int) -> list[str]:
    lines: list[str] = status_of(engine, EIGHT + days * DAY)["help"]
    return [line for line in lines if "data protection complaint" in line]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (22, ""),
        (23, "1 data protection complaint is to be acknowledged by Wednesday 5 August"),
        (30, "is to be acknowledged by Wednesday 5 August 2026."),
        (31, "was to be acknowledged by Wednesday 5 August 2026. That is past."),
    ],
)
def test_status_tells_of_a_complaint_a_week_before_its_day_and_once_it_is_past(
    engine: Engine, days: int, words: str
) -> None:
    a_stored_campaign(engine)
    a_complaint(engine)
    lines = help_lines(engine, days)

    assert [words in line for line in lines] == ([True] if words else [])
    assert all("digest complaints acknowledge 1" in line for line in lines)


def test_status_tells_apart_what_is_to_be_acknowledged_and_answered(
    engine: Engine,
) -> None:
    for _ in range(3):
        a_complaint(engine)
    with writing(engine) as connection:
        handling.acknowledge(connection, 1, "", "2026-08-04", EIGHT)
        handling.answer(connection, 2, "Done", "", EIGHT)
    first, second = help_lines(engine, 40)

    assert first.startswith("1 data protection complaint was to be acknowledged")
    assert second.startswith("1 data protection complaint was to be answered")
    assert "4 August" in second


def test_all_that_is_held_of_somebody_has_their_complaints(engine: Engine) -> None:
    imported(engine, ANN)
    a_complaint(engine, who="1")
    with reading(engine) as connection:
        [entry] = everything(connection, HASHER, "1")["complaints"]

    assert entry["words"] == WORDS
    assert entry["came_by"] == "phone"
    assert entry["acknowledge_by"].isoformat() == "2026-08-05"


def test_of_who_is_erased_the_days_and_the_outcome_stay_and_no_word(
    program: App,
) -> None:
    engine = program.engine
    imported(engine, ANN)
    done, still_open = (a_complaint(engine, who="1", name=MARKUP) for _ in range(2))
    with writing(engine) as connection:
        handling.answer(connection, done, f"Told {MARKUP}", "", EIGHT)
        handling.close(connection, done, "upheld", EIGHT)
    lines = program.erasures.erase("1").in_words()

    assert any("2 complaints" in line and "dealt with" in line for line in lines)
    outcomes = [complaint(engine, number).outcome for number in (done, still_open)]
    assert outcomes == [ComplaintOutcome.UPHELD, ComplaintOutcome.ERASED]
    with reading(engine) as connection:
        rows = connection.execute(select(data_complaint)).all()
    for row in rows:
        assert {row.name, row.contact, row.words, row.answer} == {""}
        assert row.received_on == TODAY
    with writing(engine) as connection:
        data_complaints.reopen(connection, still_open, EIGHT)
    assert complaint(engine, still_open).outcome is ComplaintOutcome.ERASED


def test_the_audit_trail_never_has_the_words_of_a_complaint(engine: Engine) -> None:
    number = a_complaint(engine, name=MARKUP, words=MARKUP)
    with writing(engine) as connection:
        handling.answer(connection, number, MARKUP, "", EIGHT)
    with reading(engine) as connection:
        rows = connection.execute(select(audit_table)).all()

    assert not [row for row in rows if MARKUP in str(row)]


def test_a_complaint_goes_through_the_desk_from_a_persons_page_to_its_end(
    desk: TestClient, program: App
) -> None:
    imported(program.engine, ANN)
    assert "/desk/complaints/new?who=1" in desk.get("/desk/people/1").text
    assert 'value="1"' in desk.get("/desk/complaints/new?who=1").text
    form = {"words": WORDS, "channel": "letter", "received": "2026-07-01", "who": "1"}
    page = desk.post("/desk/complaints/new", data=form)
    assert page.url.path == "/desk/complaints/1"
    assert "Acknowledge it by" in page.text
    desk.post("/desk/complaints/1/acknowledge", data={"on": "2026-07-02"})
    assert "Answer it by" in desk.get("/desk/complaints/1").text
    refused = desk.post("/desk/complaints/1/close", data={"outcome": "upheld"})
    assert refused.status_code == 422
    assert "has not been answered" in refused.text
    desk.post("/desk/complaints/1/answer", data={"answer": "We took you off"})
    closed = desk.post("/desk/complaints/1/close", data={"outcome": "upheld"})
    assert "Upheld" in closed.text
    assert "Upheld" in desk.get("/desk/complaints").text
    timeline = unescape(desk.get("/desk/people/1").text)
    assert "Complained of how we use their data, by letter" in timeline
    assert "Closed a data protection complaint of" in timeline
    assert WORDS in timeline


def test_the_log_shows_what_is_late_and_what_was_typed_stays_typed(
    desk: TestClient, program: App
) -> None:
    a_complaint(program.engine, received="2026-05-01", words=MARKUP, name=MARKUP)
    page = desk.get("/desk/complaints")
    assert "that is past" in page.text
    assert MARKUP not in page.text
    refused = desk.post(
        "/desk/complaints/new",
        data={"words": MARKUP, "channel": "phone", "who": "nobody@example.org"},
    )
    assert refused.status_code == 422
    assert MARKUP in unescape(refused.text)
    assert MARKUP not in refused.text


def test_a_complaint_of_somebody_unknown_is_theirs_once_that_is_known(
    desk: TestClient, program: App
) -> None:
    imported(program.engine, ANN)
    a_complaint(program.engine)
    page = desk.post("/desk/complaints/1/of", data={"who": "nobody@example.org"})
    assert page.status_code == 422
    desk.post("/desk/complaints/1/of", data={"who": "ann@example.org"})

    who = complaint(program.engine, 1).subscriber_id
    assert who is not None
    assert "Complaint 1" in desk.get(f"/desk/people/{who}").text


def test_a_program_takes_complaints_in_and_answers_them(program: App) -> None:
    imported(program.engine, ANN)
    key = a_key(program, (Scope.PEOPLE, Scope.CHANGE_PEOPLE))
    with TestClient(make_app(program), base_url=SITE, headers=key) as api:
        new = {"words": WORDS, "channel": "web", "person": 1}
        answer = api.post("/api/v1/complaints", json=new)
        assert answer.status_code == 201
        at = "/api/v1/complaints/1"
        assert answer.json()["acknowledge_by"] == "2026-08-05"
        assert [each["id"] for each in api.get("/api/v1/complaints").json()] == [1]
        acknowledged = api.post(f"{at}/acknowledge", json={"answer_by": "2026-08-20"})
        assert acknowledged.json()["answer_by"] == "2026-08-20"
        assert api.post(f"{at}/close", json={"outcome": "upheld"}).status_code == 409
        api.post(f"{at}/answer", json={"words": "Mended", "on": "2026-07-06"})
        closed = api.post(f"{at}/close", json={"outcome": "upheld"})
        assert closed.json()["outcome"] == "upheld"
        [entry] = api.get("/api/v1/complaints/closed").json()
        assert entry["answer"] == "Mended"
        assert api.post(f"{at}/reopen").json()["closed_at"] is None
        assert len(api.get("/api/v1/people/1/complaints").json()) == 1
