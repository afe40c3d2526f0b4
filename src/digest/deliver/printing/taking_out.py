"""Letters of people who were erased, taken out of the files of their print batches."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from digest.deliver.printing.print_files import staged
from digest.deliver.printing.print_room import LaidOutLetters, PrintRoom
from digest.store.base.engine import reading, writing
from digest.store.delivery import print_batches
from digest.store.delivery.copies import DueCopy, letters_in_batch
from digest.store.delivery.print_batches import PrintBatch, PrintFiles


@dataclass(frozen=True, slots=True)
class TakenOutLetters:
    """What became of a batch that had letters of people who were erased.

    `references` are theirs. Where it `is_on_paper`, somebody has to look for them;
    `why` is why its file could not be made without them, "" where it was.
    """

    batch_id: int
    references: tuple[str, ...]
    is_on_paper: bool
    why: str = ""


def take_out(room: PrintRoom, now: datetime) -> list[TakenOutLetters]:
    """Take letters of people who were erased out of every batch that has some.

    The file of a batch that is over is removed; that of one that is to be posted is
    made again with the letters of the others, also where it was sealed. Safe to repeat:
    what was not done is done the next time.
    """
    with reading(room.engine) as connection:
        ids = print_batches.with_erased(connection)
    return [_from_batch(room, batch_id, now) for batch_id in ids]


def _from_batch(room: PrintRoom, batch_id: int, now: datetime) -> TakenOutLetters:
    with reading(room.engine) as connection:
        batch = print_batches.get(connection, batch_id)
        erased = print_batches.erased_in(connection, batch_id)
        letters = [
            letter
            for letter in letters_in_batch(connection, batch.edition_id, batch_id)
            if letter.key not in erased and letter.to.address is not None
        ]
    outcome = TakenOutLetters(
        batch_id,
        tuple(map(str, erased)),
        is_on_paper=batch.printed_at is not None and not batch.is_over,
    )
    if batch.is_over or not letters:
        _remove(room, batch)
        with writing(room.engine) as connection:
            print_batches.take_out_erased(connection, batch, None, now)
        return outcome
    return _made_again(room, batch, letters, outcome, now)


def _made_again(
    room: PrintRoom,
    batch: PrintBatch,
    letters: list[DueCopy],
    outcome: TakenOutLetters,
    now: datetime,
) -> TakenOutLetters:
    laid_out = room.lay_out(batch.edition_id, letters)
    if laid_out.problems or laid_out.left_over or not laid_out.pdf:
        why = next(iter(laid_out.problems.values()), "it does not fit into one file")
        return TakenOutLetters(
            outcome.batch_id, outcome.references, outcome.is_on_paper, why
        )
    pdf, manifest = room.folder / batch.files.pdf, room.folder / batch.files.manifest
    contents = {"letters": laid_out.pdf, "manifest": laid_out.manifest}
    with staged(pdf.parent, contents) as files, writing(room.engine) as connection:
        remaining = _files(batch, laid_out, len(letters) - len(laid_out.emptied))
        print_batches.take_out_erased(connection, batch, remaining, now)
        # Last: its lock is held, so nobody reads the one without the other.
        files.publish({"letters": pdf, "manifest": manifest})
    return outcome


def _files(batch: PrintBatch, laid_out: LaidOutLetters, letters: int) -> PrintFiles:
    return PrintFiles(
        pdf=batch.files.pdf,
        manifest=batch.files.manifest,
        sha256=hashlib.sha256(laid_out.pdf).hexdigest(),
        letters=letters,
        sheets=laid_out.sheets,
    )


def _remove(room: PrintRoom, batch: PrintBatch) -> None:
    for name in (batch.files.pdf, batch.files.manifest):
        (room.folder / name).unlink(missing_ok=True)
