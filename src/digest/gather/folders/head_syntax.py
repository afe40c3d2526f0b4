"""A file's head and the words below it: YAML between dashes, TOML between pluses."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from digest.gather import limits

_HEAD = re.compile(
    r"\s*(?P<mark>-{3,}|\+{3})[ \t]*\n(?P<head>.*?)^(?P=mark)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_TOML_KEY = re.compile(r"""[ \t]*["']?([\w-]+)["']?[ \t]*=""")
_TOML_LINE = re.compile(r"\(at line (\d+)")
_QUOTED = re.compile(r"\s*([\w -]+?)\s*[:=]\s*(.*?)\s*")


@dataclass(frozen=True, slots=True)
class FileParts:
    """The values of a file's head by their keys as written, and the words below it.

    Each value is a text, a list or a table. `lines` is where each key stands.
    """

    values: Mapping[str, Any]
    body: str
    lines: Mapping[str, int] = field(default_factory=dict)


def parts_of(text: str) -> FileParts:
    """Return the parts of a file. Raises ValueError in words, with line and cure."""
    head = _HEAD.match(text)
    if head is None:
        return FileParts({}, text)
    if len(head["head"]) > limits.FILE_HEAD_LENGTH:
        raise ValueError("has a head of over 20,000 characters: move words below it")
    first = text[: head.start("head")].count("\n") + 1
    read = _toml if head["mark"].startswith("+") else _yaml
    parts = read(head["head"], text[head.end() :].strip(), first)
    if head["head"].strip() and not parts.values:
        raise ValueError('has a head without keys: write "title: ..." or take it away')
    return parts


def _yaml(head: str, body: str, first: int) -> FileParts:
    # Values as they are written: a telephone number is no octal, "No" no false.
    loader = yaml.BaseLoader
    try:
        values = yaml.load(head, Loader=loader)  # noqa: S506 - makes less than SafeLoader
        node = yaml.compose(head, Loader=loader)
    except (yaml.YAMLError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        if mark is None:
            raise ValueError("has a head that is not YAML") from problem
        why = _cure(head, mark.line)
        raise ValueError(
            f"has a head that is not YAML at line {mark.line + first}: {why}"
        ) from problem
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        return FileParts({}, body)
    pairs = node.value
    lines = {str(key.value): key.start_mark.line + first for key, _ in pairs}
    return FileParts({str(key): value for key, value in values.items()}, body, lines)


def _cure(head: str, line: int) -> str:
    """Return what to write in the line at which a parser stopped."""
    written = head.splitlines()[line] if line < len(head.splitlines()) else ""
    if written.startswith("\t"):
        return "begin it with spaces in place of a tab"
    if (match := _QUOTED.fullmatch(written)) and match[2]:
        words = match[2].replace('"', "'")[: limits.NAME_LENGTH]
        return f'put its words in quotes: {match[1]}: "{words}"'
    return "look at that line and the one before it"


def _toml(head: str, body: str, first: int) -> FileParts:
    try:
        values = tomllib.loads(head)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        at = _TOML_LINE.search(str(problem))
        line = int(at[1]) if at else len(head.splitlines())
        raise ValueError(
            f"has a head that is not TOML at line {line + first - 1}: "
            'words stand in quotes there, as in title = "Tea"'
        ) from problem
    lines: dict[str, int] = {}
    for number, line_of_head in enumerate(head.splitlines(), first):
        if match := _TOML_KEY.match(line_of_head):
            lines.setdefault(match[1], number)
    return FileParts(
        {key: _as_text(value) for key, value in values.items()}, body, lines
    )


def _as_text(value: Any) -> Any:
    """Return a value of TOML as YAML would have it written: all but tables is text."""
    match value:
        case dict():
            return {str(key): _as_text(inner) for key, inner in value.items()}
        case list():
            return [_as_text(inner) for inner in value]
        case bool():
            return str(value).lower()
        case _:
            return str(value)
