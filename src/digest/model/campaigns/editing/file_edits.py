"""A campaign file with some of its keys changed: its comments and other lines stay.

A key is changed where it stands. What comes out is compared with what is meant; where
the lines cannot be changed so, the file is written anew, without its comments.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from digest.errors import CampaignFileError
from digest.model.campaigns.editing.toml_text import (
    TomlValue,
    key_text,
    value_text,
    whole_text,
)

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
# Of a statement: a list of hundreds of addresses, one a line, or a long goodbye.
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class TableEdit:
    """Keys of a [table] that get other values; None takes a key out."""

    table: str
    values: Mapping[str, TomlValue | None]


@dataclass(frozen=True, slots=True)
class PartEdit:
    """Keys of one [[source]] or [[schedule]], which has that name, that change.

    Without a name it is a new one.
    """

    kind: str
    name: str
    values: Mapping[str, TomlValue | None]


@dataclass(frozen=True, slots=True)
class PartRemoval:
    """A [[source]] or [[schedule]] of that name that is taken out."""

    kind: str
    name: str


FileEdit = TableEdit | PartEdit | PartRemoval


@dataclass(frozen=True, slots=True)
class EditedText:
    """A file's text after edits, and whether its comments are still there."""

    text: str
    keeps_comments: bool = True


def edited(text: str, edits: Iterable[FileEdit]) -> EditedText:
    """Return the file with those edits made, one after the other.

    Raises CampaignFileError where it is not TOML, has no part of that name, or where a
    value cannot be written in it.
    """
    edits, lined = tuple(edits), text.replace("\r\n", "\n")
    try:
        wanted = tomllib.loads(lined)
        for edit in edits:
            _change_content(wanted, edit)
    except (ValueError, RecursionError) as problem:
        raise CampaignFileError(f"the file cannot be changed: {problem}") from problem
    try:
        lines = _Lines(lined)
        for edit in edits:
            lines.change(edit)
        changed = lines.text()
        if tomllib.loads(changed) == wanted:
            return EditedText(changed)
    except (ValueError, RecursionError):
        pass  # the lines stand in a way that we do not read
    try:
        return EditedText(whole_text(wanted), keeps_comments="#" not in lined)
    except ValueError as problem:
        raise CampaignFileError(f"a value {problem}") from problem


def content_of(text: str) -> dict[str, Any]:
    """Return what a file says, by key; of one that is not TOML nothing."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        return {}


def table_in(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the table of that name, empty where there is none."""
    table = content.get(name)
    return table if isinstance(table, dict) else {}


def parts_in(content: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return every [[source]] or [[schedule]], in order."""
    parts = content.get(kind)
    if not isinstance(parts, list):
        return []
    return [part for part in parts if isinstance(part, dict)]


def _change_content(content: dict[str, Any], edit: FileEdit) -> None:
    match edit:
        case TableEdit(table, values):
            _change_values(content.setdefault(table, {}), values)
            if not content[table]:
                del content[table]
        case PartEdit(kind, "", values):
            part: dict[str, Any] = {}
            _change_values(part, values)
            content.setdefault(kind, []).append(part)
        case PartEdit(kind, name, values):
            _change_values(_part_in(content, kind, name), values)
        case PartRemoval(kind, name):
            content[kind].remove(_part_in(content, kind, name))
            if not content[kind]:
                del content[kind]


def _change_values(table: object, values: Mapping[str, TomlValue | None]) -> None:
    if not isinstance(table, dict):
        raise ValueError("what is to be a table in it is none")  # noqa: TRY004 - a file
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        else:
            table[key] = deepcopy(value)


def _part_in(content: Mapping[str, Any], kind: str, name: str) -> dict[str, Any]:
    for part in parts_in(content, kind):
        if part.get("name") == name:
            return part
    raise ValueError(f"no {kind} in it is called {name}")


@dataclass(slots=True)
class _Block:
    """A header with the comments right above it, and all that stands under it."""

    name: str
    is_part: bool
    lines: list[str]

    def place_of(self, key: str) -> tuple[int, int] | None:
        """Return from which line to which a key stands."""
        at = 0
        while at < len(self.lines):
            end = _statement_end(self.lines, at)
            match = _KEY.match(self.lines[at])
            if match and match[1] == key:
                return at, end
            at = end
        return None

    def set(self, key: str, value: TomlValue | None) -> None:
        """Give a key its value where it stands, or behind the last there is."""
        place = self.place_of(key)
        new = (
            []
            if value is None
            else f"{key_text(key)} = {value_text(value)}".split("\n")
        )
        if place is None:
            self.lines[self._end() : self._end()] = new
            return
        at, end = place
        if new:
            new[-1] += _comment_behind(self.lines[at:end])
        self.lines[at:end] = new

    def _end(self) -> int:
        """Return behind which line its last key ends, or else its header."""
        at, last = 0, 0
        while at < len(self.lines):
            end = _statement_end(self.lines, at)
            if not _is_trivial(self.lines[at]):
                last = end
            at = end
        return last


class _Lines:
    """A file's lines by block."""

    def __init__(self, text: str) -> None:
        self._blocks = [_Block("", is_part=False, lines=[])]
        lines, at = text.split("\n"), 0
        while at < len(lines):
            if header := _HEADER.fullmatch(lines[at]):
                block = _Block(header[2], is_part=header[1] == "[[", lines=[])
                before = self._blocks[-1].lines
                while before and before[-1].lstrip().startswith("#"):
                    block.lines.insert(0, before.pop())
                self._blocks.append(block)
            end = _statement_end(lines, at)
            self._blocks[-1].lines += lines[at:end]
            at = end

    def text(self) -> str:
        """Return the text."""
        text = "\n".join(line for block in self._blocks for line in block.lines)
        return text if text.endswith("\n") else f"{text}\n"

    def change(self, edit: FileEdit) -> None:
        """Make one edit."""
        match edit:
            case TableEdit(table, values):
                named = [block for block in self._blocks if block.name == table]
                if named:
                    self._set(named[0], values)
                else:
                    self._add(
                        _Block(table, is_part=False, lines=[f"[{table}]"]), values
                    )
            case PartEdit(kind, "", values):
                self._add(_Block(kind, is_part=True, lines=[f"[[{kind}]]"]), values)
            case PartEdit(kind, name, values):
                self._set(self._part(kind, name), values)
            case PartRemoval(kind, name):
                part = self._part(kind, name)
                for block in [part, *self._under(part)]:
                    self._blocks.remove(block)

    def _set(self, block: _Block, values: Mapping[str, TomlValue | None]) -> None:
        for key, value in values.items():
            for under in self._under(block):
                if under.name == f"{block.name}.{key}":
                    self._blocks.remove(under)
            block.set(key, value)

    def _add(self, block: _Block, values: Mapping[str, TomlValue | None]) -> None:
        for key, value in values.items():
            block.set(key, value)
        at = self._place_for(block.name)
        before = self._blocks[at - 1].lines
        while before and not before[-1].strip():
            before.pop()
        if any(each.lines for each in self._blocks[:at]):
            block.lines.insert(0, "")
        block.lines.append("")
        self._blocks.insert(at, block)

    def _place_for(self, kind: str) -> int:
        """Return where another block of that kind goes: behind the last of them."""
        of_kind = [
            at
            for at, block in enumerate(self._blocks, 1)
            if block.name.partition(".")[0] == kind
        ]
        return max(of_kind, default=len(self._blocks))

    def _part(self, kind: str, name: str) -> _Block:
        for block in self._blocks:
            if block.name == kind and block.is_part and _name_in(block) == name:
                return block
        raise ValueError(f"no {kind} in it is called {name}")

    def _under(self, block: _Block) -> list[_Block]:
        """Return the tables of a part or a table, which stand behind it."""
        under = []
        for each in self._blocks[self._blocks.index(block) + 1 :]:
            if not each.name.startswith(f"{block.name}."):
                break
            under.append(each)
        return under


def _name_in(block: _Block) -> object:
    place = block.place_of("name")
    if place is None:
        return None
    return tomllib.loads("\n".join(block.lines[slice(*place)]))["name"]


def _is_trivial(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _statement_end(lines: list[str], at: int) -> int:
    """Return behind which line what begins at that line ends.

    Raises ValueError where it does not end.
    """
    if _is_trivial(lines[at]) or _HEADER.fullmatch(lines[at]):
        return at + 1
    for end in range(at + 1, min(len(lines), at + _MOST_LINES) + 1):
        try:
            tomllib.loads("\n".join(lines[at:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    raise ValueError("a value does not end")


def _comment_behind(lines: list[str]) -> str:
    """Return the comment behind a value on one line, with the space before it."""
    if len(lines) > 1:
        return ""
    line = lines[0]
    value = tomllib.loads(line)
    for mark in re.finditer(r"\s*#", line):
        try:
            if tomllib.loads(line[: mark.start()]) == value:
                return line[mark.start() :]
        except tomllib.TOMLDecodeError:
            continue
    return ""
