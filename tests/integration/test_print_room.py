"""Print batches: every letter once, whatever breaks on the way."""

import hashlib
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.cli.post_room.print import returned
from digest.deliver import limits
from digest.deliver.printing import print_room
from digest.deliver.printing.batch_steps import BatchSteps
from digest.deliver.printing.print_room import LaidOutLetters, PrintRoom
from digest.deliver.returns.returned_letters import ReturnedLetters
from digest.deliver.sending.run_state import RunTally
from digest.errors import DigestError, NotFound
from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.returned_letters import LetterReturnReason
from digest.model.editions.mode import Mode
from digest.schedule.delivery.worker import WorkReport
from digest.schedule.reports.status import status_of
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, edition, subscriber
from digest.store.delivery import cancelling
from digest.store.delivery.copies import DueCopy
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import (
    PrintBatchState,
)
from digest.store.delivery.returns import returned_letters
from digest.store.editions import editions
from digest.store.reports.editions import edition_copies, listed_copies
from digest.store.staff.rounds import ALL_ROUNDS, VisibleRounds
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.fakes.sending import HandWoundClock
from tests.rows import (
    PlannedEdition,
    a_planned_edition,
    states,
    unsubscribed,
    withdrawn,
)

PLANNED, ACCEPTED = DeliveryState.PLANNED, DeliveryState.ACCEPTED
CANCELLED = DeliveryState.CANCELLED
FOLDER = "print/lantern-week/2026-07-06-k7qf2mxa"


class InjectedError(Exception):
    """What a test breaks with."""


def laid(_edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
    """Lay letters out in the plainest way: a name a line."""
    names = "".join(f"{letter.to.name}\n" for letter in letters)
    return LaidOutLetters(
        f"pdf\n{names}".encode(), f"csv\n{names}".encode(), len(letters)
    )


def a_print_room(
    engine: Engine, folder: Path, lay: print_room.LayOut = laid
) -> PrintRoom:
    return PrintRoom(engine, folder, lay, HandWoundClock())


def batches(engine: Engine) -> list[print_batches.PrintBatch]:
    with reading(engine) as connection:
        return print_batches.listed(connection)


def files(folder: Path) -> dict[str, bytes]:
    paths = [path for path in (folder / "print").rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in paths}


def test_a_batch_holds_every_letter_with_its_files_and_their_sum(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=3)

    outcome = a_print_room(engine, tmp_path).make(planned.id)

    assert outcome.batch is not None
    assert outcome.batch.state is PrintBatchState.OPEN
    printed = outcome.batch.files
    assert (printed.letters, printed.sheets) == (3, 3)
    pdf, manifest = tmp_path / printed.pdf, tmp_path / printed.manifest
    assert pdf == tmp_path / FOLDER / "letters-1.pdf"
    assert pdf.read_bytes() == b"pdf\nReader 0\nReader 1\nReader 2\n"
    assert printed.sha256 == hashlib.sha256(pdf.read_bytes()).hexdigest()
    assert manifest.read_bytes().startswith(b"csv")
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o600
    assert stat.S_IMODE(pdf.parent.stat().st_mode) == 0o700
    with reading(engine) as connection:
        everyone = listed_copies.listed(connection, planned.id)
        state = connection.scalar(select(edition.c.state))
    assert {(row.state, row.reason) for row in everyone} == {
        (ACCEPTED, f"in print batch {outcome.batch.id}")
    }
    assert state == "sent"


def test_a_batch_is_seen_and_moved_by_whose_it_is(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)
    with writing(engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == planned.subscribers[1])
            .values(organiser="Tidewell Library", post_hash="p" * 64)
        )
    room = a_print_room(engine, tmp_path)
    steps = BatchSteps(room, laid, lambda *_: b"")
    returns = ReturnedLetters(engine)
    numbers = [each.batch.id for each in room.make_all(planned.id) if each.batch]
    theirs = VisibleRounds("tidewell  library")
    open_or_sealed = (PrintBatchState.OPEN, PrintBatchState.SEALED)

    def batch_ids(of: VisibleRounds) -> list[int]:
        with reading(engine) as connection:
            listed = print_batches.in_states(
                connection, open_or_sealed, of, Mode.LIVE, 9
            )
        return [batch.id for batch in listed]

    assert batch_ids(ALL_ROUNDS) == [numbers[1], numbers[0]]
    assert batch_ids(theirs) == [numbers[1]]
    assert batch_ids(VisibleRounds("")) == [numbers[0]]
    assert batch_ids(VisibleRounds(None)) == []
    assert steps.printed(numbers[1]).printed_at == EIGHT
    assert steps.posted(numbers[1]).state is PrintBatchState.POSTED
    assert batch_ids(theirs) == []
    assert steps.not_posted(numbers[1]).posted_at is None
    reference = str(planned.key(1))
    with pytest.raises(NotFound, match="no printed letter"):
        returns.record(reference, LetterReturnReason.DIED, EIGHT, VisibleRounds(""))
    assert returns.record(reference, LetterReturnReason.DIED, EIGHT, theirs).is_ended
    with reading(engine) as connection:
        today = returned_letters.since(connection, EIGHT, theirs, 9)
        others = returned_letters.since(connection, EIGHT, VisibleRounds(""), 9)
    assert ([letter.key for letter in today], others) == ([planned.key(1)], [])
    assert returns.take_back(reference, EIGHT, theirs)
    assert not returns.take_back(reference, EIGHT, theirs)


def test_an_edition_whose_letters_are_all_in_a_batch_makes_none(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=3)
    room = a_print_room(engine, tmp_path)
    room.make(planned.id)

    assert room.make(planned.id).batch is None
    assert len(batches(engine)) == 1
    assert len(files(tmp_path)) == 2


def test_an_edition_still_being_planned_makes_none(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=1)
    with writing(engine) as connection:
        connection.execute(update(edition).values(state="approved"))

    assert a_print_room(engine, tmp_path).make(planned.id).batch is None


def test_emails_are_none_of_the_print_rooms_business(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=2, letters=1)
    a_print_room(engine, tmp_path).make(planned.id)

    assert states(engine, planned.id) == {PLANNED: 2, ACCEPTED: 1}


def test_a_letter_that_cannot_be_laid_waits_and_the_others_go(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)
    faults = {planned.readers[0]: "the address has nine lines: shorten it"}

    def lay(edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
        good = [letter for letter in letters if letter.key.reader_id not in faults]
        plain = laid(edition_id, good)
        return LaidOutLetters(plain.pdf, plain.manifest, plain.sheets, dict(faults))

    room = a_print_room(engine, tmp_path, lay)
    outcome = room.make(planned.id)

    assert outcome.waiting == {planned.key(0): "the address has nine lines: shorten it"}
    assert states(engine, planned.id) == {PLANNED: 1, ACCEPTED: 1}
    with reading(engine) as connection:
        [waiting] = listed_copies.listed(connection, planned.id, [PLANNED])
    assert waiting.reason == "the address has nine lines: shorten it"
    faults.clear()
    assert room.make(planned.id, patient=True).batch is None
    again = room.make(planned.id)
    assert again.batch is not None
    assert again.batch.files.pdf.endswith("letters-2.pdf")
    assert states(engine, planned.id) == {ACCEPTED: 2}


def test_a_letter_set_aside_is_tried_again_after_a_while(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=1)
    clock = HandWoundClock()
    reader_id = planned.readers[0]
    room = PrintRoom(
        engine,
        tmp_path,
        lambda _e, _l: LaidOutLetters(b"", b"", 0, {reader_id: "no"}),
        clock,
    )
    room.make(planned.id, patient=True)
    clock.move(print_room.SET_ASIDE - timedelta(seconds=1))
    assert room.make(planned.id, patient=True).waiting == {}
    clock.move(timedelta(seconds=1))

    assert room.make(planned.id, patient=True).waiting == {planned.key(0): "no"}


def test_a_letter_without_an_address_waits_for_one(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)
    with writing(engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == planned.subscribers[0])
            .values(address=[], postcode=None)
        )

    outcome = a_print_room(engine, tmp_path).make(planned.id)

    why = print_room.NO_ADDRESS.format(planned.key(0))
    assert outcome.waiting == {planned.key(0): why}
    assert states(engine, planned.id) == {PLANNED: 1, ACCEPTED: 1}


def test_a_letter_of_which_nothing_is_left_is_cancelled(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=1)

    def lay(_edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
        emptied = frozenset(letter.key.reader_id for letter in letters)
        return LaidOutLetters(b"", b"", 0, emptied=emptied)

    assert a_print_room(engine, tmp_path, lay).make(planned.id).batch is None
    assert states(engine, planned.id) == {CANCELLED: 1}
    assert files(tmp_path) == {}


def test_who_has_left_gets_no_letter(engine: Engine, tmp_path: Path) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)
    unsubscribed(engine, planned.subscribers[0])

    a_print_room(engine, tmp_path).make(planned.id)

    assert states(engine, planned.id) == {CANCELLED: 1, ACCEPTED: 1}
    assert files(tmp_path)["letters-1.pdf"] == b"pdf\nReader 1\n"


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        pytest.param(
            lambda engine, planned: unsubscribed(engine, planned.subscribers[0]),
            b"pdf\nReader 1\n",
            id="somebody leaves",
        ),
        pytest.param(
            lambda engine, _planned: withdrawn(engine),
            b"pdf\nReader 0\nReader 1\n",
            id="something is withdrawn",
        ),
    ],
)
def test_what_happens_while_letters_are_laid_has_them_laid_again(
    engine: Engine,
    tmp_path: Path,
    happens: Callable[[Engine, PlannedEdition], None],
    expected: bytes,
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)
    layings: list[int] = []

    def lay(edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
        layings.append(len(letters))
        if len(layings) == 1:
            happens(engine, planned)
        return laid(edition_id, letters)

    a_print_room(engine, tmp_path, lay).make(planned.id)

    assert len(layings) == 2
    assert files(tmp_path)["letters-1.pdf"] == expected
    assert len(batches(engine)) == 1


def test_letters_that_never_hold_still_are_an_error_in_words(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=9)
    leaving = iter(planned.subscribers)

    def lay(edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
        unsubscribed(engine, next(leaving))
        return laid(edition_id, letters)

    with pytest.raises(DigestError, match="run digest print make"):
        a_print_room(engine, tmp_path, lay).make(planned.id)
    assert files(tmp_path) == {}


@contextmanager
def _breaking_at(engine: Engine, words: str) -> Iterator[None]:
    """Raise when a statement that begins so is about to be executed."""

    def on_statement(*arguments: object) -> None:
        if str(arguments[2]).startswith(words):
            raise InjectedError

    def on_commit(*_arguments: object) -> None:
        if words == "COMMIT" and list(files_of_engine(engine)):
            raise InjectedError

    event.listen(engine, "before_cursor_execute", on_statement)
    event.listen(engine, "commit", on_commit)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", on_statement)
        event.remove(engine, "commit", on_commit)


def files_of_engine(engine: Engine) -> Iterator[Path]:
    """Yield the letters that lie beside the database."""
    return Path(str(engine.url.database)).parent.rglob("letters-*.pdf")


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("UPDATE delivery SET state=?, next_attempt_at", id="marking"),
        pytest.param("INSERT INTO print_batch", id="recording the batch"),
        pytest.param("UPDATE delivery SET state=?, attempts", id="recording a letter"),
        pytest.param("UPDATE edition", id="moving the edition"),
        pytest.param("COMMIT", id="between the files and the commit"),
    ],
)
def test_after_a_crash_the_same_call_makes_the_same_files_and_one_batch(
    sqlite_engine: Engine, tmp_path: Path, step: str
) -> None:
    planned = a_planned_edition(sqlite_engine, emails=0, letters=3)
    room = a_print_room(sqlite_engine, tmp_path)

    with _breaking_at(sqlite_engine, step), pytest.raises(InjectedError):
        room.make(planned.id)
    assert states(sqlite_engine, planned.id) == {PLANNED: 3}
    assert batches(sqlite_engine) == []
    after_the_crash = files(tmp_path)

    outcome = room.make(planned.id)
    assert outcome.batch is not None
    assert len(batches(sqlite_engine)) == 1
    assert states(sqlite_engine, planned.id) == {ACCEPTED: 3}
    assert len(files(tmp_path)) == 2
    assert after_the_crash.items() <= files(tmp_path).items()


def test_a_folder_that_cannot_be_written_is_one_line_and_changes_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=1)
    (tmp_path / "print").write_text("in the way")

    with pytest.raises(DigestError, match="folder for letters"):
        a_print_room(engine, tmp_path).make(planned.id)
    assert states(engine, planned.id) == {PLANNED: 1}


def test_two_print_rooms_at_once_make_one_batch(engine: Engine, tmp_path: Path) -> None:
    planned = a_planned_edition(engine, emails=0, letters=20)
    both_have_laid = threading.Barrier(2)
    layings: list[int] = []

    def lay(edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
        layings.append(len(letters))
        if len(layings) <= 2:
            both_have_laid.wait(timeout=10)
        return laid(edition_id, letters)

    room = a_print_room(engine, tmp_path, lay)
    threads = [threading.Thread(target=room.make, args=(planned.id,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [batch] = batches(engine)
    assert batch.files.letters == 20
    assert sorted(files(tmp_path)) == ["letters-1.pdf", "manifest-1.csv"]


def test_a_batch_too_large_for_a_file_is_several(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BATCH_LETTERS", 2)
    planned = a_planned_edition(engine, emails=0, letters=5)
    room = a_print_room(engine, tmp_path)

    assert [room.make(planned.id).remaining for _ in range(3)] == [3, 1, 0]
    assert [batch.files.letters for batch in batches(engine)] == [2, 2, 1]


def test_the_file_that_a_round_of_work_names_can_be_opened(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)
    outcome = a_print_room(engine, tmp_path).make(planned.id)
    [_, line] = WorkReport(RunTally(), {planned.id: [outcome]}).lines(tmp_path)

    assert Path(line.partition(" in ")[2]).is_file()


def test_letters_are_posted_when_somebody_says_so_and_wait_until_then(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)
    room = a_print_room(engine, tmp_path)
    standings = []

    def look() -> None:
        with reading(engine) as connection:
            standing = editions.get(connection, planned.id)
            standings.append(edition_copies.copies_in_words(connection, standing))
        help_lines = status_of(engine, EIGHT)["help"]
        standings.append([line for line in help_lines if "posted" in line])

    batch = room.make(planned.id).batch
    assert batch is not None
    steps = BatchSteps(room, laid, lambda *_: b"")
    for act in (room.seal, steps.printed, room.posted):
        look()
        act(batch.id)
    look()

    waits = (
        "Lantern Week, daily, edition 1: 2 letters wait to be printed and posted. The "
        "files: digest print list. Once they are in the post, say: digest print "
        f"posted {batch.id}"
    )
    to_print = [[("post", "ready to print and post", 2)], [waits]]
    on_paper = (
        "Lantern Week, daily, edition 1: 2 letters wait to be posted. Once they are in "
        f"the post, say: digest print posted {batch.id}"
    )
    to_post = [to_print[0], [on_paper]]
    posted = [[("post", "posted", 2)], []]
    assert standings == [*to_print, *to_print, *to_post, *posted]


def test_a_batch_is_open_then_sealed_then_posted_and_each_is_safe_to_repeat(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=1)
    room = a_print_room(engine, tmp_path)
    batch = room.make(planned.id).batch
    assert batch is not None

    with pytest.raises(DigestError, match=f"first digest print seal {batch.id}"):
        room.posted(batch.id)
    for _ in range(2):
        assert room.seal(batch.id).state is PrintBatchState.SEALED
    for _ in range(2):
        assert room.posted(batch.id).state is PrintBatchState.POSTED
    assert room.seal(batch.id).state is PrintBatchState.POSTED


def test_a_batch_that_is_not_there_is_one_line(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="digest print list"):
        a_print_room(engine, tmp_path).seal(7)


def test_letters_that_were_cancelled_are_not_printed(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=1, letters=1)
    with writing(engine) as connection:
        stopped = cancelling.cancel(
            connection,
            delivery.c.edition_id == planned.id,
            HandWoundClock().now,
            "called off",
        )

    assert stopped == 2
    assert a_print_room(engine, tmp_path).make(planned.id).batch is None


def test_more_than_a_file_holds_goes_into_further_batches(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=5)

    def two_at_a_time(edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
        left_over = frozenset(copy.key.reader_id for copy in letters[2:])
        return replace(laid(edition_id, letters[:2]), left_over=left_over)

    outcomes = a_print_room(engine, tmp_path, two_at_a_time).make_all(planned.id)

    assert [outcome.batch.files.letters for outcome in outcomes if outcome.batch] == [
        *(2, 2, 1)
    ]
    assert states(engine, planned.id) == {ACCEPTED: 5}


def test_letters_that_wait_do_not_keep_the_others_back(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BATCH_LETTERS", 2)
    planned = a_planned_edition(engine, emails=0, letters=5)
    bad = set(planned.readers[:2])

    def some(edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
        good = [copy for copy in letters if copy.key.reader_id not in bad]
        problems = dict.fromkeys(bad, "mend it")
        return replace(laid(edition_id, good), problems=problems)

    outcomes = a_print_room(engine, tmp_path, some).make_all(planned.id)

    assert sum(len(outcome.waiting) for outcome in outcomes) == 2
    assert states(engine, planned.id) == {ACCEPTED: 3, PLANNED: 2}


def test_pages_tell_of_a_letter_where_it_is_and_not_that_it_was_accepted(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=1, letters=2)
    room = a_print_room(engine, tmp_path)
    steps = BatchSteps(room, laid, lambda *_: b"")
    batch = room.make(planned.id).batch
    assert batch is not None
    with writing(engine) as connection:
        connection.execute(update(edition).values(state="sending", planned_at=EIGHT))
    url = engine.url.render_as_string(hide_password=False)
    settings = Settings.model_validate({"data_dir": tmp_path, "database_url": url})
    runs, people, listed, to_post = [], [], [], []
    with (
        opened(settings, EIGHT) as program,
        TestClient(make_app(program), base_url=SITE) as client,
    ):
        for act in (lambda _: None, steps.printed, room.posted):
            act(batch.id)
            with reading(engine) as connection:
                copies_now = listed_copies.listed(connection, planned.id)
                [run] = status_of(engine, EIGHT)["runs"]
            listed.append({(copy.state, copy.standing) for copy in copies_now})
            to_post.append((run["ended"], run["to_post"], run["dealt_with"]))
            runs.append(client.get(f"/desk/runs/{planned.id}").text)
            people.append(client.get(f"/desk/people/{planned.subscribers[1]}").text)

    standings = ("ready to print and post", "printed", "posted")
    for pairs, standing in zip(listed, standings, strict=True):
        assert ("accepted", standing) in pairs
    assert to_post == [(2, 2, 0), (2, 2, 0), (2, 0, 2)]
    for page, count in zip(runs, (0, 0, 2), strict=True):
        assert f"{count} of 3 copies have been dealt with" in page
    for page, tag in zip(runs, ("To print and post", "Printed", "Posted"), strict=True):
        assert page.count(f"</svg>{tag}</strong>") == 3
    words = ("to print and post", "printed", "posted")
    for page, state in zip(people, words, strict=True):
        assert f", {state}.</strong> Lantern Week, daily of" in page
        assert "In print batch 1." in page


def test_that_a_reference_is_unknown_is_told_before_a_reason_is_asked_for(
    program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.bootstrap.open_app", lambda: nullcontext(program))

    with pytest.raises(NotFound, match=r"no printed letter 7\.777"):
        returned("7.777")
