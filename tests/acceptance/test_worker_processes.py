"""Workers side by side: each sends, one that dies is replaced, all stop together."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from digest.cli.service.worker_processes import shares
from digest.settings import Settings
from tests.acceptance.conftest import Command
from tests.acceptance.test_a_clean_stop import started
from tests.fakes.mail_server import mail_server

MOST_SECONDS = 60


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    """Return the processes that one has started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {*map(int, children.split())}


def is_running(process_id: int) -> bool:
    """Whether there is such a process that has not ended."""
    stat = Path(f"/proc/{process_id}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def await_that(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = monotonic() + MOST_SECONDS
    while not holds():
        assert monotonic() < until
        sleep(0.05)


def test_one_that_dies_is_replaced_and_all_stop_together(
    home: Path, digest: Command
) -> None:
    digest("init")
    with (
        mail_server() as server,
        started(home, server, "work", "--processes", "2") as process,
    ):
        await_that(lambda: len(workers_of(process)) == 2)
        first = workers_of(process)
        os.kill(min(first), signal.SIGKILL)
        await_that(lambda: len(workers_of(process) - first) == 1)
        every = first | workers_of(process)
        process.send_signal(signal.SIGTERM)

        assert process.wait(MOST_SECONDS) == 0
        assert not [each for each in every if is_running(each)]


def test_where_the_first_is_killed_the_others_end(home: Path, digest: Command) -> None:
    digest("init")
    with (
        mail_server() as server,
        started(home, server, "work", "--processes", "2") as process,
    ):
        await_that(lambda: len(workers_of(process)) == 2)
        workers = workers_of(process)
        process.kill()
        await_that(lambda: not any(map(is_running, workers)))


@pytest.mark.parametrize(
    ("words", "database", "share"),
    [
        ("1", "sqlite:///x.db", [8]),
        ("auto", "sqlite:///x.db", [8]),
        ("3", "sqlite:///x.db", [3, 3, 2]),
        ("3", "postgresql+psycopg:///x", [3, 3, 2]),
        ("64", "postgresql+psycopg:///x", [1] * 8),
    ],
)
def test_they_share_out_the_connections(
    words: str, database: str, share: list[int]
) -> None:
    settings = Settings.model_validate({"database_url": database})

    assert shares(words, settings) == share


@pytest.mark.parametrize("words", ["0", "-1", "65", "many", "1.5", ""])
def test_what_is_no_number_of_them_is_a_usage_error(
    digest: Command, words: str
) -> None:
    digest("init")
    refused = digest("work", f"--processes={words}")

    assert refused.returncode == 2
    assert "a number up to 64, or auto" in refused.stderr
