"""The post room: each act on paper, and who sees whose letters."""

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.returned_letters import LetterReturnReason
from digest.model.roles import Role
from digest.schedule.editions.publishing import publish
from digest.store.base.tables import (
    audit,
    delivery,
    print_batch,
    subscriber,
    suppression,
)
from digest.store.delivery.calling import calls
from digest.store.delivery.printing import print_batches
from digest.store.people import suppressions
from digest.store.reports.editions import listed_copies
from digest.store.staff import accounts
from digest.store.staff.rounds import ALL_ROUNDS
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post
from tests.integration.test_markup_of_pages import faults_in
from tests.integration.test_query_budget import MOST
from tests.paper import (
    DILWYN,
    GORDON,
    Paper,
    a_live_program,
    paper,
    paper_pattern,
    printed_letters,
)
from tests.queries import counting
from tests.rows import unsubscribed
from tests.sheets import Sheets
from tests.staff import signed_in
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

__all__ = ["paper", "paper_pattern"]

OURS = {"Origin": SITE}
DAY = timedelta(days=1)


@pytest.fixture
def visitor(paper: Paper) -> Iterator[TestClient]:
    """Yield a client of the pages."""
    here = ("127.0.0.1", 5000)
    with TestClient(
        make_app(paper.program), base_url=SITE, headers=OURS, client=here
    ) as client:
        yield client


def an_organiser(client: TestClient, program: App, organiser: str | None) -> None:
    """Have the client be an organiser of those letters."""
    number = signed_in(client, program, Role.ORGANISER, "Dilwyn H", second_step=True)
    with program.writing() as connection:
        accounts.change_organiser(connection, number, organiser, EIGHT)


def an_editor(client: TestClient, program: App) -> None:
    """Have the client be an editor."""
    signed_in(client, program, Role.EDITOR, "Priya", second_step=True)


def address(paper: Paper, organiser: str = DILWYN) -> str:
    return f"/post/batches/{paper.batches[organiser].id}"


def acts(program: App) -> list[tuple[str, str]]:
    with program.reading() as connection:
        rows = connection.execute(
            select(audit.c.actor, audit.c.act).order_by(audit.c.id)
        )
        return [(row.actor, row.act) for row in rows]


def suppressed(program: App) -> set[tuple[str, str]]:
    with program.reading() as connection:
        rows = connection.execute(select(suppression)).all()
    return {(row.channel, row.target_hash[:1]) for row in rows}


def test_letters_are_batched_by_who_looks_after_their_readers(paper: Paper) -> None:
    letters = {name: batch.files.letters for name, batch in paper.batches.items()}

    assert letters == {"": 1, DILWYN: 2, GORDON: 1}


def test_a_letter_that_waits_keeps_no_other_organisers_back(
    engine: Engine, tmp_path: Path
) -> None:
    """Each is tried once, and the loop ends, whoever's letter it is."""
    program = a_live_program(engine, tmp_path)
    paper = printed_letters(program)
    with program.writing() as connection:
        connection.execute(
            update(delivery).values(
                state=DeliveryState.PLANNED, print_batch_id=None, handed_over_at=None
            )
        )
        connection.execute(
            update(subscriber)
            .where(subscriber.c.name.in_(["Bo", "Cy", "Dee"]))
            .values(address=[], postcode=None)
        )
        edition_id = paper.batches[DILWYN].edition_id
        connection.exec_driver_sql("UPDATE edition SET state = 'sending'")

    outcomes = program.print_room.make_all(edition_id)

    assert [len(outcome.waiting) for outcome in outcomes] == [0, 2, 1]
    assert [outcome.batch is not None for outcome in outcomes] == [True, False, False]


def test_an_organiser_sees_their_own_letters_alone(
    visitor: TestClient, paper: Paper
) -> None:
    a_stored_campaign(paper.program.engine, READY + 'phone = "01632 960 155"\n')
    an_organiser(visitor, paper.program, "DILWYN")
    page = visitor.get("/post").text

    assert "Print and post 2 letters" in page
    assert page.count("/post/batches/") == 1
    assert page.count('href="tel:01632960155"') == 1  # whoever is stuck rings it
    assert "Cy" in visitor.get(f"{address(paper)}/packing-list").text
    assert visitor.get(f"{address(paper)}/letters.pdf").content.startswith(b"%PDF")


def test_no_page_says_to_fold_what_is_too_thick_for_its_envelopes(
    visitor: TestClient, paper: Paper, tmp_path: Path
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    manifest = tmp_path / paper.batches[DILWYN].files.manifest
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        rows = [row | {"sheets": "20"} for row in csv.DictReader(file)]
    with manifest.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    for path in ("", "/packing-list"):
        page = visitor.get(address(paper) + path).text
        assert "They are too thick for DL window envelopes." in page
        assert "Fold at the" not in page


def test_an_organiser_is_kept_from_everybody_elses(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    theirs = address(paper, GORDON)
    dee = paper.references["dee"]

    for path in ("", "/letters.pdf", "/labels.pdf", "/packing-list"):
        assert visitor.get(theirs + path).status_code == 404
    for act in ("printed", "not-printed", "posted", "not-posted"):
        assert visitor.post(f"{theirs}/{act}").status_code == 404
    assert visitor.post(f"{theirs}/again", data={"reference": dee}).status_code == 404
    # Nor by way of a batch of their own.
    again = visitor.post(f"{address(paper)}/again", data={"reference": dee})
    assert again.status_code == 422
    returned = visitor.post(
        "/post/returned", data={"reference": dee, "why": "gone-away"}
    )
    assert returned.status_code == 422
    assert "Dee" not in returned.text
    paper.program.returned_letters.record(dee, LetterReturnReason.GONE_AWAY, EIGHT)
    assert visitor.post(f"/post/returned/{dee}/undo").status_code == 404
    assert "Dee" not in visitor.get(f"/post/returned?done={dee}").text
    assert suppressed(paper.program) == {("post", "3")}


@pytest.mark.parametrize(
    ("organiser", "letters"),
    [
        pytest.param(None, 0, id="nobody has said whose"),
        pytest.param("", 1, id="those whom nobody looks after"),
        pytest.param("Somebody else", 0, id="one who has none"),
    ],
)
def test_an_organiser_without_letters_sees_none(
    visitor: TestClient, paper: Paper, organiser: str | None, letters: int
) -> None:
    an_organiser(visitor, paper.program, organiser)

    page = visitor.get("/post").text
    assert page.count("/post/batches/") == letters
    assert ("Nobody has said yet" in page) is (organiser is None)


def test_an_editor_sees_all_letters_and_whose_they_are(
    visitor: TestClient, paper: Paper
) -> None:
    an_editor(visitor, paper.program)
    page = visitor.get("/post").text

    assert page.count("/post/batches/") == 3
    assert f"For {GORDON}" in page


def test_printed_and_posted_are_said_and_taken_back(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    here = address(paper)

    assert "Printed: now fold and fill" in visitor.post(f"{here}/printed").text
    assert "Fold and post 2 letters" in visitor.get("/post").text
    assert "By you, " in visitor.get(here).text
    visitor.post(f"{here}/not-printed")
    assert "Print and post 2 letters" in visitor.get("/post").text
    visitor.post(f"{here}/printed")
    assert "Posted. Thank you" in visitor.post(f"{here}/posted").text
    assert "Posted</strong>" in visitor.get("/post").text
    visitor.post(f"{here}/not-posted")
    assert "Fold and post 2 letters" in visitor.get("/post").text
    verbs = [act for actor, act in acts(paper.program) if actor == "Dilwyn H"]
    assert verbs == [
        "printed",
        "took back that it had printed",
        "printed",
        "posted",
        "took back that it had posted",
    ]


def test_posted_stays_said_once_a_day_has_passed(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    here = address(paper)
    visitor.post(f"{here}/posted")
    with paper.program.writing() as connection:
        connection.execute(
            update(print_batch).values(posted_at=EIGHT.replace(day=EIGHT.day - 2))
        )

    answer = visitor.post(f"{here}/not-posted")

    assert answer.status_code == 422
    assert "more than a day ago" in answer.text
    assert "Not posted after all" not in answer.text


def test_a_spoiled_letter_is_made_again_alone(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    bo = paper.references["bo"]

    answer = visitor.post(f"{address(paper)}/again", data={"reference": f" {bo} "})

    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert "Harbour Row" in text
    assert "Bo" in text
    assert "Cy" not in text
    assert ("Dilwyn H", f"made letter {bo} again of") in acts(paper.program)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("", "Type the reference", id="nothing"),
        pytest.param("fourteen", "two numbers with a full stop", id="no reference"),
        pytest.param("999.1", "there is no letter 999.1", id="no such letter"),
    ],
)
def test_a_letter_that_is_not_there_is_not_made(
    visitor: TestClient, paper: Paper, typed: str, words: str
) -> None:
    an_organiser(visitor, paper.program, DILWYN)

    answer = visitor.post(f"{address(paper)}/again", data={"reference": typed})

    assert answer.status_code == 422
    assert words in answer.text


def test_a_letter_of_somebody_who_has_left_is_not_made_again(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    with paper.program.reading() as connection:
        bo = connection.scalar(select(subscriber.c.id).where(subscriber.c.name == "Bo"))
    assert bo is not None
    unsubscribed(paper.program.engine, bo)

    answer = visitor.post(
        f"{address(paper)}/again", data={"reference": paper.references["bo"]}
    )

    assert answer.status_code == 422
    assert "is not to go any more" in answer.text


def test_labels_are_printed_of_who_is_still_written_to(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    with paper.program.reading() as connection:
        bo = connection.scalar(select(subscriber.c.id).where(subscriber.c.name == "Bo"))
    assert bo is not None
    unsubscribed(paper.program.engine, bo)

    answer = visitor.get(f"{address(paper)}/labels.pdf", params={"sheet": "L7160"})

    assert answer.headers["content-type"] == "application/pdf"
    text = Sheets(answer.content).text(0)
    assert f"Do not post this letter {paper.references['bo']}" in text
    assert f"Cy 2 Harbour Row TIDEWELL ZZ99 2AA {paper.references['cy']}" in text
    assert "Dee" not in text
    with counting(paper.program.engine) as statements:
        visitor.get(f"{address(paper)}/labels.pdf")
    assert len([each for each in statements if "SELECT" in each]) <= MOST
    unknown = visitor.get(f"{address(paper)}/labels.pdf", params={"sheet": "A5"})
    assert unknown.status_code == 404
    visitor.post(f"{address(paper)}/posted")
    assert visitor.get(f"{address(paper)}/labels.pdf").status_code == 503


def test_no_letter_is_made_again_once_they_are_posted(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    visitor.post(f"{address(paper)}/posted")

    answer = visitor.post(
        f"{address(paper)}/again", data={"reference": paper.references["bo"]}
    )

    assert "has been posted" in answer.text


@pytest.mark.parametrize("reason", sorted(LetterReturnReason))
def test_a_letter_that_came_back_is_written_down_with_what_follows(
    visitor: TestClient, paper: Paper, reason: LetterReturnReason
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    bo = paper.references["bo"]

    page = visitor.post("/post/returned", data={"reference": bo, "why": reason}).text

    assert f"{bo} Bo: {reason.words}. Written down." in page
    ends = reason not in {"incomplete", "unreadable"}
    assert suppressed(paper.program) == ({("post", "1")} if ends else set())
    assert ("Post goes on until" in page) is not ends
    with paper.program.reading() as connection:
        listed = listed_copies.listed(connection, paper.batches[DILWYN].edition_id)
    assert {row.name: row.bounced for row in listed if row.bounced} == {
        "Bo": reason.words
    }


def test_what_came_back_is_written_once_and_can_be_taken_back(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    bo = paper.references["bo"]
    visitor.post("/post/returned", data={"reference": bo, "why": "died"})
    visitor.post("/post/returned", data={"reference": bo, "why": "incomplete"})

    page = visitor.get("/post/returned").text
    assert "Written down today, 1" in page
    assert "Has died. Nothing more is sent to this person" in page
    undone = visitor.post(f"/post/returned/{bo}/undo").text
    assert f"{bo}: taken back" in undone
    assert suppressed(paper.program) == set()
    assert "Written down today" not in undone


def test_a_suppression_that_was_there_before_outlives_a_taken_back_return(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    bo = paper.references["bo"]
    with paper.program.writing() as connection:
        connection.execute(
            suppression.insert().values(
                channel="post", target_hash="1" * 64, reason="asked", created_at=EIGHT
            )
        )
    visitor.post("/post/returned", data={"reference": bo, "why": "gone-away"})
    visitor.post(f"/post/returned/{bo}/undo")

    assert suppressed(paper.program) == {("post", "1")}


def test_a_word_that_came_after_a_return_outlives_its_taking_back(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    bo = paper.references["bo"]
    visitor.post("/post/returned", data={"reference": bo, "why": "gone-away"})
    with paper.program.writing() as connection:
        suppressions.add(connection, {"post": "1" * 64}, "asked", EIGHT)
    visitor.post(f"/post/returned/{bo}/undo")

    assert suppressed(paper.program) == {("post", "1")}


def test_who_has_moved_since_is_still_written_to(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    with paper.program.writing() as connection:
        connection.execute(
            update(subscriber).values(changed_at=EIGHT.replace(hour=EIGHT.hour + 1))
        )

    page = visitor.post(
        "/post/returned",
        data={"reference": paper.references["bo"], "why": "gone-away"},
    ).text

    assert "post goes to where they are now" in page
    assert suppressed(paper.program) == set()


def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    answer = visitor.post("/post/returned", data={"reference": "7.7", "why": ""})

    assert answer.status_code == 422
    assert "Choose what stands on the envelope" in answer.text
    assert 'value="7.7"' in answer.text
    assert "Error:" in answer.text


def test_one_letter_after_another_is_scanned_for_one_reason(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    bo = paper.references["bo"]
    first = visitor.post(
        "/post/returned", data={"reference": f".{bo}.\r", "why": "not-known"}
    )
    # Its first figures were lost: what is left may be another letter's.
    cut = visitor.post("/post/returned", data={"reference": "1.1.", "why": "died"})
    unread = visitor.post(
        "/post/returned", data={"reference": "smudge", "why": "not-known"}
    )

    for page in (first, unread):
        field = page.text.partition('id="reference"')[2].partition(">")[0]
        assert "autofocus" in field
        assert 'value=""' in field or "value" not in field
        chosen = page.text.partition('value="not-known"')[2].partition(">")[0]
        assert "checked" in chosen
    assert (cut.status_code, suppressed(paper.program)) == (422, {("post", "1")})
    assert "“smudge” is no reference" in unread.text
    assert "ask for another way" in first.text


def test_a_file_that_was_changed_is_not_handed_out(
    visitor: TestClient, paper: Paper, tmp_path: Path
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    path = tmp_path / paper.batches[DILWYN].files.pdf
    path.write_bytes(path.read_bytes() + b"x")
    changed = visitor.get(f"{address(paper)}/letters.pdf")
    path.unlink()
    missing = visitor.get(f"{address(paper)}/letters.pdf")
    (tmp_path / paper.batches[DILWYN].files.manifest).write_text("nothing")

    assert (changed.status_code, missing.status_code) == (503, 503)
    assert "do not print it" in changed.text
    assert "backup" in missing.text
    assert visitor.get(address(paper)).status_code == 200
    assert visitor.get(f"{address(paper)}/packing-list").status_code == 503


def test_an_organiser_comes_to_the_post_room_and_sees_its_menu_alone(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)

    page = visitor.get("/")
    assert page.url.path == "/post"
    assert "/desk" not in page.text.replace('"/desk/help"', "")
    assert "Returned post" in page.text


def test_its_pages_are_valid_at_every_step(visitor: TestClient, paper: Paper) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    here, bo = address(paper), paper.references["bo"]
    came_back = {"reference": bo, "why": "died"}
    pages = [
        *(visitor.get("/post"), visitor.get(here), visitor.get(f"{here}/packing-list")),
        *(visitor.post(f"{here}/printed"), visitor.post(f"{here}/again", data={})),
        *(visitor.post(f"{here}/posted"), visitor.get("/post")),
        *(
            visitor.post("/post/returned", data=came_back),
            visitor.post("/post/returned"),
        ),
    ]

    assert [list(faults_in(page.text)) for page in pages] == [[]] * len(pages)


def test_an_admin_says_whose_letters_somebody_sees(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, None)
    with paper.program.reading() as connection:
        number = accounts.by_email(connection, "dilwyn.h@example.org").id
    signed_in(visitor, paper.program, Role.ADMIN, "Priya", second_step=True)
    user = f"/desk/settings/users/{number}"

    def organiser() -> str | None:
        with paper.program.reading() as connection:
            return accounts.get(connection, number).organiser

    assert "their post room is empty" in visitor.get(user).text
    visitor.post(f"{user}/letters", data={"organiser": " Dilwyn "})
    assert organiser() == "Dilwyn"
    assert "Those that Dilwyn looks after" in visitor.get(user).text
    both = {"organiser": "Dilwyn", "unassigned": "yes"}
    assert visitor.post(f"{user}/letters", data=both).status_code == 422
    visitor.post(f"{user}/letters", data={"unassigned": "yes"})
    assert organiser() == ""
    visitor.post(f"{user}/letters", data={})
    assert organiser() is None
    assert ("Priya", "said whose letters are for") in acts(paper.program)


def test_letters_that_were_called_back_say_that_they_are_not_to_be_posted(
    visitor: TestClient, paper: Paper
) -> None:
    an_organiser(visitor, paper.program, DILWYN)
    with paper.program.writing() as connection:
        connection.execute(update(print_batch).values(state="stopped"))

    page = visitor.get(address(paper)).text
    assert "Do not post these" in page
    assert "/posted" not in page
    with paper.program.reading() as connection:
        assert print_batches.get(connection, 1).is_over


@pytest.fixture
def rung(paper: Paper) -> tuple[App, str, str]:
    """Return the program with two calls to make, and whose they are."""
    program = paper.program
    for name, organiser in (("edwin", DILWYN), ("ama", GORDON)):
        phone = {"phone": "01632 960 110", "format": "phone", "email": None}
        a_reader(program.engine, name, "daily", organiser=organiser, **phone)
    posts_accepted(program.engine, [a_post("two", title="Lanterns")])
    edition = publish(program.engine, "lantern-week", "daily", EIGHT + DAY)
    with program.reading() as connection:
        every = calls.to_make(connection, ALL_ROUNDS, EIGHT, 9)
    keys = {call.name: str(call.key) for call in every}
    assert edition.state.value == "planned"
    return program, keys["Edwin"], keys["Ama"]


def test_an_organiser_rings_their_own_and_writes_down_how_it_went(
    visitor: TestClient, rung: tuple[App, str, str]
) -> None:
    program, theirs, others = rung
    an_organiser(visitor, program, DILWYN)

    assert "Ring 1 person" in visitor.get("/post").text
    listed = visitor.get("/post/calls").text
    assert "Edwin" in listed
    assert "Ama" not in listed
    page = visitor.get(f"/post/calls/{theirs}").text
    assert "tel:01632960110" in page
    assert "Hello, is that Edwin? This is Dilwyn H from Lantern Week" in page
    assert "Lanterns" in page
    assert [*faults_in(page)] == []
    assert visitor.get("/post/calls/sheet.pdf").content.startswith(b"%PDF")
    address, form = f"/post/calls/{theirs}", {"tries": "0"}
    assert visitor.post(address, data=form).status_code == 422
    wrong = form | {"outcome": "later", "at": "half past"}
    assert "is not a time of day" in visitor.post(address, data=wrong).text
    done = visitor.post(address, data=form | {"outcome": "no-answer"}).text
    assert "Edwin: no answer, again at" in done
    twice = visitor.post(address, data=form | {"outcome": "spoken"})
    assert (twice.status_code, "somebody else" in twice.text.lower()) == (422, True)
    spoken = visitor.post(address, data={"tries": "1", "outcome": "spoken"}).text
    assert "Edwin: spoken to. Written down." in spoken
    assert "Everybody has been rung" in spoken
    [written] = {*re.findall(r'name="written" value="(\d+)"', spoken)}
    undone = visitor.post(f"{address}/undo", data={"written": written}).text
    assert "Taken back: Edwin is to be rung at 1" in undone
    assert 'id="later"' in undone
    for path in ("", "/undo"):
        refused = visitor.post(f"/post/calls/{others}{path}", data=form)
        assert refused.status_code == 404
    assert visitor.get(f"/post/calls/{others}").status_code == 404


@pytest.mark.parametrize("organiser", [None, "Nobody's round"])
def test_who_has_no_calls_sees_none(
    visitor: TestClient, rung: tuple[App, str, str], organiser: str | None
) -> None:
    program, theirs, _ = rung
    an_organiser(visitor, program, organiser)

    assert "Edwin" not in visitor.get("/post/calls").text
    assert visitor.get(f"/post/calls/{theirs}").status_code == 404
    assert visitor.get("/post/calls/sheet.pdf").status_code == 404


def test_a_viewer_rings_nobody(visitor: TestClient, rung: tuple[App, str, str]) -> None:
    program, theirs, _ = rung
    signed_in(visitor, program, Role.VIEWER, "Vi", second_step=True)

    for address in ("/post/calls", f"/post/calls/{theirs}", "/post/calls/sheet.pdf"):
        assert visitor.get(address).status_code == 403
    answer = visitor.post(f"/post/calls/{theirs}", data={"outcome": "stop"})
    assert answer.status_code == 403
