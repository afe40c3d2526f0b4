"""One table of a TOML file, read key by key; every fault is noted with its line."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from digest.errors import FileFault
from digest.model.campaigns import durations
from digest.model.limits import PARAGRAPHS_LENGTH, YEARS
from digest.model.names import nearest

T = TypeVar("T")

_NO_YEAR = f"is no day of a campaign; write a year from {YEARS[0]} to {YEARS[-1]}"
_HEADER = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
_TYPE_WORDS = {
    str: "text in quotes",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a date",
    datetime: "a date and time",
}


class TomlFaults:
    """The faults of one file, each as "line N, key: what is wrong"."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = []
        self.by_key: list[FileFault] = []
        self._line_numbers: dict[str, int] = {}
        place, counts = "", Counter[str]()
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                name = header[1]
                counts[name] += 1
                place = f"{name}[{counts[name]}]" if line.strip()[1] == "[" else name
                self._line_numbers.setdefault(place, number)
            elif key := _KEY.match(line):
                full = f"{place}.{key[1]}".lstrip(".")
                self._line_numbers.setdefault(full, number)

    def add(self, place: str, key: str, words: str) -> None:
        """Note a fault of `key` in the table at `place`."""
        full = f"{place}.{key}".lstrip(".")
        number = self._line_numbers.get(full) or self._line_numbers.get(place)
        where = f"line {number:>3}, " if number else ""
        self.lines.append(f"{where}{full}: {words}")
        self.by_key.append(FileFault(place, key, words))


class TomlTable:
    """Values of one table by key, each checked, with its fault noted if it is wrong.

    A wrong or missing value gives the default, so that reading goes on and the
    whole file's faults are named at once.
    """

    def __init__(self, content: dict[str, Any], place: str, faults: TomlFaults) -> None:
        self._content = content
        self._place = place
        self._faults = faults
        self._keys_read: set[str] = set()
        self._children: list[TomlTable] = []

    def __contains__(self, key: str) -> bool:
        """Whether something is written at `key`."""
        return key in self._content

    def fault(self, key: str, words: str) -> None:
        """Note a fault of `key`."""
        self._faults.add(self._place, key, words)

    def finish(self) -> None:
        """Note a fault for every key that nobody has read."""
        for key in self._content.keys() - self._keys_read:
            self.fault(key, f"is not a key here; {_hint(key, self._keys_read)}")
        for child in self._children:
            child.finish()

    def table(self, key: str, *, required: bool = False) -> "TomlTable":
        """Return the table at `key`, empty where there is none."""
        value = self._value(key, dict, required=required)
        child = TomlTable(value or {}, f"{self._place}.{key}".lstrip("."), self._faults)
        if value is not None or required:
            self._children.append(child)
        return child

    def tables(self, key: str) -> list["TomlTable"]:
        """Return every [[key]] table in order."""
        value = self._value(key, list) or []
        tables = [
            TomlTable(content, f"{key}[{number}]", self._faults)
            for number, content in enumerate(value, 1)
            if isinstance(content, dict)
        ]
        if len(tables) < len(value):
            self.fault(key, f"must be tables, each under its own [[{key}]]")
        self._children.extend(tables)
        return tables

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Return the words at `key`."""
        value = self._value(key, str, required=required)
        if value is None:
            return default
        if required and not value.strip():
            self.fault(key, "is empty")
        if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in value):
            self.fault(key, "holds a line break or another control character")
            return default
        return str(value).strip()

    def paragraphs(self, key: str) -> tuple[str, ...]:
        """Return the words at `key`, which may be on several lines, by paragraphs."""
        value = self._value(key, str) or ""
        if any(ord(letter) < 32 and letter not in "\r\n\t" for letter in value):
            self.fault(key, "holds a control character")
            return ()
        if len(value) > PARAGRAPHS_LENGTH:
            self.fault(key, f"is longer than {PARAGRAPHS_LENGTH} characters")
            return ()
        parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", value))
        return tuple(filter(None, parts))

    def flag(self, key: str, *, default: bool) -> bool:
        """Return the true or false at `key`."""
        value = self._value(key, bool)
        return default if value is None else bool(value)

    def day(self, key: str) -> date | None:
        """Return the date at `key`, written without quotes: 2026-07-06."""
        value: date | None = self._value(key, date)
        if value is not None and value.year not in YEARS:
            self.fault(key, _NO_YEAR)
            return None
        return value.date() if isinstance(value, datetime) else value

    def words(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return the list of words at `key`."""
        value = self._value(key, list, required=required)
        if value is None:
            return ()
        if not all(isinstance(word, str) for word in value):
            self.fault(key, 'must be a list of words: ["one", "two"]')
            return ()
        if required and not value:
            self.fault(key, "is empty")
        return tuple(word.strip() for word in value)

    def has(self, key: str) -> bool:
        """Whether anything is written at `key`."""
        return key in self._content

    def each(
        self,
        key: str,
        parse: Callable[[Any], T],
        *,
        of: type | tuple[type, ...] = str,
        required: bool = False,
    ) -> tuple[T, ...]:
        """Return the value at `key`, or each of a list, by `parse`; see `parsed`."""
        kinds = of if isinstance(of, tuple) else (of,)
        value = self._value(key, (*kinds, list), required=required)
        values = value if isinstance(value, list) else [value]
        if value is None or value == []:
            if value is not None:
                self.fault(key, "is empty")
            return ()
        parts: list[T] = []
        for number in values:
            if not isinstance(number, kinds) or isinstance(number, bool):
                wanted = " or ".join(map(_TYPE_WORDS.__getitem__, kinds))
                self.fault(key, f"must be {wanted}, or a list of such")
                continue
            try:
                parts.append(parse(number))
            except ValueError as problem:
                self.fault(key, f'"{number}" {problem}')
        return tuple(parts)

    def days(self, key: str) -> tuple[date, ...]:
        """Return the date at `key`, or each of a list of dates."""
        return self.each(key, _day_alone, of=date)

    def duration(self, key: str, default: timedelta) -> timedelta:
        """Return the length of time at `key`: 30m, 6h or 2d."""
        return self.parsed(key, durations.parse, default)

    def choices(self, key: str, by_name: Mapping[str, T]) -> tuple[T, ...]:
        """Return the list at `key`, each word the name of one of `by_name`."""
        words = self.words(key)
        for word in words:
            if word not in by_name:
                self.fault(key, f'"{word}" is not known; {_hint(word, by_name)}')
        return tuple(by_name[word] for word in words if word in by_name)

    def parsed(
        self,
        key: str,
        parse: Callable[[Any], T],
        default: T,
        *,
        required: bool = False,
        of: type | tuple[type, ...] = str,
    ) -> T:
        """Return the value at `key` by `parse`, whose ValueError is a fault."""
        value = self._value(key, of, required=required)
        if value is None:
            return default
        try:
            return parse(value)
        except ValueError as problem:
            if isinstance(parse, type) and issubclass(parse, StrEnum):
                self.fault(key, f'"{value}" is not known; {_hint(value, parse)}')
            else:
                self.fault(key, f'"{value}" {problem}')
            return default

    def _value(
        self, key: str, kind: type | tuple[type, ...], *, required: bool = False
    ) -> Any:
        self._keys_read.add(key)
        if key not in self._content:
            if required:
                self.fault(key, "is missing")
            return None
        value = self._content[key]
        if not isinstance(value, kind):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            wanted = " or ".join(map(_TYPE_WORDS.__getitem__, kinds))
            actual = _TYPE_WORDS.get(type(value), "something")
            self.fault(key, f"is {actual} here; it must be {wanted}")
            return None
        return value


def _day_alone(value: date) -> date:
    if value.year not in YEARS:
        raise ValueError(_NO_YEAR)
    if not isinstance(value, datetime):
        return value
    raise ValueError("holds a time of day too; write the date alone: 2026-07-09")


def _hint(word: str, words: Iterable[str]) -> str:
    """Return the word that was meant, if it can be told, else all there are."""
    there = sorted(words)
    near = nearest(word, there)
    return f'is it "{near}"?' if near else f"there are {', '.join(there)}"
