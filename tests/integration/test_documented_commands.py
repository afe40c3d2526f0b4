"""The commands in the documentation and those of the program are the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from digest.cli.main import app

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `digest ([^`]+)` \|", REFERENCE, re.MULTILINE)
EXAMPLES = [
    line.removeprefix("digest ").strip()
    for page in sorted(DOCS.rglob("*.md"))
    for line in page.read_text(encoding="utf-8").splitlines()
    if line.startswith("digest ")
]


Command = TyperCommand | TyperGroup


def the_program() -> Command:
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def inside(group: TyperGroup, word: str) -> Command:
    command = group.commands[word]
    assert isinstance(command, TyperCommand | TyperGroup)
    return command


def found(words: str) -> tuple[str, Command]:
    """Return the command that the words begin with, by its full name."""
    command = the_program()
    name: list[str] = []
    for word in words.split():
        if not isinstance(command, TyperGroup):
            break
        assert word in command.commands, f"digest {words}: there is no {word}"
        name.append(word)
        command = inside(command, word)
    assert isinstance(command, TyperCommand), f"digest {words}: a verb is missing"
    return " ".join(name), command


def every_command(command: Command, name: str = "") -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for word in command.commands:
            yield from every_command(inside(command, word), f"{name} {word}".strip())
    else:
        yield name


@pytest.mark.parametrize("words", [*ROWS, *EXAMPLES])
def test_a_documented_command_and_its_options_exist(words: str) -> None:
    _, command = found(words)
    options = {option for param in command.params for option in param.opts}

    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", words)) <= options


def test_every_command_is_documented() -> None:
    told = {found(words)[0] for words in ROWS}

    assert set(every_command(the_program())) == told
