"""A disk that is full, a database that is locked or damaged: nothing goes unrecorded.

The faults are real ones: a small file system of the test's own, another
process that holds the lock, a log that was cut. In each the sender stops with
words for staff, and goes on once the trouble is over.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from shutil import which

import pytest
from sqlalchemy import Engine, text

from digest.deliver.inbox.maildir import Inbox
from digest.deliver.inbox.server import running
from digest.deliver.printing.print_room import PrintRoom
from digest.deliver.sending.run_state import RunTally
from digest.errors import StoreError
from digest.schedule.delivery.dispatch import EmbeddedDispatcher
from digest.schedule.delivery.worker import Work
from digest.store.base.engine import open_engine, reading
from digest.store.migrate import migrate
from tests.builders import EIGHT
from tests.commands import environment
from tests.fakes.carrier import ScriptedCarrier
from tests.rows import a_planned_edition, states
from tests.storage import (
    ACCEPTED,
    HANDING_OVER,
    READERS,
    Rounds,
    a_disk,
    a_sender,
    assert_goes_on,
    assert_nothing_unrecorded,
    at_copy,
    fill,
    no_letters,
    recorded,
)

PROGRAM = Path(__file__).with_name("sender_process.py")
_ID = re.compile(rb"^Message-ID: <(\d+)\.\w+\.\w+@", re.MULTILINE)
_LOCK = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
held.execute("ROLLBACK")
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder that is a file system of its own, of 4 MB."""
    with a_disk(tmp_path / "disk", megabytes=4) as place:
        yield place


@cache
def _migrated() -> bytes:
    """Return the file of a database as it is before anything is in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digest.db"
        engine = open_engine(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()
        return path.read_bytes()


@contextmanager
def a_database(place: Path, lock_wait_ms: int = 100) -> Iterator[Engine]:
    """Yield a migrated database in a folder."""
    path = place / "digest.db"
    if not path.exists():
        path.write_bytes(_migrated())
    engine = open_engine(f"sqlite:///{path}", lock_wait_ms)
    try:
        yield engine
    finally:
        engine.dispose()


def test_a_full_disk_stops_the_sender_before_anything_goes_unrecorded(
    disk: Path,
) -> None:
    with a_database(disk) as engine:
        a_planned_edition(engine, emails=READERS)
        filler = disk / "filler"
        carrier = ScriptedCarrier(on_wire=at_copy(10, lambda: fill(filler)))

        with pytest.raises(StoreError, match="disk is full: make room"):
            a_sender(engine, carrier).send_due(threading.Event())
        assert len(carrier.copies) < READERS
        assert_nothing_unrecorded(engine, carrier)
        filler.unlink()
        assert_goes_on(engine, carrier)


def test_a_disk_that_is_full_at_the_start_is_told_as_that(disk: Path) -> None:
    with a_database(disk) as engine:
        fill(disk / "filler")
        with (
            pytest.raises(StoreError, match="disk is full: make room"),
            reading(engine) as connection,
        ):
            connection.execute(text("SELECT * FROM campaign"))
        (disk / "filler").unlink()
        with reading(engine) as connection:
            connection.execute(text("SELECT * FROM campaign"))


def test_a_command_whose_words_find_no_room_says_so(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "digest", "settings"],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        "digest: the disk is full: make room, then run the command again\n"
    )


def test_on_a_disk_that_is_read_only_nothing_leaves(disk: Path) -> None:
    carrier = ScriptedCarrier()
    with a_database(disk) as engine:
        a_planned_edition(engine, emails=READERS)
        engine.dispose()
        _remount(disk, "ro")
        with pytest.raises(StoreError, match=r"cannot be (written|opened)"):
            a_sender(engine, carrier).send_due(threading.Event())
        assert carrier.copies == []
        _remount(disk, "rw")
        engine.dispose()
        assert_goes_on(engine, carrier)


def test_a_lock_held_longer_than_we_wait_stops_the_sender(tmp_path: Path) -> None:
    with a_database(tmp_path) as engine, _locker(tmp_path) as (lock, unlock):
        a_planned_edition(engine, emails=READERS)
        carrier = ScriptedCarrier(on_wire=at_copy(10, lock))

        with pytest.raises(StoreError, match="locked by another program"):
            a_sender(engine, carrier).send_due(threading.Event())
        assert len(carrier.copies) < READERS
        assert_nothing_unrecorded(engine, carrier)
        unlock()
        assert_goes_on(engine, carrier)


def test_a_lock_held_for_less_is_waited_for(tmp_path: Path) -> None:
    with (
        a_database(tmp_path, lock_wait_ms=30_000) as engine,
        _locker(tmp_path) as (lock, unlock),
    ):
        a_planned_edition(engine, emails=READERS)

        def lock_for_a_while() -> None:
            lock()
            threading.Timer(0.5, unlock).start()

        carrier = ScriptedCarrier(on_wire=at_copy(10, lock_for_a_while))
        tally = a_sender(engine, carrier).send_due(threading.Event())
        assert tally == RunTally(accepted=READERS)
        assert len(carrier.copies) == READERS


def test_work_says_why_it_stopped_and_goes_on_when_the_lock_is_gone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with a_database(tmp_path) as engine, _locker(tmp_path) as (lock, unlock):
        a_planned_edition(engine, emails=READERS)
        carrier = ScriptedCarrier()
        sender = replace(a_sender(engine, carrier), clock=lambda: EIGHT)
        letters = PrintRoom(engine, tmp_path, no_letters, lambda: EIGHT)
        work = Work(engine, lambda: sender, lambda: letters, lambda: EIGHT)
        lock()
        rounds = Rounds({2: unlock}, most=3)
        with EmbeddedDispatcher().supply(rounds) as supply:
            list(work.rounds(rounds, lambda: True, supply))

        assert "work stopped short why=the database is locked" in caplog.text
        assert len(recorded(engine, ACCEPTED)) == READERS == len(carrier.copies)


@pytest.mark.parametrize("tail", [b"\0" * 5000, os.urandom(5000), b"7"])
def test_a_log_with_rubbish_at_its_end_keeps_every_commit(
    tmp_path: Path, tail: bytes
) -> None:
    with running(Inbox(tmp_path / "inbox")) as url:
        _killed(tmp_path, url)
        before = _states_in_a_copy(tmp_path)
        with _log(tmp_path).open("ab") as log:
            log.write(tail)
        with a_database(tmp_path) as engine:
            assert recorded(engine, ACCEPTED) == before
            assert _integrity(engine) == "ok"
        assert _run(tmp_path, url) == 0
        _assert_all_arrived(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_log_cut_short_repeats_what_it_forgot_and_loses_nobody(
    tmp_path: Path, share: float
) -> None:
    with running(Inbox(tmp_path / "inbox")) as url:
        _killed(tmp_path, url)
        whole = _states_in_a_copy(tmp_path)
        os.truncate(_log(tmp_path), int(_log(tmp_path).stat().st_size * share))
        with a_database(tmp_path) as engine:
            assert _integrity(engine) == "ok"
            remembered = recorded(engine, ACCEPTED)
        assert remembered.keys() <= whole.keys()
        assert _run(tmp_path, url) == 0
        _assert_all_arrived(tmp_path)


def test_a_disk_that_fails_to_sync_stops_the_sender_and_loses_nobody(
    tmp_path: Path,
) -> None:
    fiu = which("fiu-run")
    if fiu is None:
        pytest.skip("no libfiu on this machine: apt-get install fiu-utils")
    failing = "enable_random name=posix/io/sync/fdatasync,probability=0.2"
    with running(Inbox(tmp_path / "inbox")) as url:
        with a_database(tmp_path) as engine:
            a_planned_edition(engine, emails=READERS)
        # With one connection a commit a copy: one in sixty is as good as certain.
        assert _run(tmp_path, url, connections=1, within=(fiu, "-x", "-c", failing))
        with a_database(tmp_path) as engine:
            arrived = _arrived(tmp_path).keys()
            assert recorded(engine, ACCEPTED).keys() <= arrived, "never went"
            assert arrived <= recorded(engine, ACCEPTED, HANDING_OVER).keys()
        assert "the database cannot be used: disk I/O error" in _stderr(tmp_path)
        assert _run(tmp_path, url) == 0
        _assert_all_arrived(tmp_path)


def _killed(place: Path, url: str) -> None:
    """Leave behind what a sender leaves that is killed in the middle of a run."""
    with a_database(place) as engine:
        a_planned_edition(engine, emails=READERS)
    assert _run(place, url, kill_after=READERS // 2) == -signal.SIGKILL
    assert _log(place).stat().st_size


def _run(
    place: Path,
    url: str,
    kill_after: int = 0,
    connections: int = 4,
    within: tuple[str, ...] = (),
) -> int:
    """Send in a process of its own; return its exit status."""
    database = f"sqlite:///{place}/digest.db"
    words = [*within, sys.executable, str(PROGRAM), database, url, str(connections)]
    with (
        (place / "stderr").open("wb") as stderr,
        subprocess.Popen(  # noqa: S603 - our own program
            words,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        ) as process,
    ):
        assert process.stdout is not None
        for ended, _ in enumerate(process.stdout, start=1):
            if ended == kill_after:
                process.send_signal(signal.SIGKILL)
                break
    return process.returncode


def _stderr(place: Path) -> str:
    return (place / "stderr").read_text()


def _log(place: Path) -> Path:
    return place / "digest.db-wal"


def _states_in_a_copy(place: Path) -> dict[str, int]:
    """Return what is recorded, without touching the log: to look is to clear it."""
    copy = place / "copy"
    copy.mkdir()
    for name in ("digest.db", "digest.db-wal"):
        shutil.copy(place / name, copy / name)
    with a_database(copy) as engine:
        return recorded(engine, ACCEPTED)


def _integrity(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(connection.scalar(text("PRAGMA integrity_check")))


def _arrived(place: Path) -> Counter[str]:
    inbox = Inbox(place / "inbox")
    sources = (inbox.read(message.key).source for message in inbox.messages())
    return Counter(f"{m[1].decode()}.1" for m in map(_ID.search, sources) if m)


def _assert_all_arrived(place: Path) -> None:
    with a_database(place) as engine:
        assert states(engine, 1) == {ACCEPTED: READERS}
        assert _arrived(place).keys() == recorded(engine, ACCEPTED).keys()


@contextmanager
def _locker(place: Path) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """Yield how another process takes the database's lock, and lets it go."""
    processes: list[subprocess.Popen[bytes]] = []

    def lock() -> None:
        words = [sys.executable, "-c", _LOCK, str(place / "digest.db")]
        processes.append(
            subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own words
        )
        assert processes[0].stdout is not None
        assert processes[0].stdout.readline() == b"locked\n"

    def unlock() -> None:
        if processes:
            processes.pop().communicate(b"\n", timeout=10)

    try:
        yield lock, unlock
    finally:
        unlock()


def _remount(disk: Path, how: str) -> None:
    words = [which("mount") or "mount", "-o", f"remount,{how}", str(disk)]
    subprocess.run(words, check=True)  # noqa: S603 - mount, as found
