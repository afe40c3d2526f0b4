"""The packing list as a file for a spreadsheet."""

import csv
import io

import pytest

from digest.render.letter.batch.manifest import (
    COLUMNS,
    ManifestRow,
    manifest_csv,
    read_manifest,
)


def a_row(name: str = "Ann Example") -> ManifestRow:
    return ManifestRow(1, "K7-1", name, "ZZ99 1AA", "", "letter", 4, 2, 3, 14, "Dilwyn")


def test_the_rows_come_back_as_they_were() -> None:
    name = 'Ann "Annie" Example,\nthe elder'

    header, row = csv.reader(io.StringIO(manifest_csv([a_row(name)]), newline=""))

    assert tuple(header) == COLUMNS
    assert row == [
        *("1", "K7-1", name, "ZZ99 1AA", "", "letter", "4", "2", "3", "14", "Dilwyn")
    ]


def test_a_list_from_before_batches_were_an_organisers_is_read() -> None:
    older = "\r\n".join(
        line.rpartition(",")[0] for line in manifest_csv([a_row()]).splitlines()
    )

    (row,) = read_manifest(older)
    assert (row.reference, row.organiser) == ("K7-1", "")


@pytest.mark.parametrize("start", ["", *"=+-@\t\r'"])
def test_a_list_that_was_written_is_read_as_it_was(start: str) -> None:
    rows = (a_row(f"{start}Ann, the elder"), a_row('Bo "B" Example'))

    assert read_manifest(manifest_csv(rows)) == rows


def test_what_is_no_packing_list_is_not_read_as_one() -> None:
    with pytest.raises(ValueError, match="no packing list"):
        read_manifest("name,email\nAnn,ann@example.org\n")


def test_lines_end_as_the_standard_says() -> None:
    assert manifest_csv([a_row()]).count("\r\n") == 2


@pytest.mark.parametrize("start", "=+-@\t\r")
def test_no_cell_is_a_formula(start: str) -> None:
    _, row = csv.reader(io.StringIO(manifest_csv([a_row(f"{start}1+1")]), newline=""))

    assert row[2] == f"'{start}1+1"
