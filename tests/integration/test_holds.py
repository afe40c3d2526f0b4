"""A restored, copied or moved database lets nothing leave, nor one that slept."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url, select, text, update

from digest.compose import lifecycle
from digest.compose.plan import plan
from digest.deliver.printing.print_room import LaidOutLetters, PrintRoom
from digest.errors import HeldError, StoreError
from digest.gather.fetching.fetch import Fetcher
from digest.model.delivery import marks
from digest.model.editions.edition import EditionState
from digest.schedule.editions import publishing
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import handover
from digest.store.delivery import copies
from digest.store.delivery.copies import DueCopy
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.delivery.sending import send_batches
from digest.store.editions import editions, moves
from digest.store.holds import holds, mark_file
from digest.store.holds.holds import Hold
from digest.store.holds.mark_file import NAME, beside
from digest.store.staff import audit
from tests.builders import EIGHT, a_post
from tests.postgres import Databases
from tests.rows import a_planned_edition
from tests.stored import (
    a_reader,
    a_stored_campaign,
    lifted,
    posts_accepted,
    schedule_id,
)

LENGTH = timedelta(seconds=30)
HOUR = timedelta(hours=1)
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a data folder."""
    return tmp_path / "data"


@pytest.fixture
def marked(engine: Engine, folder: Path) -> Engine:
    """Return a database of either kind with its mark in the folder."""
    return beside(engine, folder)


@pytest.fixture
def sqlite(sqlite_engine: Engine, folder: Path) -> Engine:
    """Return a database on this machine with its mark in the folder."""
    return beside(sqlite_engine, folder)


def let_go(engine: Engine, times: int = 1) -> Hold | None:
    """Hand over so many times; return what held the last one."""
    hold = None
    for _ in range(times):
        with writing(engine) as connection:
            hold = holds.hand_over(connection, EIGHT)
    return hold


def why(engine: Engine) -> str | None:
    """Return why nothing may leave, as status tells it."""
    with reading(engine) as connection:
        hold = holds.standing(connection, EIGHT)
    return hold.because if hold else None


def backed_up(engine: Engine, to: Path) -> Path:
    """Copy a SQLite database as its own backup does."""
    with (
        closing(sqlite3.connect(str(make_url(engine.url).database))) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
    return to


def restored(engine: Engine, backup: Path) -> None:
    """Put a backup in the database's place, as an operator does."""
    engine.dispose()
    path = Path(str(make_url(engine.url).database))
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    shutil.copy(backup, path)


def test_in_daily_life_nothing_is_held(marked: Engine, folder: Path) -> None:
    assert let_go(marked, 5) is None
    mark = mark_file.read(folder)

    assert why(marked) is None
    assert mark is not None
    assert mark.generation == 5


def test_the_first_start_and_an_update_are_not_held(marked: Engine) -> None:
    assert why(marked) is None
    assert let_go(marked) is None


def test_who_looks_while_something_is_handed_over_finds_nothing_held(
    marked: Engine,
) -> None:
    let_go(marked)
    with reading(marked) as connection:
        connection.execute(select(handover)).one()
        let_go(marked)

        assert holds.standing(connection, EIGHT) is None


def test_a_backup_restored_an_instant_later_is_held(
    sqlite: Engine, tmp_path: Path
) -> None:
    let_go(sqlite)
    backup = backed_up(sqlite, tmp_path / "backup.db")
    let_go(sqlite)
    restored(sqlite, backup)

    assert why(sqlite) == marks.OLDER
    assert let_go(sqlite) == Hold(EIGHT, marks.OLDER)


def test_a_backup_of_a_batch_that_was_being_sent_is_held(
    sqlite: Engine, tmp_path: Path
) -> None:
    a_planned_edition(sqlite, emails=3)
    with writing(sqlite) as connection:
        lease = send_batches.claim(connection, "a", EIGHT, LENGTH)
    assert lease is not None
    backup = backed_up(sqlite, tmp_path / "backup.db")
    with writing(sqlite) as connection:
        send_batches.finish(connection, lease, EIGHT)
    restored(sqlite, backup)

    assert why(sqlite) == marks.OLDER


def test_a_backup_after_which_nothing_left_goes_on(
    sqlite: Engine, tmp_path: Path
) -> None:
    let_go(sqlite, 2)
    backup = backed_up(sqlite, tmp_path / "backup.db")
    restored(sqlite, backup)

    assert why(sqlite) is None


def test_once_recognised_it_stays_held_whatever_the_mark_says_later(
    sqlite: Engine, folder: Path, tmp_path: Path
) -> None:
    let_go(sqlite)
    backup = backed_up(sqlite, tmp_path / "backup.db")
    let_go(sqlite)
    restored(sqlite, backup)
    holds.look(sqlite, EIGHT)
    (folder / NAME).unlink()
    let_go(sqlite, 3)

    assert why(sqlite) == marks.OLDER


def _by(*words: str) -> Callable[[Path, Path], None]:
    def act(folder: Path, other: Path) -> None:
        command = [word.format(folder=folder, other=other) for word in words]
        subprocess.run(["sh", "-c", " ".join(command)], check=True)  # noqa: S603, S607

    return act


@pytest.mark.parametrize(
    ("act", "because"),
    [
        pytest.param(_by("rm {folder}/*"), marks.MISSING, id="no mark"),
        pytest.param(
            _by("cp -r {folder} {other}; rm -r {folder}; mv {other} {folder}"),
            marks.COPIED,
            id="a copy",
        ),
        pytest.param(
            _by("cp -a {folder} {other}; rm -r {folder}; mv {other} {folder}"),
            marks.COPIED,
            id="a copy with its times",
        ),
        pytest.param(
            _by("cd {folder}; tar cf {other} .; rm *; tar xf {other}"),
            marks.COPIED,
            id="restored from an archive in its own place",
        ),
        pytest.param(
            _by("touch -t 202001010000 {folder}/" + NAME), marks.COPIED, id="touched"
        ),
        pytest.param(_by(": > {folder}/" + NAME), marks.UNREADABLE, id="emptied"),
        pytest.param(_by("echo 7 > {folder}/" + NAME), marks.UNREADABLE, id="words"),
        pytest.param(
            _by("mv {folder} {other}; mv {other} {folder}"), None, id="renamed"
        ),
        pytest.param(_by("chmod -R g+r {folder}"), None, id="another mode"),
        pytest.param(_by("chown -R $(id -u):$(id -g) {folder}"), None, id="an owner"),
        pytest.param(_by("cat {folder}/* > {other}"), None, id="read by a backup"),
    ],
)
def test_what_befalls_the_data_folder(
    sqlite: Engine,
    folder: Path,
    tmp_path: Path,
    act: Callable[[Path, Path], None],
    because: str | None,
) -> None:
    let_go(sqlite)
    act(folder, tmp_path / "other")

    assert why(sqlite) == because


def test_a_mark_of_another_database_is_none_of_ours(
    sqlite: Engine, folder: Path
) -> None:
    mark_file.write(folder, "another", 3)

    assert why(sqlite) == marks.OTHER


def test_who_commits_first_and_writes_last_does_not_set_the_mark_back(
    sqlite: Engine, folder: Path
) -> None:
    let_go(sqlite, 9)
    mark = mark_file.read(folder)
    assert mark is not None
    mark_file.write(folder, mark.database_id, 8)

    assert mark_file.read(folder) == mark


def test_a_folder_that_cannot_be_written_lets_nothing_leave(
    sqlite: Engine, folder: Path
) -> None:
    folder.mkdir()
    (folder / mark_file.LOCK_NAME).mkdir()

    with pytest.raises(StoreError, match="nothing is sent until it can"):
        let_go(sqlite)


def test_what_is_rolled_back_moves_no_mark(sqlite: Engine, folder: Path) -> None:
    def stumble(connection: Connection) -> None:
        holds.hand_over(connection, EIGHT)
        raise ZeroDivisionError

    let_go(sqlite)
    before = mark_file.read(folder)
    with pytest.raises(ZeroDivisionError), writing(sqlite) as connection:
        stumble(connection)

    assert mark_file.read(folder) == before


def test_a_persons_word_lets_it_go_on_and_is_on_record(
    sqlite: Engine, tmp_path: Path
) -> None:
    let_go(sqlite)
    backup = backed_up(sqlite, tmp_path / "backup.db")
    let_go(sqlite)
    restored(sqlite, backup)
    let_go(sqlite)
    by_ann = audit.acting_as(sqlite, "Ann (key)")
    lift = lifted(by_ann, EIGHT)
    with reading(sqlite) as connection:
        [act] = audit.latest(connection, 1)

    assert lift == Hold(EIGHT, marks.OLDER)
    assert act.line().endswith(f"let things leave again: since {_EIGHT}, {_BECAUSE}")
    assert let_go(sqlite, 3) is None
    assert why(sqlite) is None


_EIGHT = f"{EIGHT:%Y-%m-%d %H:%M} UTC"
_BECAUSE = f"because {marks.OLDER}"


def test_a_backup_from_before_a_resume_is_held_too(
    sqlite: Engine, tmp_path: Path
) -> None:
    let_go(sqlite)
    backup = backed_up(sqlite, tmp_path / "backup.db")
    let_go(sqlite)
    restored(sqlite, backup)
    lifted(sqlite, EIGHT)
    restored(sqlite, backup)

    assert why(sqlite) == marks.OLDER


@pytest.fixture
def server(postgresql_engine: Engine) -> Engine:
    """Return a database on a server."""
    return postgresql_engine


def set_back(engine: Engine, generation: int) -> None:
    """Do to a server's database what a dump restored into it does."""
    with writing(engine) as connection:
        connection.execute(update(handover).values(generation=generation))


def test_machines_with_folders_of_their_own_lag_behind_one_another(
    server: Engine, tmp_path: Path
) -> None:
    here, there = beside(server, tmp_path / "one"), beside(server, tmp_path / "two")
    let_go(here)
    let_go(there, 5)
    new = beside(server, tmp_path / "new")

    assert let_go(here) is let_go(there) is let_go(new) is None


def test_what_one_machine_recognises_holds_all_of_them(
    server: Engine, tmp_path: Path
) -> None:
    here, there = beside(server, tmp_path / "one"), beside(server, tmp_path / "two")
    let_go(here, 2)
    let_go(there, 2)
    set_back(server, 3)
    unknowing, recognising = why(here), let_go(there)

    assert unknowing is None
    assert recognising == Hold(EIGHT, marks.OLDER)
    assert why(here) == marks.OLDER


def test_after_a_resume_on_one_machine_the_marks_of_the_others_hold_nothing(
    server: Engine, tmp_path: Path
) -> None:
    here, there = beside(server, tmp_path / "one"), beside(server, tmp_path / "two")
    let_go(here, 2)
    let_go(there, 50)
    set_back(server, 1)
    let_go(there)
    lifted(here, EIGHT)

    assert let_go(here) is let_go(there) is None


@pytest.fixture
def copied(databases: Databases, server: Engine) -> Iterator[Engine]:
    """Yield a copy of the server's database, made once something was handed over."""
    let_go(server)
    server.dispose()
    name = make_url(server.url).database
    with databases.database(str(name)) as engine:
        yield engine


def test_a_copy_of_a_servers_database_is_held_without_any_mark(copied: Engine) -> None:
    assert let_go(copied) == Hold(EIGHT, marks.ANOTHER_DATABASE)
    assert lifted(copied, EIGHT) == Hold(EIGHT, marks.ANOTHER_DATABASE)
    assert let_go(copied) is None


def test_a_copy_made_before_anything_was_handed_over_is_held_too(
    databases: Databases, server: Engine
) -> None:
    with writing(server) as connection:
        holds.begin(connection)
    server.dispose()
    name = str(make_url(server.url).database)
    with databases.database(name) as copied:
        assert let_go(copied) == Hold(EIGHT, marks.ANOTHER_DATABASE)
    assert let_go(server) is None


def test_a_role_that_may_not_ask_the_server_is_told_by_the_database_alone(
    server: Engine,
) -> None:
    role = f"lowly_{os.getpid()}"
    with writing(server) as connection:
        for words in (
            "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
            "REVOKE EXECUTE ON FUNCTION pg_walfile_name(pg_lsn) FROM PUBLIC",
            f"CREATE ROLE {role} LOGIN",
            f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}",
        ):
            connection.execute(text(words))
    url = make_url(server.url).set(username=role)
    lowly = open_engine(url.render_as_string(hide_password=False))
    first = let_go(lowly)
    with writing(lowly) as connection:
        row = connection.execute(handover.select()).one()
    lowly.dispose()
    with writing(server) as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))

    assert first is None
    assert row.server["database"].isdigit()
    assert (row.server["system"], row.server["timeline"]) == (None, None)


def test_who_may_ask_knows_the_server(server: Engine) -> None:
    let_go(server)
    with reading(server) as connection:
        row = connection.execute(handover.select()).one()
        system = connection.exec_driver_sql(
            "SELECT system_identifier FROM pg_control_system()"
        ).scalar_one()

    assert row.server["system"] == str(system)
    assert row.server["timeline"] == "00000001"


@pytest.mark.parametrize(
    ("since_a_look", "is_held"),
    [
        pytest.param(DAY - MOMENT, False, id="just less than a day"),
        pytest.param(DAY, False, id="a day"),
        pytest.param(DAY + MOMENT, True, id="just more than a day"),
    ],
)
def test_who_sends_asks_when_a_timetable_last_looked(
    engine: Engine,
    since_a_look: timedelta,
    is_held: bool,  # noqa: FBT001 - a column of the table
) -> None:
    a_planned_edition(engine)
    holds.check_in(engine, EIGHT - since_a_look)
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "a", EIGHT, LENGTH)

    assert (lease is None) is is_held
    assert why(engine) == (holds.SLEPT if is_held else None)


def test_who_never_had_a_timetable_is_not_asked_when_it_looked(engine: Engine) -> None:
    a_planned_edition(engine)
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "a", EIGHT + 300 * DAY, LENGTH)

    assert lease is not None


def test_a_person_may_hold_everything_also_what_is_leased(engine: Engine) -> None:
    a_planned_edition(engine)
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "a", EIGHT, LENGTH)
        assert lease is not None
    holds.pause(engine, EIGHT)
    with writing(engine) as connection:
        lost = send_batches.renew(connection, [lease], EIGHT, LENGTH)

    assert lost == [lease]
    assert why(engine) == holds.PAUSED
    with (
        pytest.raises(HeldError, match="digest resume"),
        holds.handing_over(engine, EIGHT),
    ):
        pytest.fail("nothing may leave")


def test_every_second_word_of_a_hold_keeps_the_first(engine: Engine) -> None:
    first = holds.pause(engine, EIGHT)
    second = holds.pause(engine, EIGHT + DAY)

    assert first == second == Hold(EIGHT, holds.PAUSED)


@pytest.mark.parametrize(
    ("zone", "since"),
    [("UTC", "08:00 UTC"), ("Europe/London", "09:00 BST")],
)
def test_a_hold_says_since_when_by_the_clock_of_those_who_read_it(
    sqlite: Engine, zone: str, since: str
) -> None:
    theirs = holds.told_in(sqlite, zone)
    words = f"nothing is sent since Monday 6 July 2026, {since}: {holds.PAUSED}. "
    assert holds.pause(theirs, EIGHT).words.startswith(words)
    with reading(theirs) as connection, pytest.raises(HeldError, match=words):
        holds.refuse_if_held(connection, EIGHT)


def test_the_mark_is_for_its_owner_alone(sqlite: Engine, folder: Path) -> None:
    let_go(sqlite)

    assert (folder / NAME).stat().st_mode & 0o777 == 0o600


def test_a_kill_at_any_step_leaves_a_mark_that_tells(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    a_planned_edition(engine, emails=2)
    engine.dispose()
    url = make_url(engine.url).render_as_string(hide_password=False)
    program = (sys.executable, "-m", "tests.integration.handover_process")
    run = subprocess.run(  # noqa: S603 - our own program
        [*program, url, folder, tmp_path / "wire"],
        capture_output=True,
        text=True,
        check=False,
    )
    kills = [json.loads(line) for line in run.stdout.splitlines()]

    assert run.returncode == 0, run.stderr
    assert len(kills) > 20
    assert [kill["left"] for kill in kills] == sorted(kill["left"] for kill in kills)
    for kill in kills:
        # It goes on by itself, and a backup from before is told once anything left.
        assert kill["after"]["hold"] == ""
        assert kill["after"]["file"] <= kill["after"]["database"]
        assert (kill["after"]["file"] > kill["before"]["database"]) >= kill["left"]


@pytest.fixture(params=["slept", "paused"])
def barred(request: pytest.FixtureRequest, engine: Engine) -> Engine:
    """Return a database of which nothing may leave, with an approved edition."""
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    a_reader(engine, "bob", email=None, format="letter", address=["1 Example Street"])
    posts_accepted(engine, [a_post()])
    with writing(engine) as connection:
        slot = editions.Slot(1, schedule_id(engine, "daily"), EIGHT)
        moves.open_at(connection, slot, EIGHT)
    lifecycle.freeze(engine, 1, EIGHT)
    lifecycle.approve(engine, 1, EIGHT)
    if request.param == "paused":
        holds.pause(engine, EIGHT)
    else:
        holds.check_in(engine, EIGHT - 3 * DAY)
    return engine


def copies_of(engine: Engine) -> int:
    with reading(engine) as connection:
        return sum(copies.counts(connection, 1).values())


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda e: plan(e, 1, EIGHT), id="planning"),
        pytest.param(
            lambda e: publishing.publish(e, "lantern-week", "daily", EIGHT + HOUR),
            id="an edition by hand",
        ),
        pytest.param(
            lambda e: publishing.approve(e, 1, "Ann", EIGHT), id="an approval"
        ),
    ],
)
def test_nobody_is_planned_while_nothing_may_leave(
    barred: Engine, act: Callable[[Engine], object]
) -> None:
    with pytest.raises(HeldError, match="digest resume"):
        act(barred)

    assert copies_of(barred) == 0


def test_the_timetable_opens_and_plans_nothing_while_nothing_may_leave(
    barred: Engine,
) -> None:
    publishing.publish_due(barred, Fetcher(), EIGHT + 9 * HOUR)
    with reading(barred) as connection:
        [edition] = editions.of_campaign(connection, 1)

    assert edition.state is EditionState.APPROVED
    assert copies_of(barred) == 0


def test_letters_are_neither_made_nor_sealed_while_nothing_may_leave(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)
    room = PrintRoom(engine, tmp_path, laid, lambda: EIGHT)
    first = room.make(planned.id).batch
    assert first is not None
    holds.check_in(engine, EIGHT - 3 * DAY)
    for act in (room.make, room.make_all):
        with pytest.raises(HeldError):
            act(planned.id)
    with pytest.raises(HeldError):
        room.seal(first.id)
    with reading(engine) as connection:
        [batch] = print_batches.listed(connection)

    assert batch.state is PrintBatchState.OPEN


def test_what_comes_to_hold_while_letters_are_laid_keeps_them_back(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=0, letters=2)

    def lay(edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
        holds.pause(engine, EIGHT)
        return laid(edition_id, letters)

    with pytest.raises(HeldError):
        PrintRoom(engine, tmp_path, lay, lambda: EIGHT).make(planned.id)

    assert [*tmp_path.rglob("*.pdf")] == []


def laid(_edition_id: int, _letters: Sequence[DueCopy]) -> LaidOutLetters:
    return LaidOutLetters(b"%PDF", b"manifest", 1)
