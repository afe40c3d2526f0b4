"""A list as somebody hands it in, as lines of UTF-8: CSV of any spreadsheet, .xlsx.

What is handed in may be meant to harm: a workbook is unpacked by counting, within
limits, before anything reads it; no entity of its XML is taken up and no formula
reckoned. Each row of a workbook is one line, so that rows keep their numbers.
"""

import codecs
import csv
import io
import re
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path, PurePath
from typing import Any, BinaryIO
from xml.parsers import expat

from digest.audience import limits
from digest.audience.lists.list_file import LINE_BREAK, UNRECKONED
from digest.errors import ImportRefused

_BLOCK = 1 << 20
_WORKBOOK = b"PK\x03\x04"
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "is a workbook of an old kind, or one with a password",
    b"%PDF": "is a PDF",
}
_HOW_TO_SAVE = "save it as .xlsx or as “CSV UTF-8”, then choose that"
_FAULTS_OF_CELLS = frozenset(
    {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"}
)
# More than any element's name has bytes.
_TAG = 64
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
# Parts of a workbook that grow with its rows; the others are small in any list.
_LARGE_PARTS = ("xl/worksheets/", "xl/sharedstrings.xml")


@dataclass(frozen=True, slots=True)
class UploadedList:
    """A list as text: what it is called, its lines, and what to say of how it is read.

    `lines` raise ImportRefused where the file turns out not to be readable.
    """

    name: str
    kind: str
    lines: Iterator[bytes]
    note: str = ""


def read_upload(name: str, file: BinaryIO) -> UploadedList:
    """Return the list in a file that was handed in. Raises ImportRefused in words."""
    name = _file_name(name)
    start = file.read(_BLOCK)
    file.seek(0)
    if not start.strip():
        raise ImportRefused(f"{name} is empty: choose the file with the people in it")
    if start.startswith(_WORKBOOK):
        return UploadedList(name, "xlsx", _rows_of_workbook(name, file))
    for signature, words in _OTHERS.items():
        if start.startswith(signature):
            raise ImportRefused(f"{name} {words}: {_HOW_TO_SAVE}")
    encoding, note = _encoding(name, file)
    return UploadedList(name, "csv", _reencoded(name, file, encoding), note)


def _file_name(path: str) -> str:
    """Return what a file is called, without its folder and what cannot be seen.

    A file of ours can be called so too: no disk takes one whose name has more bytes.
    """
    name = PurePath(path.replace("\\", "/")).name
    printable = "".join(filter(str.isprintable, name)).strip(" .")
    short = printable[: limits.FILE_NAME_CHARACTERS].encode()
    return short[: limits.FILE_NAME_BYTES].decode(errors="ignore").strip() or "list"


def is_workbook(path: Path) -> bool:
    """Return whether a file is a workbook of the kind that is read."""
    try:
        with path.open("rb") as file:
            return file.read(len(_WORKBOOK)) == _WORKBOOK
    except OSError:
        # Whoever reads it next says so in words.
        return False


@contextmanager
def text_of(path: Path) -> Iterator[Path]:
    """Yield where the text of a workbook is; it is gone afterwards.

    Raises ImportRefused for one that cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder, path.open("rb") as file:
        text = Path(folder) / path.name
        with text.open("wb") as lines:
            lines.writelines(read_upload(path.name, file).lines)
        yield text


def _encoding(name: str, file: BinaryIO) -> tuple[str, str]:
    """Return how a text is written down, and what to say of it."""
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "It is UTF-16 text, a spreadsheet’s “Unicode text”."  # noqa: RUF001
    if is_utf8(file):
        return "utf-8-sig", ""
    block = file.read(_BLOCK)
    file.seek(0)
    if b"\0" in block:
        raise ImportRefused(f"{name} is not text: {_HOW_TO_SAVE}")
    return "cp1252", (
        "It is not UTF-8, so we read it as Western European text (Windows-1252). Look "
        "at names with accents below: if they are wrong, save it as “CSV UTF-8”."
    )


def is_utf8(file: BinaryIO) -> bool:
    """Return whether all of a file is UTF-8; it is read from its beginning again."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in iter(lambda: file.read(_BLOCK), b""):
            if b"\0" in block:
                return False
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _reencoded(name: str, file: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(
        "replace" if encoding == "cp1252" else "strict"
    )
    try:
        for block in iter(lambda: file.read(_BLOCK), b""):
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as problem:
        raise ImportRefused(f"{name} is not text: {_HOW_TO_SAVE}") from problem


def _rows_of_workbook(name: str, file: BinaryIO) -> Iterator[bytes]:
    """Yield the first sheet's rows as lines of CSV."""
    _check_unpacked(name, file)
    try:
        with warnings.catch_warnings(), closing(_opened(file)) as workbook:
            # Of styles and such that it passes over.
            warnings.simplefilter("ignore")
            sheets = workbook.worksheets
            if sheets:
                rows = sheets[0].iter_rows(values_only=True)
                # There is no other word for where a sheet is.
                part = sheets[0]._worksheet_path  # noqa: SLF001
                yield from _lines_of(name, _with_formulas(rows, file, part))
    except ImportRefused:
        raise
    except Exception as problem:
        # Of many kinds, as a workbook may be wrong in any way.
        raise ImportRefused(
            f"{name} cannot be read as a workbook: open it in a spreadsheet and "
            "save it as .xlsx again"
        ) from problem


def _opened(file: BinaryIO) -> Any:
    # Costs a start what only workbooks need.
    from openpyxl import load_workbook  # noqa: PLC0415

    # Values as they were reckoned when it was saved; nothing outside it is followed.
    return load_workbook(file, read_only=True, data_only=True, keep_links=False)


def _lines_of(name: str, rows: Iterable[list[Any]]) -> Iterator[bytes]:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    blank = 0
    for number, cells in enumerate(rows, 1):
        if number > limits.WORKBOOK_ROWS:
            raise ImportRefused(
                f"{name} has over {limits.WORKBOOK_ROWS:,} rows: save it as "
                "“CSV UTF-8”, which may have more"
            )
        if len(cells) > limits.LIST_COLUMNS and any(cells[limits.LIST_COLUMNS :]):
            raise ImportRefused(
                f"{name} has over {limits.LIST_COLUMNS} columns: leave out those "
                "that are not about people"
            )
        texts = [_text(cell) for cell in cells[: limits.LIST_COLUMNS]]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            # Kept for the numbers of the rows behind them, and none at the end.
            blank += 1
            continue
        out.write("\n" * blank)
        blank = 0
        writer.writerow(texts)
        if out.tell() > _BLOCK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _with_formulas(
    rows: Iterable[tuple[Any, ...]], file: BinaryIO, part: str
) -> Iterator[list[Any]]:
    """Yield the rows, with a mark in place of each value that was never stored."""
    with zipfile.ZipFile(file) as archive:
        cells = _unreckoned(archive, part) if _has_formulas(archive, part) else iter(())
        at = next(cells, None)
        for number, row in enumerate(rows, 1):
            marked = list(row)
            while at and at[0] <= number:
                place = at[1] - 1
                if at[0] == number and place < limits.LIST_COLUMNS:
                    marked += [None] * (place + 1 - len(marked))
                    marked[place] = UNRECKONED
                at = next(cells, None)
            yield marked


def _has_formulas(archive: zipfile.ZipFile, part: str) -> bool:
    rest = b""
    with archive.open(part) as sheet:
        while block := sheet.read(_BLOCK):
            if _FORMULA.search(rest + block):
                return True
            rest = block[-_TAG:]
    return False


def _unreckoned(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int]]:
    """Yield row and column of every formula of a sheet that has no value, in order."""
    reader = _FormulaReader()
    with archive.open(part) as sheet:
        while block := sheet.read(_BLOCK):
            yield from reader.read(block)


class _FormulaReader:
    """Reads a sheet's markup by pieces, for its formulas that have no value.

    Whatever has text for its value has one, even if that is empty.
    """

    def __init__(self) -> None:
        self._cells: list[tuple[int, int]] = []
        self._row = self._column = 0
        self._is_formula = self._has_value = False
        self._within = ""
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = _refuse_entity

    def read(self, block: bytes) -> list[tuple[int, int]]:
        """Return row and column of those that end in the piece."""
        self._parser.Parse(block, False)  # noqa: FBT003 - it takes no keyword
        cells, self._cells = self._cells, []
        return cells

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._within = tag = tag.rpartition(":")[2]
        if tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif tag == "c":
            self._column = _column(attributes.get("r", "")) or self._column + 1
            self._is_formula, self._has_value = False, attributes.get("t") == "str"
        elif tag == "f":
            self._is_formula = True

    def _end(self, tag: str) -> None:
        self._within = ""
        is_cell = tag.rpartition(":")[2] == "c"
        if is_cell and self._is_formula and not self._has_value:
            self._cells.append((self._row, self._column))

    def _text(self, _text: str) -> None:
        self._has_value = self._has_value or self._within == "v"


def _refuse_entity(*_declared: object) -> None:
    raise ImportRefused("the workbook declares entities, as none of a spreadsheet does")


def _column(reference: str) -> int:
    """Return the number of the column of a cell such as "AB12"."""
    number = 0
    for letter in filter(str.isalpha, reference.upper()):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case _:
            lines = str(cell)[: limits.ROW_CHARACTERS].splitlines()
            tidied = (" ".join(line.split()) for line in lines)
            text = LINE_BREAK.join(filter(None, tidied))
            return "" if text in _FAULTS_OF_CELLS else text


def _check_unpacked(name: str, file: BinaryIO) -> None:
    """Unpack a workbook, keeping nothing. Raises ImportRefused for one that swells."""
    try:
        with zipfile.ZipFile(file) as archive:
            trouble = _trouble_unpacking(archive)
    except Exception as problem:
        # Of many kinds, as an archive may be wrong in any way.
        raise ImportRefused(f"{name} is damaged: {_HOW_TO_SAVE}") from problem
    finally:
        file.seek(0)
    if trouble:
        raise ImportRefused(f"{name} {trouble}")


def _trouble_unpacking(archive: zipfile.ZipFile) -> str:
    """Return why an archive is not to be read, whatever it says of itself, or ""."""
    entries = archive.infolist()
    if len(entries) > limits.WORKBOOK_PARTS:
        return f"has too many parts to be a list: {_HOW_TO_SAVE}"
    if any(entry.flag_bits & 1 for entry in entries):
        return "has a password: save it without, then choose that"
    room = limits.WORKBOOK_BYTES
    for entry in entries:
        is_large = entry.filename.lower().startswith(_LARGE_PARTS)
        most = room if is_large else min(room, limits.WORKBOOK_PART_BYTES)
        size = 0
        with archive.open(entry) as part:
            while size <= most and (block := part.read(_BLOCK)):
                size += len(block)
        if size > most:
            return (
                "is far larger than it looks: save it as “CSV UTF-8” without "
                "pictures, then choose that"
            )
        room -= size
    return ""
