"""Erasing somebody everywhere: database, print files, built-in inbox, the disk."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from digest.audience.erasing import (
    Erasure,
    ErasureCause,
    ErasureNotes,
    erase,
    erase_noted,
    erase_off_lists,
)
from digest.audience.hashing import KeyedHasher
from digest.audience.subject_access import find
from digest.deliver.inbox.maildir import Inbox
from digest.deliver.printing.print_room import PrintRoom
from digest.deliver.printing.taking_out import TakenOutLetters, take_out
from digest.errors import StoreError
from digest.model.staff_words import counted
from digest.schedule.guard import guarded
from digest.schedule.limits import REWRITTEN_AT_ONCE_BYTES
from digest.store.base import secure_delete
from digest.store.base.engine import reading, writing
from digest.store.delivery.sending import send_batches
from digest.store.people.erasing import erasures
from digest.store.people.erasing.erased_file import ErasedList
from digest.store.retention import off_lists

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PeopleErasure:
    """What an erasure came to, for whoever asked for it: `erased` one for each person.

    `letters` were taken out of print batches, `messages` out of the built-in inbox.
    Until it is `rewritten` remnants may lie in the database's own files.
    """

    erased: tuple[Erasure, ...]
    messages: int
    letters: tuple[TakenOutLetters, ...]
    is_rewritten: bool

    def in_words(self) -> list[str]:
        """Return what staff have to know of it beside that it was done."""
        lines = []
        for batch in self.letters:
            names = ", ".join(batch.references)
            if batch.why:
                lines.append(
                    f"print batch {batch.batch_id} still has letter {names}: "
                    f"{batch.why}"
                )
            elif batch.is_on_paper:
                lines.append(
                    f"print batch {batch.batch_id} is on paper already: take letter "
                    f"{names} out of it, and print it again if you print it"
                )
            lines.extend(
                f"print batch {batch.batch_id} has no letter {reference} any more: "
                f"{why}"
                for reference, why in batch.left_out
            )
        if complaints := sum(each.complaints for each in self.erased):
            which = counted(complaints, "complaint", "complaints")
            lines.append(
                f"{which} about their data: the days and the outcome stay, without a "
                "name or a word, as it has to be shown that they were dealt with"
            )
        if self.erased and not self.is_rewritten:
            lines.append(
                "remnants may lie in the database's own files until they are written "
                "anew: say digest rewrite; SQLite's are each night"
            )
        return lines


@dataclass(frozen=True, slots=True)
class Erasures:
    """Erases people, and does again what was cut off or a restore brought back."""

    engine: Engine
    hasher: KeyedHasher
    erased: ErasedList
    inbox: Inbox
    print_room: Callable[[], PrintRoom]
    clock: Callable[[], datetime]
    rewritten_at_once_bytes: int = REWRITTEN_AT_ONCE_BYTES

    def erase(self, *people: str) -> PeopleErasure:
        """Remove all that is held of these people; safe to repeat by their numbers.

        Nobody where one of them is not there, or not the only one of that name: then
        it raises NotFound. Raises StoreError.
        """
        with reading(self.engine) as connection:
            numbers = [find(connection, who).id for who in people]
        now = self.clock()
        erased = tuple(
            erase(self.engine, self.hasher, str(number), now, self.erased)
            for number in dict.fromkeys(numbers)
        )
        messages, letters = self.sweep()
        return PeopleErasure(
            erased,
            messages,
            tuple(letters),
            is_rewritten=self._rewrite_if_small(),
        )

    def sweep(self) -> tuple[int, list[TakenOutLetters]]:
        """Remove what files still have of anybody who was erased; return what that was.

        How many messages of the built-in inbox, and which letters.
        """
        with reading(self.engine) as connection:
            hashes = erasures.hashes(connection)
        messages = 0
        if hashes:
            of_address = self.hasher.of_address
            messages = self.inbox.forget(lambda each: of_address(each) in hashes)
        letters = take_out(self.print_room(), self.clock())
        for each in letters:
            if each.why:
                log.warning(
                    "erased letters stay batch=%s why=%s", each.batch_id, each.why
                )
        return messages, letters

    def brought_back(self) -> list[int]:
        """Return the numbers of who was erased and is held again after a restore."""
        people = self.erased.people()
        with reading(self.engine) as connection:
            if not people:
                return []
            of_identity = self.hasher.of_identity
            return erasures.still_here(connection, people, of_identity)

    def replay(self) -> PeopleErasure:
        """Erase again whom a restored backup has brought back, also from files.

        Files may have been restored alone: they are looked through in any case.
        """
        off_lists_alone = {*self.erased.people(ErasureCause.LEFT)} - {
            *self.erased.people(ErasureCause.ASKED)
        }
        causes = dict.fromkeys(off_lists_alone, ErasureCause.LEFT)
        erased = tuple(
            erase_noted(
                self.engine,
                str(number),
                self._notes(causes.get(number, ErasureCause.ASKED)),
            )
            for number in self.brought_back()
        )
        messages, letters = self.sweep()
        return PeopleErasure(
            erased,
            messages,
            tuple(letters),
            is_rewritten=bool(erased) and self._rewrite_if_small(),
        )

    def erase_off_lists(self, before: datetime, most: int) -> int:
        """Erase some who have been on no list since before then; return how many.

        Each in a transaction of their own, their fault their own: `most` at most.
        """
        erased, after = 0, 0
        while erased < most:
            with reading(self.engine) as connection:
                numbers = off_lists.some(connection, before, after, most - erased)
            if not numbers:
                break
            after = numbers[-1]
            for number in numbers:
                with guarded("erasing who is on no list", f"person={number}"):
                    notes = self._notes(ErasureCause.LEFT, self.erased)
                    erased += erase_off_lists(self.engine, number, before, notes)
        if erased:
            self.sweep()
        return erased

    def rewrite(self) -> None:
        """Write the database's files anew, where remnants may lie in them.

        Raises StoreError where that was not done.
        """
        with reading(self.engine) as connection:
            if not erasures.is_rewrite_due(connection):
                return
            # Whoever is erased from here on may leave some in what is being written.
            removed = erasures.count(connection)
        now = self.clock()
        secure_delete.rewrite(self.engine)
        with writing(self.engine) as connection:
            erasures.note_rewritten(connection, removed, now)

    def rewrite_unless_busy(self, now: datetime) -> bool:
        """Write an SQLite database anew where it is due; False while emails leave.

        Whoever sends would wait for it, and give up. Raises StoreError.
        """
        if secure_delete.size_of(self.engine) is None:
            return True
        with reading(self.engine) as connection:
            if send_batches.are_leased(connection, now):
                return False
        self.rewrite()
        return True

    def _notes(
        self, cause: ErasureCause, erased: ErasedList | None = None
    ) -> ErasureNotes:
        return ErasureNotes(self.hasher, self.clock(), erased, cause)

    def _rewrite_if_small(self) -> bool:
        size = secure_delete.size_of(self.engine)
        if size is None or size > self.rewritten_at_once_bytes:
            return False
        try:
            self.rewrite()
        except StoreError as problem:
            log.warning("%s", problem)
            return False
        return True
