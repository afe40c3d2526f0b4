"""Erasing somebody also outside of the database, and again after a restore."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, insert, select, update

from digest.audience import erasing
from digest.audience.suppressing import lift
from digest.bootstrap import App
from digest.deliver.printing.print_room import LaidOutLetters
from digest.errors import DigestError, NotFound, StoreError
from digest.model.people.person import PersonKeys
from digest.model.roles import Scope
from digest.settings import Settings
from digest.store.base.engine import open_engine, writing
from digest.store.base.tables import (
    delivery,
    print_batch,
    repeatable_request,
    send_batch,
    subscriber,
)
from digest.store.delivery.copies import DueCopy
from digest.store.delivery.printing import erased_letters, print_batches
from digest.store.people.erasing import erasures
from digest.store.people.erasing.erased_file import NAME, ErasedList
from digest.store.reports import stalls
from digest.store.reports.editions import edition_copies
from digest.store.staff import access_keys, audit
from digest.store.staff.access_keys import NewKey
from tests.builders import EIGHT
from tests.lists import ANN, BOB, CY, HASHER, HASHER_SECRET, imported
from tests.paper import (
    DILWYN,
    Paper,
    a_live_program,
    paper,
    paper_of,
    paper_pattern,
    printed_letters,
)
from tests.remnants import leave_remnants
from tests.rows import a_planned_edition
from tests.sheets import Sheets
from tests.stored import a_stored_campaign

__all__ = ["paper", "paper_pattern"]
BO, CY_ROW, DEE = "1 Harbour Row", "2 Harbour Row", "3 Harbour Row"


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


def test_whose_address_was_emptied_meanwhile_is_named_as_left_out(paper: Paper) -> None:
    batch, cy = paper.batches[DILWYN], paper.references["cy"]
    with writing(paper.program.engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == 2)
            .values(address=[], postcode=None, country=None)
        )

    erasure = paper.program.erasures.erase("1")

    [letters] = erasure.letters
    [(reference, why)] = letters.left_out
    assert (reference, "no full postal address is held" in why) == (cy, True)
    assert f"print batch {batch.id} has no letter {cy} any more: no full" in " ".join(
        erasure.in_words()
    )
    with paper.program.reading() as connection:
        assert print_batches.get(connection, batch.id).is_empty
        acts = [act.after for act in audit.latest(connection, 20)]
    assert any("left_out" in (after or {}) for after in acts)


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
    digest = App(settings, engine, lambda: EIGHT, HASHER_SECRET)
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
    assert len(digest.erasures.replay().erased) == 1
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


def test_remnants_stay_until_the_file_is_written_anew(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    digest = App(settings, sqlite_engine, lambda: EIGHT, HASHER_SECRET)
    some_people(digest)
    leave_remnants(sqlite_engine, ["ann@example.org"])

    def stored() -> bytes:
        return (tmp_path / "digest.db").read_bytes()

    # As of a database that is too large to be written anew at once.
    erasures = replace(digest.erasures, rewritten_at_once_bytes=0)
    assert not erasures.erase("1").is_rewritten
    assert b"ann@example.org" in stored()

    assert erasures.rewrite_unless_busy(EIGHT)
    assert b"ann@example.org" not in stored()
    assert b"Cy Example" in stored()


def test_who_is_erased_while_it_is_written_anew_has_it_written_once_more(
    engine: Engine, tmp_path: Path
) -> None:
    digest = App(Settings(data_dir=tmp_path), engine, lambda: EIGHT, HASHER_SECRET)
    some_people(digest)
    erasures_of = replace(digest.erasures, rewritten_at_once_bytes=0)
    erasures_of.erase("1")

    def meanwhile() -> datetime:
        # Asked for once what is to be removed is known, and before it is.
        erasing.erase(engine, HASHER, "2", EIGHT - timedelta(minutes=1))
        return EIGHT

    replace(erasures_of, clock=meanwhile).rewrite()

    with digest.reading() as connection:
        assert erasures.is_rewrite_due(connection)
    erasures_of.rewrite()
    with digest.reading() as connection:
        assert not erasures.is_rewrite_due(connection)


def test_it_is_not_written_anew_while_emails_are_in_hand(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(sqlite_engine, emails=2)
    digest = App(
        Settings(data_dir=tmp_path), sqlite_engine, lambda: EIGHT, HASHER_SECRET
    )
    erasures_of = replace(digest.erasures, rewritten_at_once_bytes=0)
    erasures_of.erase(str(planned.subscribers[0]))
    with digest.writing() as connection:
        values = {"state": "leased", "lease_until": EIGHT + timedelta(minutes=1)}
        connection.execute(update(send_batch).values(values))

    assert not erasures_of.rewrite_unless_busy(EIGHT)
    assert erasures_of.rewrite_unless_busy(EIGHT + timedelta(minutes=2))


def test_a_database_in_use_is_said_not_to_be_written_anew(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    engine = open_engine(str(sqlite_engine.url), lock_wait_ms=50)
    digest = App(Settings(data_dir=tmp_path), engine, lambda: EIGHT, HASHER_SECRET)
    some_people(digest)
    erasures_of = replace(digest.erasures, rewritten_at_once_bytes=0)
    erasures_of.erase("1")

    with (
        writing(sqlite_engine),
        pytest.raises(StoreError, match=r"not written anew \(database is locked\)"),
    ):
        erasures_of.rewrite()
    engine.dispose()


def test_who_has_no_address_left_is_in_the_list_of_the_erased(digest: App) -> None:
    with digest.writing() as connection:
        emptied = dict.fromkeys(("email", "email_key", "email_hash", "phone"))
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == 1)
            .values(emptied | {"postcode": None, "address": [], "post_hash": None})
        )
        [row] = connection.execute(
            select(subscriber).where(subscriber.c.id == 1)
        ).mappings()
    digest.erasures.erase("1")

    # As after a restore of a backup of before.
    with digest.writing() as connection:
        connection.execute(update(subscriber).where(subscriber.c.id == 1).values(**row))
    assert digest.erasures.brought_back() == [1]


def with_lay_out(paper: Paper, meanwhile: Callable[[], object]) -> App:
    """Return the program, in which something happens once while letters are laid out.

    After they are: what it has in hand is of before.
    """
    waiting = [meanwhile]

    class Meanwhile(App):
        def _lay_out(
            self, edition_id: int, copies: Sequence[DueCopy], *, alone: bool = False
        ) -> LaidOutLetters:
            laid_out = super()._lay_out(edition_id, copies, alone=alone)
            if waiting:
                waiting.pop()()
            return laid_out

    program = paper.program
    return Meanwhile(program.settings, program.engine, program.clock, program.secret)


@pytest.fixture
def round_of_three(engine: Engine, tmp_path: Path) -> Paper:
    """Return letters to Bo, Cy and Dee in one batch, on either database."""
    program = a_live_program(engine, tmp_path / "data")
    printed_letters(program, {"bo": DILWYN, "cy": DILWYN, "dee": DILWYN})
    return paper_of(program)


def test_of_two_erasures_at_once_neither_puts_a_letter_back(
    round_of_three: Paper,
) -> None:
    batch, first = round_of_three.batches[DILWYN], round_of_three.program
    second = with_lay_out(round_of_three, lambda: first.erasures.erase("2"))

    second.erasures.erase("1")

    words = text_of(round_of_three, batch.id)
    assert [row for row in (BO, CY_ROW) if row in words] == []
    assert DEE in words
    with first.reading() as connection:
        assert print_batches.get(connection, batch.id).files.letters == 1
        assert erased_letters.with_erased(connection) == []


def test_of_two_erasures_at_once_the_last_letter_goes(round_of_three: Paper) -> None:
    batch, first = round_of_three.batches[DILWYN], round_of_three.program
    second = with_lay_out(round_of_three, lambda: first.erasures.erase("2", "3"))

    second.erasures.erase("1")

    assert not (first.settings.data_dir / batch.files.pdf).exists()


def test_erasures_in_two_threads_leave_nothing_of_either(round_of_three: Paper) -> None:
    batch, program = round_of_three.batches[DILWYN], round_of_three.program
    both = Barrier(2)
    programs = [with_lay_out(round_of_three, lambda: both.wait(30)) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        ends = [
            pool.submit(each.erasures.erase, str(number))
            for number, each in enumerate(programs, start=1)
        ]
        for end in ends:
            end.result()

    words = text_of(round_of_three, batch.id)
    assert [row for row in (BO, CY_ROW) if row in words] == []
    assert DEE in words
    with program.reading() as connection:
        assert erased_letters.with_erased(connection) == []


def test_a_batch_that_is_posted_meanwhile_gets_no_file(round_of_three: Paper) -> None:
    batch, first = round_of_three.batches[DILWYN], round_of_three.program
    second = with_lay_out(round_of_three, lambda: first.batch_steps.posted(batch.id))

    second.erasures.erase("1")

    assert not (first.settings.data_dir / batch.files.pdf).exists()
    with first.reading() as connection:
        posted = print_batches.get(connection, batch.id)
    assert (posted.files.letters, posted.has_files) == (3, False)
    with pytest.raises(DigestError, match="removed for good"):
        first.batch_steps.letters(posted)


def test_a_batch_whose_readers_were_all_erased_is_nothing_to_post(paper: Paper) -> None:
    batch, steps = paper.batches[DILWYN], paper.program.batch_steps
    paper.program.erasures.erase("1", "2")

    with paper.program.reading() as connection:
        empty = print_batches.get(connection, batch.id)
        to_post = edition_copies.batches_to_post(connection, batch.edition_id)
        lying, _ = stalls.letters_unposted(connection, EIGHT + timedelta(days=9))
    assert (empty.state, empty.files.letters, empty.is_empty) == ("sealed", 0, True)
    assert batch.id not in to_post
    assert lying == 2
    for step in (steps.printed, steps.posted):
        with pytest.raises(DigestError, match="no letter is left"):
            step(batch.id)
    with pytest.raises(DigestError, match="no letter is left"):
        steps.letters(empty)


def test_a_restored_backup_has_its_letters_taken_out_too(paper: Paper) -> None:
    program, batch = paper.program, paper.batches[DILWYN]
    folder = program.settings.data_dir
    with program.reading() as connection:
        before = {
            table: connection.execute(select(table)).mappings().all()
            for table in (subscriber, print_batch, delivery)
        }
    pdf = (folder / batch.files.pdf).read_bytes()
    program.erasures.erase("1")
    with program.writing() as connection:
        for table, rows in before.items():
            stored = [column for column in table.c if column.computed is None]
            for row in rows:
                same = (key == row[key.name] for key in table.primary_key)
                values = {column: row[column.name] for column in stored}
                connection.execute(update(table).where(*same).values(values))
    (folder / batch.files.pdf).write_bytes(pdf)
    assert BO in text_of(paper, batch.id)

    erasure = program.erasures.replay()

    assert [each.subscriber_id for each in erasure.erased] == [1]
    assert BO not in text_of(paper, batch.id)
