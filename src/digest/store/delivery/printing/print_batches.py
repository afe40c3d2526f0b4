"""Print batches: letters printed and posted together; open, sealed, posted.

One whose edition is stopped while it is open is stopped too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    func,
    insert,
    or_,
    select,
    update,
)

from digest.errors import NotFound
from digest.model.delivery.returned_letters import from_scanner
from digest.model.editions.mode import Mode
from digest.model.people.person import name_key
from digest.model.webhooks import WebhookKind
from digest.store.base.tables import edition, print_batch
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.staff.audit import Act, record
from digest.store.staff.rounds import ALL_ROUNDS, VisibleRounds
from digest.store.webhooks.outbox import tell


class PrintBatchState(StrEnum):
    """Where a print batch stands."""

    OPEN = "open"
    SEALED = "sealed"
    POSTED = "posted"
    STOPPED = "stopped"


OVER = (PrintBatchState.POSTED, PrintBatchState.STOPPED)
_STAMPS = {PrintBatchState.SEALED: "sealed_at", PrintBatchState.POSTED: "posted_at"}
_BEFORE = {
    PrintBatchState.SEALED: PrintBatchState.OPEN,
    PrintBatchState.POSTED: PrintBatchState.SEALED,
    PrintBatchState.STOPPED: PrintBatchState.OPEN,
}


# In place of the sum of files that are not to be brought back.
REMOVED = ""


@dataclass(frozen=True, slots=True)
class PrintFiles:
    """A batch's two files, by their paths below the data directory, and their sum.

    The sum is REMOVED of files that were taken away for good.
    """

    pdf: str
    manifest: str
    sha256: str
    letters: int
    sheets: int

    def below(self, data_dir: Path) -> tuple[Path, Path]:
        """Return where both are, as whoever started the program opens them."""
        return data_dir / self.pdf, data_dir / self.manifest


@dataclass(frozen=True, slots=True)
class PrintBatch:
    """A batch as it stands; `organiser` is who looks after all of its readers."""

    id: int
    edition_id: int
    edition_code: str
    state: PrintBatchState
    files: PrintFiles
    made_at: datetime
    sealed_at: datetime | None
    posted_at: datetime | None
    printed_at: datetime | None
    organiser: str
    campaign_id: int
    slot: datetime
    is_rehearsal: bool

    @property
    def subject(self) -> str:
        """What the audit trail calls it."""
        return f"print batch {self.id}"

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do with it."""
        return self.state in OVER

    @property
    def has_files(self) -> bool:
        """Whether its files are to be there."""
        return self.files.sha256 != REMOVED

    @property
    def is_empty(self) -> bool:
        """Whether no letter is left in it: its readers were erased."""
        return self.files.letters == 0


def letter_key(reference: str) -> DeliveryKey:
    """Return whose letter a reference is of, typed or scanned.

    Raises NotFound for who holds it.
    """
    try:
        return DeliveryKey.parse(from_scanner(reference))
    except NotFound as problem:
        raise NotFound(
            "a letter's reference is two numbers with a full stop between them, such "
            "as 14.7: it stands at the foot of its first page"
        ) from problem


def add(
    connection: Connection,
    edition_id: int,
    files: PrintFiles,
    now: datetime,
    organiser: str = "",
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
            organiser=organiser,
            organiser_key=name_key(organiser),
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
        if to is PrintBatchState.POSTED:
            facts = {"print_batch": batch_id, "edition": edition_id}
            tell(connection, WebhookKind.BATCH_POSTED, now, lambda: [facts])
    return moved.rowcount == 1


def mark_printed(
    connection: Connection, batch_id: int, now: datetime, *, is_printed: bool
) -> bool:
    """Say that a sealed batch has been printed, or has not; False where that is so.

    Raises NotFound in words.
    """
    batch = get(connection, batch_id)
    marked = connection.execute(
        update(print_batch)
        .where(
            print_batch.c.id == batch_id,
            print_batch.c.state == PrintBatchState.SEALED,
            print_batch.c.printed_at.is_(None)
            if is_printed
            else print_batch.c.printed_at.is_not(None),
        )
        .values(printed_at=now if is_printed else None)
    )
    if marked.rowcount:
        verb = "printed" if is_printed else "took back that it had printed"
        _record(connection, batch, verb, now)
    return marked.rowcount == 1


def take_back_posted(connection: Connection, batch_id: int, now: datetime) -> bool:
    """Say that a posted batch was not posted after all; False where it stands so."""
    batch = get(connection, batch_id)
    taken_back = connection.execute(
        update(print_batch)
        .where(
            print_batch.c.id == batch_id, print_batch.c.state == PrintBatchState.POSTED
        )
        .values(state=PrintBatchState.SEALED, posted_at=None)
    )
    if taken_back.rowcount:
        _record(connection, batch, "took back that it had posted", now)
    return taken_back.rowcount == 1


def record_reprint(
    connection: Connection, batch: PrintBatch, reference: str, now: datetime
) -> None:
    """Write down that one letter of the batch was made once more."""
    _record(connection, batch, f"made letter {reference} again of", now)


def _record(
    connection: Connection, batch: PrintBatch, verb: str, now: datetime
) -> None:
    act = Act(verb, edition_id=batch.edition_id, subject=batch.subject)
    record(connection, act, now)


def get(
    connection: Connection, batch_id: int, of: VisibleRounds = ALL_ROUNDS
) -> PrintBatch:
    """Return the batch, if it is one of those. Raises NotFound in words."""
    row = connection.execute(
        _batches().where(
            print_batch.c.id == batch_id, of.holds(print_batch.c.organiser_key)
        )
    ).first()
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


def page(
    connection: Connection,
    most: int,
    *,
    edition_id: int | None = None,
    state: PrintBatchState | None = None,
    before: int | None = None,
) -> list[PrintBatch]:
    """Return print batches, newest first: of an edition, that stand so, before one."""
    batches = _batches().order_by(print_batch.c.id.desc()).limit(most)
    if edition_id is not None:
        batches = batches.where(print_batch.c.edition_id == edition_id)
    if state is not None:
        batches = batches.where(print_batch.c.state == state)
    if before is not None:
        batches = batches.where(print_batch.c.id < before)
    return [_batch(row) for row in connection.execute(batches)]


def in_states(
    connection: Connection,
    states: Sequence[PrintBatchState],
    of: VisibleRounds,
    mode: Mode,
    most: int,
) -> list[PrintBatch]:
    """Return the visible batches of a mode that stand so, newest first, at most `most`.

    Posted ones by when they were posted; none in which no letter is left.
    """
    rows = connection.execute(
        _batches()
        .where(
            print_batch.c.state.in_(states),
            print_batch.c.letters > 0,
            of.holds(print_batch.c.organiser_key),
            edition.c.mode == mode,
        )
        .order_by(print_batch.c.posted_at.desc(), print_batch.c.id.desc())
        .limit(most)
    )
    return [_batch(row) for row in rows]


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


def over_since(
    connection: Connection, before: datetime, most: int | None = None
) -> list[tuple[int, datetime]]:
    """Return which batches were over before then, with since when, and have files.

    Proofs are over when they are made: nobody posts them.
    """
    is_proof = edition.c.mode == Mode.PRACTICE
    since = func.coalesce(print_batch.c.posted_at, print_batch.c.made_at)
    rows = connection.execute(
        select(print_batch.c.id, since)
        .join(edition, edition.c.id == print_batch.c.edition_id)
        .where(
            print_batch.c.sha256 != REMOVED,
            or_(print_batch.c.state.in_(OVER), is_proof),
            since < before,
        )
        .order_by(since, print_batch.c.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def note_removed(connection: Connection, batch: PrintBatch, now: datetime) -> None:
    """Write down that a batch's files were removed for good; its counts stay."""
    connection.execute(
        update(print_batch).where(print_batch.c.id == batch.id).values(sha256=REMOVED)
    )
    _record(connection, batch, "removed the files of", now)


def get_for_update(connection: Connection, batch_id: int) -> PrintBatch:
    """Return the batch; nobody else changes it before this transaction has ended."""
    connection.execute(
        select(print_batch.c.id).where(print_batch.c.id == batch_id).with_for_update()
    )
    return get(connection, batch_id)


def _batches() -> Any:
    return select(
        print_batch,
        edition.c.code,
        edition.c.campaign_id,
        edition.c.slot,
        edition.c.mode,
    ).join(edition, edition.c.id == print_batch.c.edition_id)


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
        printed_at=row.printed_at,
        organiser=row.organiser,
        campaign_id=row.campaign_id,
        slot=row.slot,
        is_rehearsal=row.mode == Mode.PRACTICE,
    )
