"""A print batch's files: what is not published leaves nothing behind."""

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from digest.deliver.printing.print_files import staged

KILLED = """
import os, signal, sys
from pathlib import Path
from digest.deliver.printing.print_files import staged
with staged(Path(sys.argv[1]), {"letters": b"Ann Example, 1 Example Street"}):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_no_address(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", KILLED, str(tmp_path / "print")], check=False
    )

    assert done.returncode == -signal.SIGKILL
    assert [*(tmp_path / "print").iterdir()] == []


def test_published_files_are_whole_and_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "letters.pdf"
    path.write_bytes(b"an older one")

    with staged(tmp_path, {"letters": b"new", "other": b"not published"}) as files:
        assert [*tmp_path.glob("*.pdf")] == [path]
        files.publish({"letters": path})

    assert [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_others_left_is_cleared_and_what_they_write_is_not(
    tmp_path: Path,
) -> None:
    stale = tmp_path / ".letters-0badcafe.part"
    stale.write_bytes(b"Ann Example, 1 Example Street")

    with (
        staged(tmp_path, {"letters": b"one"}) as first,
        staged(tmp_path, {"letters": b"two"}) as second,
    ):
        first.publish({"letters": tmp_path / "1.pdf"})
        second.publish({"letters": tmp_path / "2.pdf"})

    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.pdf", "2.pdf"]


@pytest.mark.parametrize("handles", [1, 8])
def test_no_handle_stays_open(tmp_path: Path, handles: int) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(handles):
        with staged(tmp_path, {"letters": b"x", "manifest": b"y"}):
            pass

    assert len([*Path("/proc/self/fd").iterdir()]) == before
