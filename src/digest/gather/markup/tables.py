"""Which tables of a page hold data, and the grid of their cells."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from digest.gather import limits

_PARTS = frozenset({"thead", "tbody", "tfoot"})
_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"caption", "colgroup", "col", "script", "style", "template"})
_NOT_IN_DATA = (
    ".//table|.//img|.//h1|.//h2|.//h3|.//h4|.//ul|.//ol|.//blockquote|.//pre"
)
# A cell of more is a column of a page, laid out with a table.
_LONGEST_UNNAMED = 200


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's cells by row, all rows alike long; None where nothing stands."""

    rows: tuple[tuple[Any | None, ...], ...]
    has_header: bool
    captions: tuple[Any, ...]


def grid(table: Any) -> Grid | None:
    """Return the cells of a data table, or None for one that lays out a page.

    A cell that spans several columns or rows stands in the first of them.
    """
    rows = list(_rows(table))
    if any(row is None for row in rows) or not _is_data(table):
        return None
    cells = _placed([row for row in rows if row is not None and len(row)])
    width = max(map(len, cells), default=0)
    if (
        not width
        or width > limits.TABLE_COLUMNS
        or width * len(cells) > limits.TABLE_CELLS
    ):
        return None
    padded = tuple(tuple(row + [None] * (width - len(row))) for row in cells)
    captions = tuple(part for part in table if part.tag == "caption")
    first = [cell for cell in padded[0] if cell is not None]
    in_head = any(
        part.tag == "thead" for cell in first for part in cell.iterancestors()
    )
    named = [cell for cell in first if "".join(cell.itertext()).strip()]
    is_named = bool(named) and all(cell.tag == "th" for cell in named)
    return Grid(padded, in_head or is_named, captions)


def _rows(part: Any) -> Iterator[Any | None]:
    """Yield the rows; None for words or elements that belong to no cell."""
    if _strays(part):
        yield None
    for child in part:
        if child.tag in _PARTS:
            yield from _rows(child)
        elif child.tag == "tr":
            is_plain = not _strays(child) and all(c.tag in _CELLS for c in child)
            yield child if is_plain else None
        elif child.tag not in _SILENT:
            yield None


def _strays(element: Any) -> bool:
    words = [element.text, *(child.tail for child in element)]
    return any(text and text.strip() for text in words)


def _is_data(table: Any) -> bool:
    role = table.get("role")
    if role in {"presentation", "none"}:
        return False
    if table.find(".//table") is not None:
        return False
    if role == "table" or table.find(".//th") is not None:
        return True
    if table.find("caption") is not None:
        return True
    rows = list(table.iter("tr"))
    return (
        len(rows) > 1
        and any(len(row) > 1 for row in rows)
        and not table.xpath(_NOT_IN_DATA)
        and all(len("".join(row.itertext())) <= _LONGEST_UNNAMED for row in rows)
    )


def _placed(rows: list[Any]) -> list[list[Any | None]]:
    placed: list[list[Any | None]] = []
    below: dict[int, int] = {}  # column -> rows for which a cell above fills it
    for row in rows:
        line: list[Any | None] = []
        for cell in row:
            while below.get(len(line), 0):
                line.append(None)
            first = len(line)
            line += [cell, *[None] * (_span(cell, "colspan") - 1)]
            fills = range(first, len(line))
            below |= dict.fromkeys(fills, _span(cell, "rowspan"))
        below = {column: more - 1 for column, more in below.items() if more > 1}
        placed.append(line)
    return placed


def _span(cell: Any, name: str) -> int:
    span = cell.get(name, "")[:3]
    return min(max(int(span), 1), limits.TABLE_COLUMNS) if span.isdecimal() else 1
