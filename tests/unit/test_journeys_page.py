"""The page of journeys names tests that are there, each journey in its three ways."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "reference" / "journeys.md"
NAME = re.compile(r"`(?:(\w+\.py)::(\w+)|…)(?:\[([^\]]+)\])?`")


def rows() -> list[list[str]]:
    """Return the cells of each row of the page's tables, but for their heads."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines]
    return [row for row in cells if row[-1] not in ("without script", "test")]


def named_tests() -> list[tuple[str, str, str]]:
    """Return the file, the function and the case that the page names, "" for none."""
    names, file, function = [], "", ""
    for row in rows():
        for match in NAME.finditer(" ".join(row[1:])):
            file, function = match[1] or file, match[2] or function
            names.append((file, function, match[3] or ""))
    return names


def test_every_journey_is_made_in_three_ways() -> None:
    journeys = [row for row in rows() if len(row) > 2]

    assert len(journeys) >= 6
    assert [row for row in journeys if len(NAME.findall(" ".join(row))) != 3] == []


def names_in(path: Path) -> tuple[set[str], set[object]]:
    """Return the functions of a file of tests, and its strings: cases are of them."""
    nodes = [*ast.walk(ast.parse(path.read_text()))]
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return functions, {node.value for node in nodes if isinstance(node, ast.Constant)}


def test_every_test_that_is_named_is_there() -> None:
    wanted = named_tests()
    files = [*TESTS.rglob("test_*.py")]
    of_files = {
        name: [names_in(path) for path in files if path.name == name]
        for name in {file for file, _, _ in wanted}
    }
    missing = [
        f"{file}::{function}[{case}]"
        for file, function, case in wanted
        if not any(
            function in functions and (not case or case in strings)
            for functions, strings in of_files[file]
        )
    ]

    assert missing == []
    assert len(wanted) > 30
