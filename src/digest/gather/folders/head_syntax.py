"""A file's head and the words below it: YAML between dashes, TOML between pluses, JSON.

YAML may end with dots, and what is between dashes may name another language.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from digest.gather import limits

_HEAD = re.compile(
    r"\s*(?P<mark>-{3,}|\+{3})(?P<kind>yaml|toml|json)?[ \t]*\n(?P<head>.*?)"
    r"^(?:(?P=mark)|\.{3})[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
# Of words that begin with a brace, a program's tag among them, none goes on so.
_JSON_HEAD = re.compile(r"\s*(?=\{\s*\"[^\"\n]*\"\s*:)")
_JSON_KEY = re.compile(r"[ \t{]*\"([^\"\n]+)\"[ \t]*:")
_TOO_LONG = "has a head of over 20,000 characters: move words below it"
_TOML_KEY = re.compile(r"""[ \t]*["']?([\w-]+)["']?[ \t]*=""")
_TOML_LINE = re.compile(r"\(at line (\d+)")
_QUOTED = re.compile(r"\s*([\w -]+?)\s*[:=]\s*(.*?)\s*")

# The values of a head by their keys, and the line in which each key stands.
Read = tuple[Mapping[str, Any], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class FileParts:
    """The values of a file's head by their keys as written, and the words below it.

    Each value is a text, a list or a table. `lines` is where each key stands.
    """

    values: Mapping[str, Any]
    body: str
    lines: Mapping[str, int] = field(default_factory=dict)


def fenced_parts(text: str) -> FileParts | None:
    """Return the parts of a file whose head is marked as one, None without such.

    Raises ValueError in words, with line and cure.
    """
    if start := _JSON_HEAD.match(text):
        return _json_file(text, start.end())
    head = _HEAD.match(text)
    if head is None:
        return None
    if len(head["head"]) > limits.FILE_HEAD_LENGTH:
        raise ValueError(_TOO_LONG)
    first = text[: head.start("head")].count("\n") + 1
    kind = head["kind"] or ("toml" if head["mark"].startswith("+") else "yaml")
    values, lines = _READ[kind](head["head"], first)
    if head["head"].strip() and not values:
        raise ValueError('has a head without keys: write "title: ..." or take it away')
    return FileParts(values, text[head.end() :].strip(), lines)


def _json_file(text: str, start: int) -> FileParts:
    """Return the parts of a file that begins with an object of JSON, as Hugo's may."""
    try:
        values, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError) as problem:
        raise _not_json(problem, 0) from problem
    if end - start > limits.FILE_HEAD_LENGTH:
        raise ValueError(_TOO_LONG)
    first = text[:start].count("\n") + 1
    lines = _lines(_JSON_KEY, text[start:end], first)
    return FileParts(_texts(values), text[end:].strip(), lines)


def _json(head: str, first: int) -> Read:
    try:
        values = json.loads(head)
    except (ValueError, RecursionError) as problem:
        raise _not_json(problem, first - 1) from problem
    if not isinstance(values, dict):
        return {}, {}
    return _texts(values), _lines(_JSON_KEY, head, first)


def _not_json(problem: Exception, before: int) -> ValueError:
    """Return what is wrong with a head that has so many lines before it."""
    at = problem.lineno if isinstance(problem, json.JSONDecodeError) else 1
    return ValueError(
        f"has a head that is not JSON at line {at + before}: keys and words stand in "
        'quotes there, with commas between them, as in "title": "Tea",'
    )


def _yaml(head: str, first: int) -> Read:
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
        return {}, {}
    pairs = node.value
    lines = {str(key.value): key.start_mark.line + first for key, _ in pairs}
    return {str(key): value for key, value in values.items()}, lines


def _cure(head: str, line: int) -> str:
    """Return what to write in the line at which a parser stopped."""
    written = head.splitlines()[line] if line < len(head.splitlines()) else ""
    if written.startswith("\t"):
        return "begin it with spaces in place of a tab"
    if (match := _QUOTED.fullmatch(written)) and match[2]:
        words = match[2].replace('"', "'")[: limits.NAME_LENGTH]
        return f'put its words in quotes: {match[1]}: "{words}"'
    return "look at that line and the one before it"


def _toml(head: str, first: int) -> Read:
    try:
        values = tomllib.loads(head)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        at = _TOML_LINE.search(str(problem))
        line = int(at[1]) if at else len(head.splitlines())
        raise ValueError(
            f"has a head that is not TOML at line {line + first - 1}: "
            'words stand in quotes there, as in title = "Tea"'
        ) from problem
    return _texts(values), _lines(_TOML_KEY, head, first)


def _lines(key: re.Pattern[str], head: str, first: int) -> dict[str, int]:
    """Return in which line of the file each key is first written."""
    lines: dict[str, int] = {}
    for number, line in enumerate(head.splitlines(), first):
        if match := key.match(line):
            lines.setdefault(match[1], number)
    return lines


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _as_text(value) for key, value in values.items()}


def _as_text(value: Any) -> Any:
    """Return a value as YAML would have it written: all but tables is text."""
    match value:
        case dict():
            return {str(key): _as_text(inner) for key, inner in value.items()}
        case list():
            return [_as_text(inner) for inner in value]
        case bool():
            return str(value).lower()
        case None:
            return ""
        case _:
            return str(value)


_READ = {"yaml": _yaml, "toml": _toml, "json": _json}
