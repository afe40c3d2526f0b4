"""Values written as TOML (1.0.0), alone and as a whole file."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

TomlValue: TypeAlias = (
    str
    | bool
    | int
    | float
    | date
    | datetime
    | Sequence["TomlValue"]
    | Mapping[str, "TomlValue"]
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def value_text(value: TomlValue) -> str:
    """Return a value as TOML on one line, but text of several lines on as many.

    Raises ValueError for what TOML cannot hold.
    """
    if isinstance(value, str) and "\n" in value:
        lines = [_quoted(line)[1:-1] for line in value.split("\n")]
        return '"""\n' + "\n".join(lines) + '"""'
    return _on_one_line(value)


def key_text(key: str) -> str:
    """Return a key as TOML: bare where it may be."""
    return key if _BARE_KEY.fullmatch(key) else _quoted(key)


def whole_text(content: Mapping[str, TomlValue]) -> str:
    """Return a file with that content, without any comment."""
    return "\n".join(_blocks(content)).lstrip("\n") + "\n"


def _blocks(content: Mapping[str, TomlValue]) -> Iterator[str]:
    tables = dict[str, TomlValue]()
    for key, value in content.items():
        if isinstance(value, Mapping) or _is_tables(value):
            tables[key] = value
        else:
            yield f"{key_text(key)} = {value_text(value)}"
    for key, value in tables.items():
        is_one = isinstance(value, Mapping)
        head = f"[{key_text(key)}]" if is_one else f"[[{key_text(key)}]]"
        for table in [value] if is_one else value:  # type: ignore[union-attr]
            yield f"\n{head}"
            for inner, of in table.items():  # type: ignore[union-attr]
                yield f"{key_text(inner)} = {value_text(of)}"


def _is_tables(value: TomlValue) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(part, Mapping) for part in value)
    )


def _on_one_line(value: TomlValue) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case Mapping():
            pairs = [
                f"{key_text(key)} = {_on_one_line(of)}" for key, of in value.items()
            ]
            return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
        case Sequence():
            return f"[{', '.join(map(_on_one_line, value))}]"
    raise ValueError("cannot be written in a campaign file")


def _quoted(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise ValueError("holds half a character") from problem
    # What JSON escapes TOML reads alike, and it wants DEL escaped as well.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
