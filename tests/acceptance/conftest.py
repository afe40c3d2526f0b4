"""The program as its user runs it: a folder, an environment, a command."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.commands import Commands, commands

Command = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="session")
def program() -> Iterator[Commands]:
    """Yield what runs `digest` in any folder."""
    with commands() as program:
        yield program


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder in which there is nothing yet."""
    return tmp_path


@pytest.fixture
def digest(home: Path, program: Commands) -> Command:
    """Return a function that runs `digest` with those words and returns how it went."""
    return partial(program.run, home)
