"""Reply slips that came back: whose each is, what follows, and who sees them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.editions.mode import Mode
from digest.model.roles import Role
from digest.store.base.tables import consent, delivery, departure, edition, subscriber
from digest.store.staff import accounts
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.commands import commands
from tests.integration.test_markup_of_pages import faults_in
from tests.paper import DILWYN, GORDON, Paper, paper, paper_pattern
from tests.staff import signed_in

__all__ = ["paper", "paper_pattern"]


@pytest.fixture
def visitor(paper: Paper) -> Iterator[TestClient]:
    """Yield a client of the pages."""
    with TestClient(
        make_app(paper.program),
        base_url=SITE,
        headers={"Origin": SITE},
        client=("127.0.0.1", 5000),
    ) as client:
        yield client


def an_organiser(client: TestClient, program: App, organiser: str = DILWYN) -> None:
    number = signed_in(client, program, Role.ORGANISER, "Dilwyn H", second_step=True)
    with program.writing() as connection:
        accounts.change_organiser(connection, number, organiser, EIGHT)


def an_editor(client: TestClient, program: App) -> None:
    signed_in(client, program, Role.EDITOR, "Priya", second_step=True)


def format_of(program: App, name: str) -> str | None:
    with program.reading() as connection:
        return connection.scalar(
            select(subscriber.c.format).where(subscriber.c.name == name)
        )


def departures(program: App) -> list[tuple[str, str]]:
    with program.reading() as connection:
        rows = connection.execute(
            select(subscriber.c.name, departure.c.means)
            .join(subscriber, subscriber.c.id == departure.c.subscriber_id)
            .where(departure.c.returned_at.is_(None))
        )
        return [(row.name, row.means) for row in rows]


def test_a_scanned_slip_leads_to_who_sent_it(visitor: TestClient, paper: Paper) -> None:
    an_organiser(visitor, paper.program)
    bo = paper.references["bo"]
    page = visitor.post("/post/slips", data={"reference": f".{bo}.\r"})

    assert page.url.path == f"/post/slips/{bo}"
    assert page.status_code == 200
    for words in ("Bo", "Phone me", "Bigger print", "I have moved", "stop these"):
        assert words in page.text
    # Who may change nobody is not led where they may not go.
    assert "/desk/" not in page.text.replace('"/desk/help"', "")
    assert departures(paper.program) == []


def test_who_may_change_people_is_led_to_their_page(
    visitor: TestClient, paper: Paper
) -> None:
    an_editor(visitor, paper.program)
    page = visitor.post("/post/slips", data={"reference": paper.references["dee"]}).text

    paths = {
        part.partition('"')[0].partition("#")[0]
        for part in page.split('href="/desk/people/')[1:]
    }
    number = next(path for path in paths if path.isdigit())
    assert {path.removeprefix(number) for path in paths} == {
        *("", "/edit", "/need", "/move")
    }
    for path in paths:
        answer = visitor.get(f"/desk/people/{path}")
        assert (answer.status_code, "Dee" in answer.text) == (200, True)


def test_bigger_print_is_on_record_with_the_slip_as_evidence(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program)
    bo = paper.references["bo"]
    page = visitor.post(f"/post/slips/{bo}/way", data={"way": "large-print"}).text

    assert "Written down: what comes next comes that way." in page
    assert "They asked for: large print letter." in page
    assert format_of(paper.program, "Bo") == "large-print"
    with paper.program.reading() as connection:
        methods = set(connection.scalars(select(consent.c.method)))
    assert "on the reply slip of a letter" in methods


def test_nothing_follows_from_a_way_that_nobody_chose(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program)
    for way in ("", "braille", "x" * 9):
        data = {"way": way}
        answer = visitor.post(f"/post/slips/{paper.references['bo']}/way", data=data)
        assert answer.status_code == 422
        assert "Choose what they ticked" in answer.text
    assert format_of(paper.program, "Bo") is None


def test_who_ticked_stop_leaves_by_letter_and_may_stay_after_all(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program)
    bo = paper.references["bo"]
    page = visitor.post(f"/post/slips/{bo}/stop").text

    assert "They have left" in page
    assert departures(paper.program) == [("Bo", "letter")]
    assert "They had left it before" in visitor.post(f"/post/slips/{bo}/stop").text
    assert "They stay" in visitor.post(f"/post/slips/{bo}/stay").text
    assert departures(paper.program) == []
    assert "Nothing was changed" in visitor.post(f"/post/slips/{bo}/stay").text


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        pytest.param("", "Scan the code on the slip", id="nothing"),
        pytest.param("smudge", "“smudge” is no reference", id="no reference"),
        pytest.param("7.7", "There is no printed letter 7.7", id="of no letter"),
        pytest.param(".7.7.", "There is no printed letter 7.7", id="scanned"),
        pytest.param("1.1.", "“1.1.” is no reference", id="a part of a code"),
        pytest.param("9" * 39, "is no reference", id="endless"),
    ],
)
def test_a_reference_that_is_nobodys_is_refused_in_words(
    visitor: TestClient, paper: Paper, reference: str, words: str
) -> None:
    an_organiser(visitor, paper.program)
    answer = visitor.post("/post/slips", data={"reference": reference})

    assert answer.status_code == 422
    assert words in answer.text
    assert list(faults_in(answer.text)) == []


def test_an_organiser_is_kept_from_everybody_elses_slips(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program)
    dee = paper.references["dee"]
    answer = visitor.post("/post/slips", data={"reference": dee})
    unknown = visitor.post("/post/slips", data={"reference": "7.7"})
    pages = [
        visitor.get(f"/post/slips/{dee}"),
        visitor.post(f"/post/slips/{dee}/way", data={"way": "plain"}),
        visitor.post(f"/post/slips/{dee}/stop"),
        visitor.post(f"/post/slips/{dee}/stay"),
    ]

    assert [page.status_code for page in pages] == [404] * 4
    assert not any("Dee" in page.text for page in (answer, *pages))
    # It says no more of another's letter than of none.
    assert answer.text.replace(dee, "7.7") == unknown.text
    assert format_of(paper.program, "Dee") is None
    assert departures(paper.program) == []
    an_organiser(visitor, paper.program, GORDON)
    assert "Dee" in visitor.get(f"/post/slips/{dee}").text


def test_a_proof_and_the_letter_of_who_was_erased_are_refused(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program)
    bo, cy = paper.references["bo"], paper.references["cy"]
    with paper.program.writing() as connection:
        whole = update(subscriber).where(subscriber.c.name == "Bo")
        connection.execute(whole.values(erased_at=EIGHT, name=""))
    erased = visitor.post("/post/slips", data={"reference": bo})
    with paper.program.writing() as connection:
        connection.execute(update(edition).values(mode=Mode.PRACTICE))
    proof = visitor.post("/post/slips", data={"reference": cy})
    stopped = visitor.post(f"/post/slips/{cy}/stop")

    assert "was erased: nothing is held of them" in erased.text
    assert "is a proof" in proof.text
    assert (erased.status_code, proof.status_code) == (422, 422)
    assert "is a proof" in stopped.text
    assert departures(paper.program) == []


def test_a_scanned_reference_finds_a_person_at_the_desk(
    visitor: TestClient, paper: Paper
) -> None:
    an_editor(visitor, paper.program)
    page = visitor.get("/desk/people", params={"q": f".{paper.references['dee']}."})

    assert page.url.path.removeprefix("/desk/people/").isdigit()
    assert "Dee" in page.text


def test_pages_of_slips_are_valid_at_every_step(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program)
    here = f"/post/slips/{paper.references['bo']}"
    pages = [
        *(visitor.get("/post"), visitor.get("/post/slips"), visitor.get(here)),
        *(visitor.post(f"{here}/way"), visitor.post(f"{here}/stop")),
        visitor.post(f"{here}/stay"),
    ]
    an_editor(visitor, paper.program)
    pages += [visitor.get("/post/slips"), visitor.get(here)]

    assert [list(faults_in(page.text)) for page in pages] == [[]] * len(pages)


def test_a_copy_that_was_emailed_has_no_slip(visitor: TestClient, paper: Paper) -> None:
    an_organiser(visitor, paper.program)
    with paper.program.writing() as connection:
        connection.execute(update(delivery).values(print_batch_id=None))

    answer = visitor.post("/post/slips", data={"reference": paper.references["bo"]})

    assert answer.status_code == 422


def test_commands_do_with_a_slip_what_its_page_does(
    paper: Paper, tmp_path: Path
) -> None:
    bo = paper.references["bo"]
    answers = {
        ("show", f".{bo}."): "Bo",
        ("format", bo, "large-print"): "Bo: large print letter from now on",
        ("stop", bo): "Bo: has left Lantern Week",
        ("stay", bo): "Bo: stays with Lantern Week",
    }
    live = {
        "DIGEST_DATABASE_URL": str(paper.program.engine.url),
        "DIGEST_LIVE": "yes",
        "DIGEST_SECRET_KEY": "k" * 32,
        "DIGEST_BASE_URL": "https://news.example.org",
        "DIGEST_SMTP_URL": "smtps://mail.example.org",
    }
    with commands() as run_command:
        for words, answer in answers.items():
            ended = run_command.run(tmp_path, "slips", *words, **live)
            assert answer in ended.stdout, ended.stderr
        wrong = run_command.run(tmp_path, "slips", "format", bo, "large", **live)
        unknown = run_command.run(tmp_path, "slips", "stop", "7.7", **live)
    assert (wrong.returncode, unknown.returncode) == (2, 1)
    assert "there is no printed letter 7.7" in unknown.stderr
    assert format_of(paper.program, "Bo") == "large-print"
    assert departures(paper.program) == []
