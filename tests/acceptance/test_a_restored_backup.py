"""A backup is put back: nothing leaves, by whatever command, until a person says so."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.acceptance.conftest import Command
from tests.commands import environment

CAMPAIGN = """
[campaign]
name = "lantern"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
[[source]]
name = "notes"
kind = "folder"
path = "notes"
[[schedule]]
name = "daily"
at = "03:00"
default = true
[letter]
sender = ["Lantern Week", "1 Example Street"]
"""
PEOPLE = """name,email,address_1,address_2,postcode
Ann Example,ann@example.org,,,
Bo Sample,,2 Example Street,EXAMPLETON,ZZ99 1AB
"""
NOTHING = "nothing is sent since"


def backup(home: Path, to: str) -> None:
    with (
        closing(sqlite3.connect(home / "var" / "digest.db")) as source,
        closing(sqlite3.connect(home / to)) as target,
    ):
        source.backup(target)


def restore(home: Path, of: str) -> None:
    for ending in ("-wal", "-shm"):
        (home / "var" / f"digest.db{ending}").unlink(missing_ok=True)
    shutil.copy(home / of, home / "var" / "digest.db")


def inbox(home: Path) -> int:
    return len([*(home / "var" / "inbox").glob("new/*")])


def letters(home: Path) -> int:
    return len([*(home / "var" / "print").rglob("*.pdf")])


@pytest.fixture
def planned(home: Path, digest: Command) -> int:
    """Make an edition for a reader by email and one by post; return its number."""
    notes = home / "notes"
    notes.mkdir()
    note = notes / "one.md"
    note.write_text("# Kettles\n\nThe kettle is on.\n")
    # What was written just now may be half of what it will be, and waits.
    os.utime(note, (time.time() - 60,) * 2)
    (home / "lantern.toml").write_text(CAMPAIGN)
    (home / "people.csv").write_text(PEOPLE)
    digest("init")
    assert digest("campaign", "apply", "lantern.toml").returncode == 0
    digest("subscribers", "import", "people.csv", "--list", "lantern")
    assert digest("gather").returncode == 0
    run = digest("edition", "run", "lantern")
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


@pytest.fixture
def restored(home: Path, digest: Command, planned: int) -> int:
    """Return the number of an edition that was sent, and is planned once more."""
    backup(home, "backup.db")
    sent = digest("work", "--until-done")
    assert sent.returncode == 0, sent.stdout
    assert (inbox(home), letters(home)) == (1, 1)
    restore(home, "backup.db")
    return planned


def test_every_command_that_lets_things_leave_holds_back_and_says_so(
    home: Path, digest: Command, restored: int
) -> None:
    ends = [
        digest("work", "--until-done"),
        digest("edition", "run", "lantern"),
        digest("print", "make", str(restored)),
        digest("print", "make", str(restored)),
        digest("work", "--until-done", "--json"),
    ]
    status = digest("status").stdout
    audit = digest("audit").stdout

    assert [end.returncode for end in ends] == [1] * 5
    assert all("restored from a backup" in end.stdout + end.stderr for end in ends)
    assert all("digest resume" in end.stdout + end.stderr for end in ends)
    assert "broken: Nothing is sent since" in status
    assert audit.count("held everything back") == 1
    assert (inbox(home), letters(home)) == (1, 1)


def test_a_database_that_slept_for_three_days_is_held_by_every_command(
    home: Path, digest: Command, planned: int
) -> None:
    path = home / "var" / "digest.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        looked_at = datetime.now(UTC) - timedelta(days=3)
        connection.execute(
            "INSERT INTO watch (id, looked_at) VALUES (1, ?)",
            (looked_at.replace(tzinfo=None).isoformat(" "),),
        )
    ends = [
        digest("work", "--until-done"),
        digest("edition", "run", "lantern"),
        digest("print", "make", str(planned)),
    ]
    resume = digest("resume")

    assert [end.returncode for end in ends] == [1] * 3
    assert all("no timetable had looked" in end.stdout + end.stderr for end in ends)
    assert resume.returncode == 1
    assert (inbox(home), letters(home)) == (0, 0)


@pytest.mark.usefixtures("restored")
def test_what_runs_by_itself_sends_nothing_and_says_so(home: Path) -> None:
    log = home / "log"
    with log.open("wb") as stderr:
        serve = subprocess.Popen(
            [sys.executable, "-m", "digest", "serve", "--port", "0"],
            cwd=home,
            env=environment(home),
            stderr=stderr,
        )
    try:
        # Both parts have looked by then, and the worker would have sent.
        deadline = time.monotonic() + 60
        while log.read_text().count(NOTHING) < 2:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    finally:
        serve.terminate()
        serve.wait(60)

    assert (inbox(home), letters(home)) == (1, 1)


def test_without_an_answer_resume_shows_what_would_go_and_changes_nothing(
    home: Path, digest: Command, restored: int
) -> None:
    looked = digest("resume")
    work = digest("work", "--until-done")

    assert looked.returncode == 1
    assert f"rehearsal {restored} of daily" in looked.stdout
    assert "2 copies (1 by email, 1 by post)" in looked.stdout
    for choice in ("--they-had-it", "--from DATE", "--had FILE", "--send"):
        assert choice in looked.stderr
    assert work.returncode == 1
    assert (inbox(home), letters(home)) == (1, 1)


def test_who_had_it_gets_nothing_again_and_what_is_new_goes(
    home: Path, digest: Command, restored: int
) -> None:
    tried = digest("resume", "--they-had-it", "--dry-run")
    resumed = digest("resume", "--they-had-it")
    again = digest("resume", "--they-had-it")
    digest("work", "--until-done")

    assert tried.returncode == resumed.returncode == again.returncode == 0
    for stdout in (tried.stdout, resumed.stdout):
        assert f"rehearsal {restored}: 2 copies had already" in stdout
    assert "it was not waiting" in again.stdout
    assert inbox(home) == 1
    audit = digest("audit").stdout
    assert audit.count("let things leave again") == 1
    assert "answer they had it, copies had 2" in audit


def test_the_mail_servers_record_says_who_had_it(
    home: Path, digest: Command, restored: int
) -> None:
    [email] = (home / "var" / "inbox").glob("new/*")
    message_id = message_from_bytes(email.read_bytes())["Message-ID"]
    (home / "took").write_text(f"{message_id}\nrubbish\n")
    (home / "empty").write_text("rubbish\n")
    refused = digest("resume", "--had", "empty")
    resumed = digest("resume", "--had", "took", "--json")
    digest("work", "--until-done")

    assert refused.returncode == 1
    assert "names no copy of ours" in refused.stderr
    facts = json.loads(resumed.stdout)
    assert facts["copies_had"] == {str(restored): 1}
    assert [fault["line"] for fault in facts["faults"]] == [2]
    assert inbox(home) == 1


def test_who_says_send_sends_it(home: Path, digest: Command, restored: int) -> None:
    resumed = digest("resume", "--send")
    sent = digest("work", "--until-done")
    ids = [
        message_from_bytes(email.read_bytes())["Message-ID"]
        for email in (home / "var" / "inbox").glob("new/*")
    ]

    assert restored
    assert (resumed.returncode, sent.returncode) == (0, 0)
    # A repeat, and recognisable as one.
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--they-had-it", "--send"], id="two answers"),
        pytest.param(["--from", "last Tuesday"], id="no date"),
    ],
)
def test_an_answer_that_is_none_is_refused(digest: Command, words: list[str]) -> None:
    digest("init")

    assert digest("resume", *words).returncode == 2


def test_a_demo_may_be_had_again_and_again(digest: Command) -> None:
    ends = [digest("demo", "--once").returncode for _ in range(2)]

    assert ends == [0, 0]


def test_a_new_installation_in_an_old_folder_is_not_held(
    home: Path, digest: Command, planned: int
) -> None:
    digest("work", "--until-done")
    for file in (home / "var").glob("digest.db*"):
        file.unlink()
    digest("init")
    digest("campaign", "apply", "lantern.toml")

    assert planned
    assert digest("work", "--until-done").returncode == 0
