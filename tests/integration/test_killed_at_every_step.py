"""What is done to an edition, killed at many of its steps: `--steps` takes them all."""

import subprocess
import sys

import pytest

from tests.kills.steps import ACTS
from tests.postgres import programs

# A kill on a server costs a copy of its database.
MOST = {"sqlite": 3, "postgresql": 2}


@pytest.mark.parametrize("database", sorted(MOST))
def test_a_kill_at_any_step_leaves_nothing_half_lost_or_repeated(database: str) -> None:
    if database == "postgresql" and programs() is None:
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    # A process of its own: the one that runs the tests has threads, and it forks.
    options = ["--steps", str(MOST[database]), "--databases", database]
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.kills", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [line.strip("| ").split(" | ") for line in run.stdout.splitlines()[2:]]

    assert run.returncode == 0, run.stdout + run.stderr
    assert [row[1] for row in rows] == [act.name for act in ACTS]
    for _, act, steps, kills, remains, *broken in rows:
        assert int(kills) == min(MOST[database], int(steps)) > 0
        # Some kills come before it is committed, and one after.
        assert int(remains) > 1, act
        assert broken == ["0"] * 4
