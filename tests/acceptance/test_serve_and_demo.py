"""The two commands a newcomer types: the demo, and the program left running."""

import signal
import socket
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.acceptance.conftest import Command
from tests.acceptance.test_two_timetables import CAMPAIGN, wait_until
from tests.commands import environment


def test_the_demo_reaches_everyone_it_can_and_says_whom_it_cannot(
    home: Path, digest: Command
) -> None:
    first = digest("demo", "--once", "--dir", "demo")
    again = digest("demo", "--once", "--dir", "demo")

    assert first.returncode == 0, first.stderr
    assert again.returncode == 0, again.stderr
    assert "14 readers added, 0 rows refused" in again.stderr
    assert "7 accepted" in again.stderr
    assert "NOT served: Edwin Pascoe" in again.stderr
    assert "2 calls to make: /post/calls" in again.stderr
    assert len(list((home / "demo" / "inbox" / "new").iterdir())) == 7
    assert len(list((home / "demo" / "print").rglob("letters-1.pdf"))) == 1


def test_a_call_of_the_demo_is_made_by_hand(home: Path, digest: Command) -> None:
    digest("demo", "--once", "--dir", "var")
    answers = {
        ("list",): "Dorothy Unwin  01632 960113",
        ("outcome", "13.1", "no-answer"): "call 13.1: No answer, again on ",
        ("outcome", "13.1", "spoken", "--note", "The bus"): "call 13.1: Spoken to\n",
        ("undo", "13.1"): "call 13.1: taken back: Spoken to",
        ("sheet", "1", "-o", "sheet.pdf"): "sheet.pdf",
    }

    for words, answer in answers.items():
        assert answer in digest("calls", *words).stdout
    refused = digest("calls", "outcome", "14.1", "stop")
    assert (refused.returncode, "to practise with" in refused.stderr) == (1, True)
    wrong = digest("calls", "outcome", "14.1", "later", "--at", "half past")
    assert (wrong.returncode, "not a time of day" in wrong.stderr) == (2, True)
    assert (home / "sheet.pdf").read_bytes().startswith(b"%PDF")


def test_the_demo_leaves_a_real_database_alone(digest: Command) -> None:
    digest("init")
    done = digest("demo", "--once", "--dir", "var")

    assert done.returncode == 1
    assert "no demo's" in done.stderr
    assert digest("status").returncode == 0


def test_a_port_that_is_taken_is_told_before_anything_is_done(
    home: Path, digest: Command
) -> None:
    digest("init")
    before = sorted(home.rglob("*"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        for command in ("serve", "web", "demo"):
            refused = digest(command, "--port", str(port))

            assert (refused.returncode, refused.stdout) == (1, "")
            assert refused.stderr == (
                f"digest: pages cannot be served on 127.0.0.1, port {port} (Address "
                "already in use): end what listens there, or say another port with "
                "--port\n"
            )
    assert sorted(home.rglob("*")) == before


def test_a_number_that_nothing_can_have_is_told_and_gives_no_traceback(
    digest: Command,
) -> None:
    digest("init")
    done = digest("deliveries", f"{2**70}")

    assert done.returncode == 1
    assert done.stderr == "digest: there is nothing of so large a number\n"


def test_the_demo_clears_nothing_that_somebody_has_added(digest: Command) -> None:
    digest("demo", "--once", "--dir", "var")
    refused = digest("init")
    digest("list", "create", "our-own")
    done = digest("demo", "--once", "--dir", "var")

    assert "holds the demo" in refused.stderr
    assert done.returncode == 1
    assert "our-own: 0 subscribed" in digest("list", "show", "our-own").stdout


def test_personal_data_is_for_its_owner_alone(home: Path, digest: Command) -> None:
    digest("init")

    assert (home / "var").stat().st_mode & 0o077 == 0
    assert (home / "var" / "digest.db").stat().st_mode & 0o077 == 0
    assert (home / ".env").stat().st_mode & 0o077 == 0


def test_what_is_left_running_publishes_at_its_slot(
    home: Path, digest: Command
) -> None:
    (home / "notes").mkdir()
    (home / "notes" / "one.md").write_text("# The kettle is on\n\nCome in.\n")
    (home / "people.csv").write_text("name,email\nAnn,ann@example.org\n")
    digest("init")
    slot = datetime.now(UTC) + timedelta(seconds=6)
    at = f"{slot.astimezone(ZoneInfo('Europe/London')):%H:%M:%S}"
    (home / "c.toml").write_text(CAMPAIGN.format(name="c", at=at))
    assert digest("campaign", "apply", "c.toml").returncode == 0
    digest("subscribers", "import", "people.csv", "--list", "lantern")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "digest", "serve", "--port", str(port)],
        cwd=home,
        env=environment(home),
        stderr=subprocess.PIPE,
    )
    inbox = home / "var" / "inbox" / "new"
    try:
        wait_until(lambda: inbox.is_dir() and any(inbox.iterdir()), 120)
        arrived = datetime.now(UTC)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/desk") as page:
            today = page.read().decode()
    finally:
        served.send_signal(signal.SIGTERM)
        words = served.communicate(timeout=60)[1].decode()

    assert arrived >= slot
    assert "Rehearsal: " in today
    assert "Traceback" not in words
