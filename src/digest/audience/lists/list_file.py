"""A subscriber list as a CSV file: its columns, and its rows by line number.

Read line by line, so that memory does not grow with the file and a fault in
one row, be it an open quotation mark, stays with that row.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from digest.audience.lists.columns import read_header, unguarded
from digest.audience.lists.encoding import check_encoding

LONGEST_ROW = 20_000
_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class ListProblem:
    """What is wrong in one place of a list, and what to do about it."""

    line: int
    column: str
    wrong: str
    do: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: the line it begins on, and its filled cells by column.

    `is_plain` rows hold nothing but ASCII, on one line, singly spaced.
    """

    line: int
    cells: dict[str, str]
    is_plain: bool = False


class ListFile:
    """A list that has been found fit to read; `header` says what is in it."""

    def __init__(self, path: Path) -> None:
        """Look the whole file through. Raises ImportRefused, in one line."""
        self._path = path
        check_encoding(path)
        self._header_line, first = next(
            ((n, line) for n, line in enumerate(self._lines(), 1) if line.strip()),
            (0, ""),
        )
        self.header = read_header(path.name, first)

    def rows(self) -> Iterator[ListRow | ListProblem]:
        """Yield every row that is not blank, or what keeps it from being read."""
        lines = _Lines(self._lines(), self._header_line)
        for line in lines:
            if not line.strip(" \t\r\n,;"):
                continue
            number = lines.number
            cells = self._cells(line, lines)
            if isinstance(cells, ListProblem):
                yield cells
            else:
                yield self._row(number, cells, is_plain=_is_plain(line))

    def _lines(self) -> Iterator[str]:
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            # A line without an end is read in pieces, none of them a row.
            while line := file.readline(LONGEST_ROW):
                yield line

    def _cells(self, line: str, lines: "_Lines") -> list[str] | ListProblem:
        delimiter = self.header.delimiter
        if len(line) >= LONGEST_ROW:
            begun = lines.number
            lines.skip_the_rest(line)
            return ListProblem(
                begun,
                "",
                f"is longer than {LONGEST_ROW} characters",
                "shorten it: a row is one person",
            )
        if '"' not in line:
            return line.rstrip("\r\n").split(delimiter)
        return _quoted(line, lines, delimiter)

    def _row(
        self, line: int, cells: list[str], *, is_plain: bool
    ) -> ListRow | ListProblem:
        columns = self.header.columns
        if len(cells) > len(columns) and any(map(str.strip, cells[len(columns) :])):
            return ListProblem(
                line,
                "",
                f"has {len(cells)} cells where the header has {len(columns)}",
                f'put a cell that holds a "{self.header.delimiter}" in quotation marks',
            )
        return ListRow(
            line,
            {
                column: unguarded(cell)
                for column, cell in zip(columns, cells, strict=False)
                if cell and column
            },
            is_plain,
        )


def _is_plain(line: str) -> bool:
    said = line.rstrip("\r\n")
    return (
        '"' not in said and "  " not in said and said.isascii() and said.isprintable()
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
    taken: list[str] = []
    begun = lines.number
    said = line
    while True:
        try:
            return next(csv.reader([said], delimiter=delimiter, strict=True))
        except csv.Error as problem:
            is_open = "unexpected end" in str(problem)
        following = None
        if is_open and len(taken) < _MOST_LINES and len(said) < LONGEST_ROW:
            following = next(lines, None)
        if following is None:
            lines.put_back(taken)
            return ListProblem(
                begun,
                "",
                'a quotation mark (") is not closed'
                if is_open
                else 'a quotation mark (") stands in the middle of a cell',
                "close it, or double those inside a cell",
            )
        taken.append(following)
        said += following
