"""Remnants in an SQLite file, as SQLite leaves them where it puts a page in order.

Between the places of a page's cells and the cells themselves is room that no query
reads (https://www.sqlite.org/fileformat2.html, 1.6). Cells that were moved are still in
it until something takes their place: seldom where the test's few rows are, so that a
test that waits for one proves nothing.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

_LEAVES = {0x0A, 0x0D}
_HEADER, _CELL_PLACE = 8, 2
_FIRST_PAGE_AT = 100


def leave_remnants(engine: Engine, words: Sequence[str]) -> int:
    """Have the free room of the database's pages hold these words; return how many.

    As many as there is room for, those of the first in as many pages as can be.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    path = Path(str(engine.url.database))
    content = bytearray(path.read_bytes())
    [size] = struct.unpack(">H", content[16:18])
    written = 0
    for begin in range(0, len(content), size):
        head = begin + (0 if begin else _FIRST_PAGE_AT)
        kind, _, cells, first = struct.unpack(">BHHH", content[head : head + 7])
        if kind not in _LEAVES:
            continue
        room = head + _HEADER + cells * _CELL_PLACE
        remnant = words[written % len(words)].encode()
        # At the cells' end of it, where a cell lies that was moved.
        place = begin + first - len(remnant)
        if first and place > room:
            content[place : place + len(remnant)] = remnant
            written += 1
    path.write_bytes(content)
    return written
