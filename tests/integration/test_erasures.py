"""Erasing somebody also outside of the database, and again after a restore."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from digest.audience.suppressing import lift
from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.people.person import PersonKeys
from digest.model.roles import Scope
from digest.settings import Settings
from digest.store.base.tables import repeatable_request, subscriber
from digest.store.delivery import print_batches
from digest.store.people.erasing.erased_file import NAME, ErasedList
from digest.store.staff import access_keys
from digest.store.staff.access_keys import NewKey
from tests.builders import EIGHT
from tests.lists import ANN, BOB, CY, HASHER, imported
from tests.paper import DILWYN, Paper, paper, paper_pattern
from tests.sheets import Sheets
from tests.stored import a_stored_campaign

__all__ = ["paper", "paper_pattern"]
BO, DEE = "1 Harbour Row", "3 Harbour Row"


def text_of(paper: Paper, batch_id: int) -> str:
    with paper.program.reading() as connection:
        batch = print_batches.get(connection, batch_id)
    sheets = Sheets(paper.program.batch_steps.letters(batch))
    pages = (sheets.text(page) for page in range(len(sheets)))
    return " ".join((*pages, paper.program.batch_steps.packing_list(batch)))


def test_a_letter_is_taken_out_of_its_batch_and_the_others_stay(paper: Paper) -> None:
    batch = paper.batches[DILWYN]
    assert BO in text_of(paper, batch.id)

    erasure = paper.program.erasures.erase("1")

    words = text_of(paper, batch.id)
    assert BO not in words
    assert "2 Harbour Row" in words
    [letters] = erasure.letters
    assert letters.references == (paper.references["bo"],)
    assert not letters.is_on_paper
    with paper.program.reading() as connection:
        assert print_batches.get(connection, batch.id).files.letters == 1


def test_who_prints_is_told_to_take_a_letter_out_that_is_on_paper(paper: Paper) -> None:
    batch = paper.batches[DILWYN]
    paper.program.batch_steps.printed(batch.id)

    [words, *_] = paper.program.erasures.erase("1").in_words()

    assert f"print batch {batch.id} is on paper already" in words
    assert paper.references["bo"] in words


def test_the_file_of_a_batch_that_was_posted_goes(paper: Paper) -> None:
    batch = paper.batches[DILWYN]
    paper.program.batch_steps.printed(batch.id)
    paper.program.batch_steps.posted(batch.id)
    paths = [
        paper.program.settings.data_dir / name
        for name in (batch.files.pdf, batch.files.manifest)
    ]
    assert all(path.exists() for path in paths)

    paper.program.erasures.erase("1")

    assert not any(path.exists() for path in paths)


def test_nobody_is_erased_where_one_of_them_is_not_there(program: App) -> None:
    with pytest.raises(NotFound):
        program.erasures.erase("1", "nobody")

    with program.reading() as connection:
        assert connection.scalar(select(subscriber.c.erased_at)) is None
    assert not (program.settings.data_dir / NAME).exists()


def some_people(program: App) -> None:
    a_stored_campaign(program.engine)
    imported(program.engine, ANN, BOB, CY)


@pytest.fixture
def digest(engine: Engine, tmp_path: Path) -> App:
    """Return a program on either database, with Ann, Bob and Cy."""
    settings = Settings(data_dir=tmp_path / "data")
    digest = App(settings, engine, lambda: EIGHT, HASHER.secret)
    some_people(digest)
    return digest


def test_whom_a_backup_brings_back_is_erased_again_and_nobody_else(
    digest: App,
) -> None:
    erased = ErasedList(digest.settings.data_dir)
    hashes = digest.hasher.hashed(PersonKeys(email="ann@example.org")).targets()
    # As the list says of a database that was restored: Ann had been erased since; and
    # number 2 was somebody else then, who has never been brought back.
    erased.add(1, hashes.values(), EIGHT)
    erased.add(2, ["f" * 32], EIGHT)
    with (digest.settings.data_dir / NAME).open("ab") as file:
        file.write(b"a line that was cut o")

    assert digest.erasures.brought_back() == [1]
    assert digest.erasures.replay() == 1
    assert digest.erasures.brought_back() == []
    with digest.reading() as connection:
        names = connection.scalars(select(subscriber.c.name).order_by(subscriber.c.id))
        assert names.all() == ["", "Bob Example", "Cy Example"]
    assert imported(digest.engine, ANN).added == 0


def test_who_came_back_by_their_own_word_is_not_erased_again(digest: App) -> None:
    digest.erasures.erase("1")
    with digest.writing() as connection:
        lift(connection, digest.hasher, "ann@example.org", EIGHT)
    assert imported(digest.engine, ANN).added == 1

    assert digest.erasures.brought_back() == []


def test_the_list_of_who_was_erased_names_nobody(digest: App) -> None:
    digest.erasures.erase("1", "2")

    words = (digest.settings.data_dir / NAME).read_text()
    assert [json.loads(line)["person"] for line in words.splitlines()] == [1, 2]
    assert [name for name in ("ann", "Bob", "ZZ99") if name in words] == []
    assert oct((digest.settings.data_dir / NAME).stat().st_mode)[-3:] == "600"


def test_the_inbox_loses_what_is_theirs_and_what_names_them(digest: App) -> None:
    inbox = digest.inbox
    inbox.keep("d@example.org", "Ann@Example.org", b"Subject: One\r\n\r\nHello")
    inbox.keep(
        "d@example.org",
        "staff@example.org",
        b"Subject: Two\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"From ann=40example.org",
    )
    inbox.keep("d@example.org", "cy@example.org", b"Subject: Three\r\n\r\nHello")

    assert digest.erasures.erase("1").messages == 2
    assert [each.subject for each in inbox.messages()] == ["Three"]


def test_an_answer_that_was_kept_is_let_go_of_and_not_asked_again(digest: App) -> None:
    with digest.writing() as connection:
        key = access_keys.create(connection, NewKey("Robot", (Scope.READ,)), EIGHT)
        assert key
        request = {"access_key_id": 1, "repeat_key": "k", "fingerprint": "f"}
        answered = {"begun_at": EIGHT, "status": 200, "answer": '{"name": "Ann"}'}
        connection.execute(insert(repeatable_request).values(request | answered))

    digest.erasures.erase("1")

    with digest.reading() as connection:
        row = connection.execute(select(repeatable_request)).one()
    assert row.status == 410
    assert "Ann" not in row.answer
