"""Write the reference page of limits: `python -m tests.limits_page`.

Each stage names what it takes in a module `limits`: the reason stands above each
constant, and `# == ... ==` begins a group. docs/reference/limits.md is made of them.
With --check nothing is written, and the status is 1 where the page is not what the
modules say, or where a limit has no reason.
"""

import ast
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "limits.md"
STAGES = sorted(path.parent.name for path in ROOT.glob("src/digest/*/limits.py"))
INTRODUCTION = """\
# Limits

What a file, a title, a list, a picture or a page may hold, and what things may cost.
What is over a limit is named, and costs its neighbours nothing. Each stage has its
limits in a module of its own; `make limits` writes this page from them.
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """A constant of a module of limits, with the reason above it."""

    name: str
    value: object
    reason: str


def limits_of(stage: str) -> dict[str, list[Limit]]:
    """Return the limits of a stage by group, in the order of the module.

    Raises ValueError, naming it, for a limit without a reason.
    """
    module = importlib.import_module(f"digest.{stage}.limits")
    source = Path(module.__file__ or "").read_text()
    lines = source.splitlines()
    groups: dict[str, list[Limit]] = {}
    group = ""
    last_line = 0
    for node in ast.parse(source).body:
        name = _constant(node)
        if name is None:
            continue
        comments = [
            line.removeprefix("#").strip()
            for line in lines[last_line : node.lineno - 1]
            if line.startswith("#")
        ]
        headings = [line.strip("= ") for line in comments if line.startswith("==")]
        group = headings[-1] if headings else group
        reason = " ".join(line for line in comments if not line.startswith("=="))
        if not reason:
            raise ValueError(f"src/digest/{stage}/limits.py: {name} has no reason")
        groups.setdefault(group, []).append(Limit(name, getattr(module, name), reason))
        last_line = node.end_lineno or node.lineno
    return groups


def _constant(node: ast.stmt) -> str | None:
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=name)])
            | ast.AnnAssign(target=ast.Name(id=name))
        ) if not name.startswith("_"):
            return name
        case _:
            return None


def _in_words(value: object) -> str:
    match value:
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case timedelta():
            return _span(value)
        case tuple() | list() | frozenset() | set():
            items = (
                sorted(value, key=str) if isinstance(value, set | frozenset) else value
            )
            return ", ".join(_in_words(item) for item in items)
        case dict():
            return "; ".join(
                f"{_in_words(key)}: {_in_words(item)}" for key, item in value.items()
            )
        case _:
            return str(value)


def _span(span: timedelta) -> str:
    for unit in ("days", "hours", "minutes", "seconds"):
        count, rest = divmod(span, timedelta(**{unit: 1}))
        if count and not rest:
            return f"{count} {unit}" if count > 1 else f"1 {unit[:-1]}"
    return f"{span.total_seconds():g} seconds"


def page() -> Iterator[str]:
    """Yield the lines of the page."""
    yield INTRODUCTION
    for stage in STAGES:
        yield f"## {stage.capitalize()}\n"
        for group, limits in limits_of(stage).items():
            yield f"### {group}\n"
            yield "| limit | value | why |\n|---|---|---|"
            for limit in limits:
                words = limit.name.lower().replace("_", " ")
                yield f"| {words} | {_in_words(limit.value)} | {limit.reason} |"
            yield ""


def main(arguments: list[str]) -> int:
    """Write the page, or with --check say whether it is up to date."""
    text = "\n".join(page())
    if arguments != ["--check"]:
        PAGE.write_text(text)
    elif PAGE.read_text() != text:
        print(f"{PAGE.relative_to(ROOT)} is not what the limits say: make limits")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
