"""Print batches: letters printed and posted together; open, sealed, posted.

One whose edition is stopped while it is open is stopped too.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from digest.errors import NotFound
from digest.store.base.tables import edition, print_batch
from digest.store.staff.audit import Act, record


class PrintBatchState(StrEnum):
    """Where a print batch stands."""

    OPEN = "open"
    SEALED = "sealed"
    POSTED = "posted"
    STOPPED = "stopped"


_STAMPS = {PrintBatchState.SEALED: "sealed_at", PrintBatchState.POSTED: "posted_at"}
_BEFORE = {
    PrintBatchState.SEALED: PrintBatchState.OPEN,
    PrintBatchState.POSTED: PrintBatchState.SEALED,
    PrintBatchState.STOPPED: PrintBatchState.OPEN,
}


@dataclass(frozen=True, slots=True)
class PrintFiles:
    """A batch's two files, by their paths below the data directory, and their sum."""

    pdf: str
    manifest: str
    sha256: str
    letters: int
    sheets: int


@dataclass(frozen=True, slots=True)
class PrintBatch:
    """A batch as it stands."""

    id: int
    edition_id: int
    edition_code: str
    state: PrintBatchState
    files: PrintFiles
    made_at: datetime
    sealed_at: datetime | None
    posted_at: datetime | None


def add(
    connection: Connection, edition_id: int, files: PrintFiles, now: datetime
) -> int:
    """Add an open batch with its files; return its number."""
    batch_id: int = connection.scalars(
        insert(print_batch)
        .values(
            edition_id=edition_id,
            state=PrintBatchState.OPEN,
            letters=files.letters,
            sheets=files.sheets,
            pdf=files.pdf,
            manifest=files.manifest,
            sha256=files.sha256,
            made_at=now,
        )
        .returning(print_batch.c.id)
    ).one()
    act = Act(
        "made",
        edition_id=edition_id,
        subject=f"print batch {batch_id}",
        after={"letters": files.letters, "sheets": files.sheets},
    )
    record(connection, act, now)
    return batch_id


def move(
    connection: Connection, batch_id: int, to: PrintBatchState, now: datetime
) -> bool:
    """Seal or stop an open batch or post a sealed one; False where it stands elsewhere.

    The one door for a print batch's state. Raises NotFound in words.
    """
    edition_id = get(connection, batch_id).edition_id
    stamp = {_STAMPS[to]: now} if to in _STAMPS else {}
    moved = connection.execute(
        update(print_batch)
        .where(print_batch.c.id == batch_id, print_batch.c.state == _BEFORE[to])
        .values(state=to, **stamp)
    )
    if moved.rowcount:
        act = Act(
            to.value,
            edition_id=edition_id,
            subject=f"print batch {batch_id}",
            before={"state": _BEFORE[to]},
            after={"state": to},
        )
        record(connection, act, now)
    return moved.rowcount == 1


def get(connection: Connection, batch_id: int) -> PrintBatch:
    """Return the batch. Raises NotFound in words."""
    row = connection.execute(_batches().where(print_batch.c.id == batch_id)).first()
    if row is None:
        raise NotFound(
            f"there is no print batch {batch_id}; see those there are with: "
            "digest print list"
        )
    return _batch(row)


def listed(connection: Connection, edition_id: int | None = None) -> list[PrintBatch]:
    """Return every print batch, or an edition's, in the order they were made."""
    batches = _batches().order_by(print_batch.c.id)
    if edition_id is not None:
        batches = batches.where(print_batch.c.edition_id == edition_id)
    return [_batch(row) for row in connection.execute(batches)]


def count(connection: Connection, edition_id: int) -> int:
    """Return how many batches the edition has.

    The edition's row is locked, so that two processes cannot both number the
    next one.
    """
    connection.execute(
        select(edition.c.id).where(edition.c.id == edition_id).with_for_update()
    )
    batches = select(func.count()).where(print_batch.c.edition_id == edition_id)
    return connection.scalar(batches) or 0


def _batches() -> Any:
    return select(print_batch, edition.c.code).join(
        edition, edition.c.id == print_batch.c.edition_id
    )


def _batch(row: Row[Any]) -> PrintBatch:
    return PrintBatch(
        id=row.id,
        edition_id=row.edition_id,
        edition_code=row.code,
        state=PrintBatchState(row.state),
        files=PrintFiles(row.pdf, row.manifest, row.sha256, row.letters, row.sheets),
        made_at=row.made_at,
        sealed_at=row.sealed_at,
        posted_at=row.posted_at,
    )
