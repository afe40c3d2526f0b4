"""The commands in the documentation and those of the program are the same."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from digest.cli.parts.nouns import app

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


@cache
def the_program() -> Command:
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def inside(group: TyperGroup, word: str) -> Command:
    command = group.commands[word]
    assert isinstance(command, TyperCommand | TyperGroup)
    return command


def command_of(words: str) -> tuple[str, Command]:
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


def every_command(command: Command, name: str = "") -> Iterator[tuple[str, set[str]]]:
    if isinstance(command, TyperGroup):
        for word in command.commands:
            yield from every_command(inside(command, word), f"{name} {word}".strip())
    else:
        yield name, options_of(command)


def options_in(words: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", words))


def options_of(command: Command) -> set[str]:
    options = {
        option
        for param in command.params
        if not getattr(param, "hidden", False)
        for option in (*param.opts, *param.secondary_opts)
    }
    return {option for option in options if option.startswith("-")} - {"--help"}


@pytest.mark.parametrize("words", EXAMPLES)
def test_an_example_uses_a_command_and_options_that_exist(words: str) -> None:
    _, command = command_of(words)

    assert options_in(words) <= options_of(command)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["report", "quay", "--span", "weak"], "'weak' is not one of 'week'"),
        (["edition", "show", "abc"], "write a whole number"),
    ],
)
def test_a_value_that_is_none_is_told_in_plain_words(
    words: list[str], answer: str
) -> None:
    with pytest.raises(typer.BadParameter) as refusal:
        the_program().main(words, standalone_mode=False)

    assert refusal.value.message.startswith(answer)


def test_the_reference_gives_every_command_with_all_of_its_options() -> None:
    documented: dict[str, set[str]] = {}
    for words in ROWS:
        documented.setdefault(command_of(words)[0], set()).update(options_in(words))

    assert documented == dict(every_command(the_program()))
