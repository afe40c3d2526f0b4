"""Whether a database goes on where it had come to, from what a mark says of it."""

from dataclasses import replace

import pytest

from digest.model.delivery import marks
from digest.model.delivery.marks import (
    DatabaseMark,
    FileIdentity,
    FileMark,
    ServerIdentity,
    departure,
    generation_after_resume,
)

FILE = FileIdentity(inode=11, version=7, modified=1_800_000_000)
MARK = FileMark("a", 5, FILE, FILE)
DATABASE = DatabaseMark("a", 5)
SERVER = ServerIdentity("16384", "7300000000000000001", "00000001")


@pytest.mark.parametrize(
    ("database", "file", "why"),
    [
        pytest.param(DATABASE, MARK, None, id="as it was"),
        pytest.param(replace(DATABASE, generation=6), MARK, None, id="killed between"),
        pytest.param(
            replace(DATABASE, generation=4),
            MARK,
            marks.OLDER,
            id="restored",
        ),
        pytest.param(DatabaseMark("b", 9), MARK, marks.OTHER, id="another's"),
        pytest.param(DATABASE, None, marks.MISSING, id="without its folder"),
        pytest.param(DatabaseMark("a", 0), None, None, id="nothing has left yet"),
        pytest.param(
            DATABASE,
            replace(MARK, actual=replace(FILE, inode=12)),
            marks.COPIED,
            id="a copy",
        ),
        pytest.param(
            DATABASE,
            replace(MARK, actual=replace(FILE, version=8)),
            marks.COPIED,
            id="a copy that was given the same number",
        ),
        pytest.param(
            DATABASE,
            replace(MARK, actual=replace(FILE, version=None)),
            None,
            id="on a disk that does not tell any more",
        ),
        pytest.param(
            DATABASE,
            replace(MARK, actual=replace(FILE, modified=1_800_000_002)),
            marks.COPIED,
            id="touched",
        ),
        pytest.param(
            DATABASE,
            FileMark("", 0, FileIdentity(0, None, 0), FILE),
            marks.UNREADABLE,
            id="torn",
        ),
    ],
)
def test_a_database_on_one_machine(
    database: DatabaseMark, file: FileMark | None, why: str | None
) -> None:
    assert departure(database, file, None, is_alone=True) == why


@pytest.mark.parametrize(
    ("before", "now", "file", "why"),
    [
        pytest.param(SERVER, SERVER, None, None, id="a new machine"),
        pytest.param(SERVER, SERVER, MARK, None, id="a machine that lags behind"),
        pytest.param(None, SERVER, None, None, id="asked for the first time"),
        pytest.param(
            SERVER,
            replace(SERVER, database="16999"),
            None,
            marks.ANOTHER_DATABASE,
            id="restored into a new database",
        ),
        pytest.param(
            SERVER,
            replace(SERVER, timeline="00000002"),
            None,
            marks.ANOTHER_TIMELINE,
            id="restored to a moment",
        ),
        pytest.param(
            SERVER,
            ServerIdentity("5", "8", "00000001"),
            None,
            marks.ANOTHER_SERVER,
            id="on another server",
        ),
        pytest.param(
            SERVER, ServerIdentity("16384"), None, None, id="a role that may not ask"
        ),
        pytest.param(
            ServerIdentity("16384"), SERVER, None, None, id="a role that now may ask"
        ),
        pytest.param(
            SERVER,
            SERVER,
            replace(MARK, generation=8),
            marks.OLDER,
            id="restored in place, beside a machine that had handed over",
        ),
    ],
)
def test_a_database_on_a_server(
    before: ServerIdentity | None,
    now: ServerIdentity,
    file: FileMark | None,
    why: str | None,
) -> None:
    database = DatabaseMark("a", 7, before)

    assert departure(database, file, now, is_alone=False) == why


def test_what_may_not_be_asked_any_more_stays_known() -> None:
    assert ServerIdentity("16384").completed_by(SERVER) == SERVER
    assert SERVER.completed_by(None) == SERVER
    now = ServerIdentity("17000", "7300000000000000002", "00000002")
    assert now.completed_by(SERVER) == now


@pytest.mark.parametrize(
    ("database", "file", "generation"),
    [
        (0, 0, 1_000_000_000),
        (90, 100, 1_000_000_000),
        (100, 90, 1_000_000_000),
        (1_000_000_000, 0, 2_000_000_000),
        (3_000_000_007, 90, 4_000_000_000),
        (90, 3_000_000_007, 4_000_000_000),
    ],
)
def test_after_resume_every_earlier_mark_is_behind(
    database: int, file: int, generation: int
) -> None:
    # Also that of a machine which had handed over more than either knows.
    assert generation_after_resume(database, file) == generation
