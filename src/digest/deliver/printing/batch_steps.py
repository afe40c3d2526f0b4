"""A print batch on paper: printed, posted, taken back, and one of its letters again."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.deliver import limits
from digest.deliver.printing.print_room import (
    WITHDRAWN,
    LayOut,
    PrintRoom,
    walking_order,
)
from digest.errors import DigestError
from digest.model.delivery.label_sheets import LabelSheet
from digest.model.people.person import Addressee
from digest.store.base.asked_together import ask_together
from digest.store.base.engine import reading, writing
from digest.store.campaigns.going_live import refuse_unless_may_go
from digest.store.delivery.by_channel import BY_LETTER
from digest.store.delivery.copies import (
    DueCopy,
    letter_in_batch,
    letters_in_batch,
    print_batch_of,
)
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatch
from digest.store.delivery.sending.claims import (
    is_welcome,
    questions_of,
    welcome_readers,
)
from digest.store.holds import holds

log = logging.getLogger(__name__)

_GONE = (
    "the file of print batch {} is not where it was put: have it brought back from the "
    "backup"
)
_CHANGED = (
    "the file of print batch {} is not as it was made: do not print it, and have it "
    "brought back from the backup"
)
_EMPTY = (
    "no letter is left in print batch {}: whose they were has been erased. There is "
    "nothing to print, to post, or to bring back from a backup"
)
_REMOVED = (
    "the file of print batch {} was removed for good: it is over, and nothing of it is "
    "printed again. Do not bring it back from a backup"
)
_POSTED = "print batch {} has been posted: its letters are not made again"
_NO_LABELS = "print batch {} holds proofs, which are not posted: they need no labels"
_NOT_IN_IT = (
    "there is no letter {} in print batch {}: its reference stands at the foot of its "
    "first page"
)
_IN_NONE = (
    "there is no letter {} in any print batch: its reference stands at the foot of its "
    "first page"
)
_UNWELCOME = (
    "letter {} is not to go any more: its reader has left, or asked not to be written "
    "to. Take it out, and post the others"
)


@dataclass(frozen=True, slots=True)
class DueLabel:
    """The label of a letter; `to` is None of one that is not to be posted any more."""

    key: DeliveryKey
    to: Addressee | None


LayOutLabels = Callable[[Sequence[DueLabel], LabelSheet], bytes]


@dataclass(frozen=True, slots=True)
class BatchSteps:
    """What people do with the letters that the print room has made.

    `lay_out_alone` lays out a letter for one that was spoiled, and `lay_out_labels`
    address labels.
    """

    room: PrintRoom
    lay_out_alone: LayOut
    lay_out_labels: LayOutLabels

    def letters(self, batch: PrintBatch) -> bytes:
        """Return a batch's file. Raises DigestError where it is gone or was changed."""
        content = self._file(batch, batch.files.pdf)
        if hashlib.sha256(content).hexdigest() != batch.files.sha256:
            raise DigestError(_CHANGED.format(batch.id))
        return content

    def packing_list(self, batch: PrintBatch) -> str:
        """Return a batch's packing list as CSV. Raises DigestError where it is gone."""
        return self._file(batch, batch.files.manifest).decode("utf-8-sig")

    def labels(self, batch_id: int, sheet: LabelSheet) -> bytes:
        """Return address labels for a batch's letters, as a PDF for such sheets.

        In the order of the packing list, with the addresses that are held now. A letter
        that is not to go any more has words in place of its address. Raises DigestError
        for proofs, once the batch has been posted, and while nothing may leave.
        """
        now = self.room.clock()
        if hold := holds.look(self.room.engine, now):
            raise hold.error()
        with reading(self.room.engine) as connection:
            batch = print_batches.get(connection, batch_id)
            refuse_unless_may_go(connection, batch.edition_id)
            if batch.is_rehearsal:
                raise DigestError(_NO_LABELS.format(batch_id))
            if batch.is_over:
                raise DigestError(_POSTED.format(batch_id))
            _refuse_empty(batch)
            ask_together(connection, questions_of([batch.edition_id]))
            letters = letters_in_batch(connection, batch.edition_id, batch_id)
            keys = [each.key for each in letters]
            welcome = welcome_readers(
                connection, batch.edition_id, BY_LETTER, keys, now
            )
        labels = [
            DueLabel(
                letter.key,
                letter.to
                if letter.to.address and letter.key.reader_id in welcome
                else None,
            )
            for letter in sorted(letters, key=walking_order)
        ]
        return self.lay_out_labels(labels, sheet)

    def printed(self, batch_id: int) -> PrintBatch:
        """Say that a batch has been printed, which seals one that is open.

        Raises DigestError where it may not go now, or was stopped, or has no letter.
        """
        batch = self.room.seal(batch_id)
        _refuse_empty(batch)
        with writing(self.room.engine) as connection:
            print_batches.mark_printed(
                connection, batch.id, self.room.clock(), is_printed=True
            )
            return print_batches.get(connection, batch.id)

    def not_printed(self, batch_id: int) -> PrintBatch:
        """Take back that a batch has been printed; one that was posted stays so."""
        with writing(self.room.engine) as connection:
            print_batches.mark_printed(
                connection, batch_id, self.room.clock(), is_printed=False
            )
            return print_batches.get(connection, batch_id)

    def posted(self, batch_id: int) -> PrintBatch:
        """Say that a batch has been posted, as `PrintRoom.posted`.

        Raises DigestError for one in which no letter is left, too.
        """
        with reading(self.room.engine) as connection:
            _refuse_empty(print_batches.get(connection, batch_id))
        return self.room.posted(batch_id)

    def not_posted(self, batch_id: int) -> PrintBatch:
        """Take back that a batch has been posted.

        Raises DigestError once it is longer ago than POSTED_UNDO.
        """
        now = self.room.clock()
        with writing(self.room.engine) as connection:
            batch = print_batches.get(connection, batch_id)
            if batch.posted_at is None:
                return batch
            if not may_take_back(batch, now):
                raise DigestError(
                    f"print batch {batch_id} was posted more than a day ago: that "
                    "stays on record"
                )
            print_batches.take_back_posted(connection, batch_id, now)
            log.info("print batch taken back id=%s", batch_id)
            return print_batches.get(connection, batch_id)

    def again(self, batch_id: int, reference: str, *, is_repeat: bool = False) -> bytes:
        """Return one letter of a batch alone, as it goes now; that is put on record.

        For one that was spoiled. Nothing of what was withdrawn meanwhile is in it.
        Raises DigestError for a letter that is not in the batch, or is not to go any
        more, and once the batch has been posted. Where it `is_repeat`, as of a program
        that never got its answer, it is the same letter again on record, not one more.
        """
        now = self.room.clock()
        batch, letter = self._letter(batch_id, reference, now)
        laid_out = self.lay_out_alone(batch.edition_id, [letter])
        if why := laid_out.problems.get(letter.key.reader_id):
            raise DigestError(why)
        if laid_out.emptied:
            raise DigestError(WITHDRAWN)
        with holds.handing_over(self.room.engine, now) as connection:
            if not is_repeat:
                print_batches.record_reprint(connection, batch, str(letter.key), now)
        log.info("letter made again batch=%s letter=%s", batch_id, letter.key)
        return laid_out.pdf

    def batch_of(self, reference: str) -> int:
        """Return the print batch that a letter is in.

        Raises DigestError for one that is in none.
        """
        key = print_batches.letter_key(reference)
        with reading(self.room.engine) as connection:
            batch_id = print_batch_of(connection, key)
        if batch_id is None:
            raise DigestError(_IN_NONE.format(key))
        return batch_id

    def _letter(
        self, batch_id: int, reference: str, now: datetime
    ) -> tuple[PrintBatch, DueCopy]:
        key = print_batches.letter_key(reference)
        if hold := holds.look(self.room.engine, now):
            raise hold.error()
        with reading(self.room.engine) as connection:
            batch = print_batches.get(connection, batch_id)
            refuse_unless_may_go(connection, batch.edition_id)
            if batch.is_over:
                raise DigestError(_POSTED.format(batch_id))
            letter = letter_in_batch(connection, batch_id, key)
            if letter is None:
                raise DigestError(_NOT_IN_IT.format(key, batch_id))
            if letter.to.address is None or not is_welcome(connection, key, now):
                raise DigestError(_UNWELCOME.format(key))
            return batch, letter

    def _file(self, batch: PrintBatch, name: str) -> bytes:
        if not batch.has_files:
            _refuse_empty(batch)
            raise DigestError(_REMOVED.format(batch.id))
        path: Path = self.room.folder / name
        try:
            return path.read_bytes()
        except OSError as problem:
            raise DigestError(_GONE.format(batch.id)) from problem


def _refuse_empty(batch: PrintBatch) -> None:
    if batch.is_empty:
        raise DigestError(_EMPTY.format(batch.id))


def may_take_back(batch: PrintBatch, now: datetime) -> bool:
    """Whether it can still be said that a batch was not posted after all."""
    return batch.posted_at is not None and now - batch.posted_at <= limits.POSTED_UNDO
