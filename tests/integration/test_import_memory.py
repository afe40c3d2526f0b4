"""Memory while a list is imported: it hardly grows with the list."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from digest.audience.lists.import_report import ImportReport
from digest.audience.lists.importing import ListImport
from digest.store.people.imports.list_imports import ImportChunk
from tests.builders import EIGHT
from tests.lists import HASHER, HEAD
from tests.stored import a_stored_campaign

CHUNK, CHUNKS, WARM = 50, 40, 10
# What rings of objects would hold of these chunks is some 40,000.
MOST_BLOCKS = 6_000


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_was_asked_for_one_chunk_is_let_go_before_the_next(
    engine: Engine, tmp_path: Path, *, dry_run: bool
) -> None:
    a_stored_campaign(engine)
    path = tmp_path / "list.csv"
    rows = (f"Person {n},p{n}@example.org,,,,\n" for n in range(CHUNK * CHUNKS))
    path.write_text("".join((f"{HEAD}\n", *rows)))
    blocks: list[int] = []

    def count(*_: Connection | ImportChunk | ImportReport | int) -> None:
        blocks.append(sys.getallocatedblocks())

    list_import = ListImport(
        engine, "lantern", HASHER, dry_run, chunk=CHUNK, journal=count
    )
    report = list_import.run(path, EIGHT)

    assert report.added == CHUNK * CHUNKS
    assert max(blocks[WARM:]) - blocks[WARM] < MOST_BLOCKS
