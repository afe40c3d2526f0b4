"""The program as its user runs it: a folder, an environment, a command."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a command: its data directory and no other setting."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("DIGEST_")}
    return others | {"DIGEST_DATA_DIR": str(home / "var"), "COLUMNS": "80"}


def run_digest(
    home: Path, *words: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run `digest` in a folder, with no setting but its data directory and these."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "digest", *words],
        cwd=home,
        env=environment(home) | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder in which there is nothing yet."""
    return tmp_path


@pytest.fixture
def digest(home: Path) -> Command:
    """Return a function that runs `digest` with those words and returns how it went."""
    return partial(run_digest, home)
