"""Letters of people who were erased, taken out of the files of their print batches."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.deliver.printing.print_files import staged
from digest.deliver.printing.print_room import (
    NO_ADDRESS,
    WITHDRAWN,
    LaidOutLetters,
    PrintRoom,
)
from digest.errors import DigestError
from digest.store.base.engine import reading, writing
from digest.store.delivery.copies import DueCopy, letters_in_batch
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.printing import erased_letters, print_batches
from digest.store.delivery.printing.erased_letters import LettersTakenOut
from digest.store.delivery.printing.print_batches import PrintBatch, PrintFiles

log = logging.getLogger(__name__)

_TRIES = 5


@dataclass(frozen=True, slots=True)
class TakenOutLetters:
    """What became of a batch that had letters of people who were erased.

    `references` are theirs. Where it `is_on_paper`, somebody has to look for them;
    `why` is why its file could not be made without them, "" where it was. `left_out`
    are letters of others that its new file has not either, each with the reason.
    """

    batch_id: int
    references: tuple[str, ...]
    is_on_paper: bool
    why: str = ""
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Standing:
    """A batch as it was read, whose letters of it are to go, and the others."""

    batch: PrintBatch
    erased: tuple[DeliveryKey, ...]
    letters: tuple[DueCopy, ...]
    unaddressed: tuple[DeliveryKey, ...] = ()

    @property
    def outcome(self) -> TakenOutLetters:
        batch = self.batch
        return TakenOutLetters(
            batch.id,
            tuple(map(str, self.erased)),
            is_on_paper=batch.printed_at is not None and not batch.is_over,
        )


class _Changed(Exception):  # noqa: N818 - says what is the case
    """Somebody else was erased, or a step was taken, while it was laid out."""


def take_out(room: PrintRoom, now: datetime) -> list[TakenOutLetters]:
    """Take letters of people who were erased out of every batch that has some.

    The file of a batch that is over is removed; that of one that is to be posted is
    made again with the letters of the others, also where it was sealed. Safe to repeat,
    and for several at once: what was not done is done the next time.
    """
    with reading(room.engine) as connection:
        ids = erased_letters.with_erased(connection)
    outcomes = (_from_batch(room, batch_id, now) for batch_id in ids)
    return [outcome for outcome in outcomes if outcome.references]


def _from_batch(room: PrintRoom, batch_id: int, now: datetime) -> TakenOutLetters:
    for _ in range(_TRIES):
        with reading(room.engine) as connection:
            standing = _standing(connection, batch_id)
        try:
            left_out = _take_out(room, standing, now) if standing.erased else ()
        except _Changed:
            log.info("erased letters are taken out anew batch=%s", batch_id)
        except DigestError as problem:
            # It costs no other batch anything, and is done the next time.
            return replace(standing.outcome, why=str(problem))
        else:
            return replace(standing.outcome, left_out=left_out)
    return replace(
        standing.outcome, why=f"it changed while it was laid out, {_TRIES} times over"
    )


def remove_old_files(
    room: PrintRoom, before: datetime, now: datetime, most: int
) -> int:
    """Remove the files of batches that were over before then, `most` at most.

    Returns of how many. Raises DigestError where one cannot be removed.
    """
    with reading(room.engine) as connection:
        over = print_batches.over_since(connection, before, most)
    for batch_id, _ in over:
        with writing(room.engine) as connection:
            batch = print_batches.get_for_update(connection, batch_id)
            # Taken back meanwhile: it is to be posted still.
            if batch.is_over or batch.is_rehearsal:
                print_batches.note_removed(connection, batch, now)
                _remove(room, batch)
    return len(over)


def _remove(room: PrintRoom, batch: PrintBatch) -> None:
    for name in (batch.files.pdf, batch.files.manifest):
        try:
            (room.folder / name).unlink(missing_ok=True)
        except OSError as problem:
            raise DigestError(
                f"{room.folder / name} cannot be removed ({problem.strerror}): look at "
                "its owner and its mode"
            ) from problem


def _standing(connection: Connection, batch_id: int) -> _Standing:
    batch = print_batches.get(connection, batch_id)
    erased = tuple(erased_letters.erased_in(connection, batch_id))
    letters = letters_in_batch(connection, batch.edition_id, batch_id)
    others = [letter for letter in letters if letter.key not in erased]
    return _Standing(
        batch,
        erased,
        tuple(each for each in others if each.to.address is not None),
        tuple(each.key for each in others if each.to.address is None),
    )


def _take_out(
    room: PrintRoom, standing: _Standing, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Take them out; return which letters of others are left out too, and why."""
    batch, letters = standing.batch, standing.letters
    pdf, manifest = batch.files.below(room.folder)
    laid_out = None
    if letters and not batch.is_over:
        laid_out = room.lay_out(batch.edition_id, letters)
        if laid_out.problems or laid_out.left_over:
            problems = iter(laid_out.problems.values())
            raise DigestError(next(problems, "it does not fit into one file"))
    left_out = () if batch.is_over else _left_out(standing, laid_out)
    taken_out = LettersTakenOut(standing.erased, left_out)
    if laid_out is None or len(laid_out.emptied) == len(letters):
        with _unchanged(room, standing) as connection:
            erased_letters.take_out(connection, batch, taken_out, None, now)
            # Last: a batch whose file is gone is never taken for one that has it.
            _remove(room, batch)
        return left_out
    contents = {"letters": laid_out.pdf, "manifest": laid_out.manifest}
    remaining = _files(batch, laid_out, len(letters) - len(laid_out.emptied))
    with (
        staged(pdf.parent, contents) as files,
        _unchanged(room, standing) as connection,
    ):
        erased_letters.take_out(connection, batch, taken_out, remaining, now)
        # Last: its lock is held, so nobody reads the one without the other.
        files.publish({"letters": pdf, "manifest": manifest})
    return left_out


def _left_out(
    standing: _Standing, laid_out: LaidOutLetters | None
) -> tuple[tuple[str, str], ...]:
    emptied = laid_out.emptied if laid_out else frozenset()
    withdrawn = (
        (str(letter.key), WITHDRAWN)
        for letter in standing.letters
        if letter.key.reader_id in emptied
    )
    unaddressed = ((str(key), NO_ADDRESS.format(key)) for key in standing.unaddressed)
    return (*unaddressed, *withdrawn)


@contextmanager
def _unchanged(room: PrintRoom, standing: _Standing) -> Iterator[Connection]:
    """Yield a writing transaction in which the batch stands as it was read.

    Raises _Changed where it does not: whoever publishes what was laid out of it would
    put a letter back, or make the file of a batch that is over by now.
    """
    with writing(room.engine) as connection:
        batch = print_batches.get_for_update(connection, standing.batch.id)
        erased = tuple(erased_letters.erased_in(connection, batch.id))
        if (batch, erased) != (standing.batch, standing.erased):
            raise _Changed
        yield connection


def _files(batch: PrintBatch, laid_out: LaidOutLetters, letters: int) -> PrintFiles:
    return PrintFiles(
        pdf=batch.files.pdf,
        manifest=batch.files.manifest,
        sha256=hashlib.sha256(laid_out.pdf).hexdigest(),
        letters=letters,
        sheets=laid_out.sheets,
    )
