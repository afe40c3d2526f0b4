"""Lists at the desk: counted, looked through a page at a time, narrowed, taken away."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from digest.audience.lists.exporting import exported
from digest.bootstrap import App
from digest.model.people.segment import EVERYBODY, Segment
from digest.model.roles import Role
from digest.store.base.engine import reading
from digest.store.people import subscribers
from digest.store.people.lists import mailing_lists
from digest.store.people.lists.segments import in_segment
from digest.store.staff import audit
from digest.web import limits
from digest.web.app import make_app
from tests.builders import SITE
from tests.hostile import LISTED
from tests.lists import imported
from tests.staff import signed_in

OURS = {"Origin": SITE}
HEAD = "name,email,phone,address_1,address_2,postcode,format,organiser,language"
PEOPLE = (
    "Cy Quill,,01632 960155,2 Street,Tidewell,ZZ99 1AB,large-print,Joan,en-GB",
    "Dee Quill,dee@example.org,,,,,,joan,cy",
    "Eve Old,eve@example.org,01632 960156,3 Street,Tidewell,ZZ98 2AB,,Library,",
)


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Priya is signed in on, who may edit."""
    imported(program.engine, *PEOPLE, head=HEAD, to="lantern")
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        signed_in(client, program, Role.EDITOR, "Priya")
        yield client


def names_on(page: str) -> list[str]:
    return re.findall(
        r'<a class="govuk-link" href="/desk/people/\d+">([^<]+)</a>', page
    )


def test_lists_are_counted_with_what_goes_to_them(desk: TestClient) -> None:
    page = " ".join(re.sub(r"<[^>]*>", " ", desk.get("/desk/lists").text).split())

    assert "lantern 5 0 Lantern Week" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("need=large-print", ["Cy Quill"], id="a need"),
        pytest.param("reached=phone", ["Cy Quill", "Eve Old"], id="a phone"),
        pytest.param("reached=post&postcode=zz98", ["Eve Old"], id="both"),
        pytest.param("organiser=JOAN", ["Cy Quill", "Dee Quill"], id="any case"),
        pytest.param("organiser=JOAN&language=cy", ["Dee Quill"], id="narrower still"),
        pytest.param("postcode=%25", [], id="no wildcard"),
    ],
)
def test_a_list_is_narrowed_and_never_widened(
    desk: TestClient, query: str, names: list[str]
) -> None:
    answer = desk.get(f"/desk/lists/1?{query}")
    if "%" in query:
        assert answer.status_code == 422
        assert "No postcode begins with" in answer.text
    else:
        assert names_on(answer.text) == names


def test_who_has_left_and_who_is_erased_is_not_on_the_page(
    desk: TestClient, program: App
) -> None:
    desk.post("/desk/people/3/erase", data={"sure": "yes"})
    page = desk.get("/desk/lists/1").text

    assert "Cy Quill" not in page
    assert "Dee Quill" in page
    assert "<strong>4</strong> people are on it, <strong>1</strong> has left" in page
    with program.reading() as connection:
        assert mailing_lists.with_id(connection, 1).unsubscribed == 1


def test_the_pages_of_a_list_have_everybody_once(
    desk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PEOPLE", 2)
    names, address = [], "/desk/lists/1?reached=email"
    while address:
        page = desk.get(address).text
        names += names_on(page)
        following = re.search(r'href="([^"]*after=\d+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert names == ["Ann", "Dee Quill", "Eve Old"]


def test_a_narrowed_list_is_downloaded_without_formulas_and_put_on_record(
    desk: TestClient, program: App
) -> None:
    head = "name,email,organiser"
    imported(program.engine, '"=HYPERLINK(1)",h@example.org,@joan', head=head)
    answer = desk.post("/desk/lists/1/export", data={"organiser": "@joan"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [row["name"] for row in rows] == ["'=HYPERLINK(1)"]
    assert rows[0]["organiser"] == "'@joan"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    with program.reading() as connection:
        [act] = audit.latest(connection, 1)
    assert act.line().endswith("Priya exported list lantern: organiser @joan")


def test_looking_at_a_list_changes_nothing_and_asks_little(
    desk: TestClient, program: App
) -> None:
    statements: list[str] = []
    event.listen(
        program.engine,
        "before_cursor_execute",
        lambda _c, _cur, words, *_: statements.append(words),
    )
    for address in ("/desk/lists", "/desk/lists/1"):
        statements.clear()
        desk.get(address)
        queries = [words for words in statements if not words.startswith("PRAGMA")]
        assert len(queries) <= 10, queries
        assert not [
            words
            for words in queries
            if not words.startswith(("SELECT", "BEGIN")) and "session" not in words
        ]


def test_a_list_is_made_once_and_its_name_is_looked_at(desk: TestClient) -> None:
    new = desk.post("/desk/lists", data={"name": " Harbour  Row "}).text
    again = desk.post("/desk/lists", data={"name": "Harbour Row"}).text
    refused = desk.post("/desk/lists", data={"name": "x" * 81})

    assert "Harbour Row" in new
    assert "The list is made" in new
    assert "There was a list of that name already" in again
    assert refused.status_code == 422
    assert "at most 80 characters" in refused.text


def test_nothing_typed_there_becomes_markup(desk: TestClient) -> None:
    for payload in LISTED[::12]:
        fields = {"postcode": payload, "organiser": payload, "language": payload}
        narrowed = desk.get("/desk/lists/1", params=fields)
        new = desk.post("/desk/lists", data={"name": payload})

        for answer in (narrowed, new):
            assert answer.status_code in (200, 422)
            if "<" in payload:
                assert payload not in answer.text


def test_nobody_off_the_list_is_in_a_segment_of_it(engine: Engine) -> None:
    imported(engine, *PEOPLE, head=HEAD, to="one")
    imported(engine, PEOPLE[0], head=HEAD, to="two")
    with reading(engine) as connection:
        rows = {row.name: row.id for row in mailing_lists.counted(connection)}
        for segment in (EVERYBODY, Segment(organiser="joan"), Segment(postcode="ZZ")):
            narrowed = in_segment(connection, segment)
            page = subscribers.subscribed(connection, rows["two"], 0, 10, *narrowed)
            assert [each.person.name for each in page] == ["Cy Quill"]
    text = "".join(exported(engine, rows["one"], Segment(reached="post")))

    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == [
        "Cy Quill",
        "Eve Old",
    ]
