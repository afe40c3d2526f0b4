"""A subscriber list as a CSV file of UTF-8 text: its columns, its rows by line number.

Read line by line, so that memory does not grow with the file and a fault in
one row, be it an open quotation mark, stays with that row.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from digest.audience import limits
from digest.audience.lists.columns import (
    PARTS_OF_NAMES,
    Header,
    matched_header,
    read_header,
    split_header,
    unguarded,
)
from digest.audience.lists.guessing import names_people
from digest.errors import ImportRefused

_BLOCK = 1 << 20
_HOW_TO_SAVE = 'save the list as "CSV UTF-8" and import that'
# A first line of a spreadsheet's own, which says what stands between cells.
_SEPARATOR = re.compile(r'"?sep=.?"?[,;]*', re.IGNORECASE)
# What other files begin with.
_SIGNATURES = {
    b"PK\x03\x04": "is a workbook or an archive",
    b"\xd0\xcf\x11\xe0": "is an old workbook",
    b"\xff\xfe": "is UTF-16 text",
    b"\xfe\xff": "is UTF-16 text",
    b"%PDF": "is a PDF",
}


@dataclass(frozen=True, slots=True)
class ListProblem:
    """What is wrong in one place of a list, and what to do about it.

    `name` is of whom the row is, "" where it does not say.
    """

    line: int
    column: str
    wrong: str
    do: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: the line it begins on, and its filled cells by column.

    `is_plain` rows hold nothing but ASCII, on one line, with single spaces between
    words and none around them.
    """

    line: int
    cells: dict[str, str]
    is_plain: bool = False


class RowRefused(ImportRefused):
    """What was typed of one person is not taken; `problems` are every fault of it.

    `like` are the numbers of those whom we hold and who may be that person.
    """

    def __init__(self, *problems: ListProblem, like: tuple[int, ...] = ()) -> None:
        super().__init__(
            "; ".join(f"{each.column} {each.wrong}: {each.do}" for each in problems)
        )
        self.problems = problems
        self.like = like


# Where a workbook has a formula whose value was never stored; see uploads.
UNRECKONED = "#UNRECKONED!"
# Where a line ends inside a workbook's cell: there a row is one line.
LINE_BREAK = "\u2028"


class ListFile:
    """A list that is fit to read; `header` says what is in it.

    It stands on `header_line`, below a title or a remark that a sheet begins with.
    """

    def __init__(self, path: Path, columns: tuple[str, ...] | None = ()) -> None:
        """Look the whole file through. Raises ImportRefused, in one line.

        `columns` say what its own mean where somebody has matched them; with None
        each is called by its place, whatever it means.
        """
        self._path = path
        _check_text(path)
        self.header_line, first = _header_of(self._lines())
        self.headings, delimiter = split_header(first)
        if columns is None:
            places = tuple(map(str, range(len(self.headings))))
            self.header = Header(places, (), delimiter)
        elif columns:
            self.header = matched_header(path.name, first, columns)
        else:
            self.header = read_header(path.name, first)
        self._are_columns_matched = columns is not None
        self._has_parts_of_names = not {*PARTS_OF_NAMES}.isdisjoint(self.header.columns)

    def rows(self) -> Iterator[ListRow | ListProblem]:
        """Yield every row that is not blank, or what keeps it from being read."""
        lines = _Lines(self._lines(), self.header_line)
        for line in lines:
            if not line.strip(" \t\r\n,;"):
                continue
            number = lines.number
            cells = self._cells(line, lines)
            if isinstance(cells, ListProblem):
                yield cells
            else:
                yield self._row(number, cells, line)

    def _lines(self) -> Iterator[str]:
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            # A line without an end is read in pieces, none of them a row.
            while line := file.readline(limits.ROW_CHARACTERS):
                yield line

    def _cells(self, line: str, lines: "_Lines") -> list[str] | ListProblem:
        delimiter = self.header.delimiter
        if len(line) >= limits.ROW_CHARACTERS:
            begun = lines.number
            lines.skip_the_rest(line)
            return ListProblem(
                begun,
                "",
                f"is longer than {limits.ROW_CHARACTERS} characters",
                "shorten it: a row is one person",
            )
        if '"' not in line:
            return line.rstrip("\r\n").split(delimiter)
        return _quoted(line, lines, delimiter)

    def _row(self, number: int, cells: list[str], line: str) -> ListRow | ListProblem:
        columns = self.header.columns
        if len(cells) > len(columns) and any(map(str.strip, cells[len(columns) :])):
            return ListProblem(
                number,
                "",
                f"has {len(cells)} cells where the header has {len(columns)}",
                f'put a cell that holds a "{self.header.delimiter}" in quotation marks',
            )
        text = line.rstrip("\r\n")
        is_single_spaced = '"' not in text and not _has_odd_spaces(text)
        has_guards = "'" in text
        by_column = {
            column: unguarded(cell) if has_guards else cell
            for column, cell in zip(columns, cells, strict=False)
            if cell and column
        }
        if LINE_BREAK in text:
            by_column = {
                column: cell.replace(LINE_BREAK, "\n")
                for column, cell in by_column.items()
            }
        if UNRECKONED in text and (problem := self._unreckoned(number, by_column)):
            return problem
        if self._has_parts_of_names:
            parts = [by_column.pop(part, "").strip() for part in PARTS_OF_NAMES]
            by_column["name"] = " ".join(filter(None, parts))
        return ListRow(
            number,
            by_column,
            is_plain=is_single_spaced and text.isascii() and text.isprintable(),
        )

    def _unreckoned(self, number: int, cells: dict[str, str]) -> ListProblem | None:
        """Return what is to be said of a row's formulas; those passed over are emptied.

        That is any in a column that means something, and a row of nothing else.
        """
        formulas = [column for column, cell in cells.items() if cell == UNRECKONED]
        if self._are_columns_matched and (formulas or not cells):
            return ListProblem(
                number,
                formulas[0] if formulas else "",
                "holds a formula whose value was never stored",
                "open the file in a spreadsheet, save it there, and bring it in again",
            )
        for column in formulas:
            del cells[column]
        return None


def _header_of(lines: Iterator[str]) -> tuple[int, str]:
    """Return the number and the text of the line that names the columns.

    It is the first, but where a sheet begins with a title or a remark: then the first
    that names who and how to reach them, else the first that has several cells.
    """
    filled = (
        (number, line)
        for number, line in enumerate(lines, 1)
        if line.strip(" \t\r\n,;") and not _SEPARATOR.fullmatch(line.strip())
    )
    first = [*islice(filled, limits.LINES_TO_HEADER)]
    named = (each for each in first if names_people(split_header(each[1])[0]))
    wide = (each for each in first if sum(map(bool, split_header(each[1])[0])) > 1)
    return next(chain(named, wide, first), (0, ""))


def _has_odd_spaces(text: str) -> bool:
    """Return whether spaces are at either end of a cell, or several together.

    Looked for one by one, at half the time that a pattern takes.
    """
    return (
        "  " in text
        or ", " in text
        or " ," in text
        or "; " in text
        or " ;" in text
        or "\t " in text
        or " \t" in text
        or text[:1] == " "
        or text[-1:] == " "
    )


class _Lines:
    """Lines after the header with their numbers; a few can be put back."""

    def __init__(self, lines: Iterator[str], header_line: int) -> None:
        self._lines = lines
        self._ahead: list[str] = []
        self.number = header_line
        next(islice(lines, header_line - 1, header_line), None)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.pop(0) if self._ahead else next(self._lines)
        self.number += 1
        return line

    def put_back(self, lines: list[str]) -> None:
        self._ahead[:0] = lines
        self.number -= len(lines)

    def skip_the_rest(self, line: str) -> None:
        while not line.endswith(("\n", "\r")):
            line = next(self._lines, "\n")


def _quoted(line: str, lines: _Lines, delimiter: str) -> list[str] | ListProblem:
    """Return the cells of a row that goes on for as long as a quotation is open."""
    continuation: list[str] = []
    begun = lines.number
    row = line
    while True:
        try:
            return next(csv.reader([row], delimiter=delimiter, strict=True))
        except csv.Error as problem:
            is_open = "unexpected end" in str(problem)
        following = None
        has_room = (
            len(continuation) < limits.ROW_LINES and len(row) < limits.ROW_CHARACTERS
        )
        if is_open and has_room:
            following = next(lines, None)
        if following is None:
            lines.put_back(continuation)
            return ListProblem(
                begun,
                "",
                'a quotation mark (") is not closed'
                if is_open
                else 'a quotation mark (") stands in the middle of a cell',
                "close it, or double those inside a cell",
            )
        continuation.append(following)
        row += following


def _check_text(path: Path) -> None:
    """Read the file through. Raises ImportRefused where it is no UTF-8 text."""
    try:
        if path.stat().st_size > limits.LIST_BYTES:
            raise ImportRefused(
                f"{path.name} is over {limits.LIST_BYTES >> 30} GB: cut it into parts"
            )
        with path.open("rb") as file:
            _decode(path.name, iter(lambda: file.read(_BLOCK), b""))
    except OSError as problem:
        raise ImportRefused(
            f"{path} cannot be read ({problem.strerror}): give the path of a CSV file"
        ) from problem


def _decode(name: str, blocks: Iterator[bytes]) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    block = b""
    try:
        for number, block in enumerate(blocks):
            if number == 0:
                _check_signature(name, block)
            decoder.decode(block)
            lines += block.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as problem:
        lines += problem.object[: problem.start].count(b"\n")
        raise ImportRefused(
            f"{name} is not UTF-8 (line {lines}): {_HOW_TO_SAVE}"
        ) from problem


def _check_signature(name: str, start: bytes) -> None:
    for signature, words in _SIGNATURES.items():
        if start.startswith(signature):
            raise ImportRefused(f"{name} {words}: {_HOW_TO_SAVE}")
    if start[:1024].count(b"\0") > 8:
        raise ImportRefused(f"{name} is not text: {_HOW_TO_SAVE}")
