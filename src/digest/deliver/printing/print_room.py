"""Letters: an edition's planned copies become a print batch, each at most once."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from digest.deliver import limits
from digest.deliver.printing.print_files import StagedFiles, staged
from digest.errors import DigestError
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.formats import Channel
from digest.model.people.person import name_key
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.going_live import refuse_unless_may_go
from digest.store.delivery.copies import DueCopy, due_letters
from digest.store.delivery.deliveries import (
    DeliveryKey,
    DeliveryMove,
    move,
    postpone,
)
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import (
    PrintBatch,
    PrintBatchState,
    PrintFiles,
)
from digest.store.delivery.sending.claims import (
    ClaimResult,
    HandoverGuard,
    cancel_unwelcome,
    claim,
    guard_for,
)
from digest.store.editions import editions, moves
from digest.store.editions.closing import close_edition
from digest.store.holds import holds

log = logging.getLogger(__name__)

WITHDRAWN = "everything in this letter was withdrawn before it was printed"
NO_ADDRESS = (
    "no full postal address is held for this letter any more: add one,"
    " with digest subscribers edit {}"
)
_STOPPED = (
    "print batch {} was stopped with its edition: its letters are not posted, and the "
    "next edition carries their posts"
)
# How long a loop leaves a letter alone that could not be laid out.
SET_ASIDE = timedelta(hours=1)
_TRIES = 5
# Not before it is planned to its end: a batch is for all of its readers.
_PRINTABLE = (EditionState.PLANNED, EditionState.SENDING)


@dataclass(frozen=True, slots=True)
class LaidOutLetters:
    """Letters laid out for print.

    `problems` says for each reader whose letter could not be laid out what to do;
    `emptied` are those of whose letter nothing remains; `left_over` those whose
    letters go into a further file. None of them are in `pdf`.
    """

    pdf: bytes
    manifest: bytes
    sheets: int
    problems: Mapping[int, str] = field(default_factory=dict)
    emptied: frozenset[int] = frozenset()
    left_over: frozenset[int] = frozenset()

    @property
    def without(self) -> frozenset[int]:
        """The readers whose letters are not in the file."""
        return self.emptied | self.left_over | self.problems.keys()


LayOut = Callable[[int, Sequence[DueCopy]], LaidOutLetters]


@dataclass(frozen=True, slots=True)
class PrintOutcome:
    """What came of making a batch: none where there was no letter to print.

    `waiting` are the readers whose letters wait for something to be mended.
    `remaining` is how many letters are for further batches: call again.
    """

    batch: PrintBatch | None
    waiting: Mapping[DeliveryKey, str] = field(default_factory=dict)
    remaining: int = 0


@dataclass(frozen=True, slots=True)
class _DueLetters:
    """The letters of one batch, and how many of the edition are not among them."""

    edition: editions.Edition
    folder: PurePosixPath
    letters: tuple[DueCopy, ...]
    remaining: int
    guard: HandoverGuard


class _Changed(Exception):  # noqa: N818 - says what is the case
    """Somebody left or something was withdrawn while the letters were laid out."""


@dataclass(frozen=True, slots=True)
class PrintRoom:
    """Makes print batches below `folder`, of the letters as `lay_out` lays them out.

    It is given an edition's id and its letters and must be deterministic:
    the same letters, the same bytes.
    """

    engine: Engine
    folder: Path
    lay_out: LayOut
    clock: Callable[[], datetime]

    def make_all(self, edition_id: int, *, patient: bool = False) -> list[PrintOutcome]:
        """Put all letters of the edition that are in no batch yet into new ones.

        As `make` does; what waits for somebody is tried once. Raises DigestError.
        """
        outcomes = [self.make(edition_id, patient=patient)]
        tried = set(outcomes[-1].waiting)
        while outcomes[-1].remaining:
            outcomes.append(
                self.make(edition_id, patient=patient, without=frozenset(tried))
            )
            tried.update(outcomes[-1].waiting)
        return outcomes

    def make(
        self,
        edition_id: int,
        *,
        patient: bool = False,
        without: frozenset[DeliveryKey] = frozenset(),
    ) -> PrintOutcome:
        """Put letters of the edition that are in no batch yet into a new one.

        Those of one organiser, at most BATCH_LETTERS of them, in the order in which a
        round is walked; `without` those that have just been tried.

        The files are written in full before the batch is recorded, and its
        letters count as accepted with the same commit: after a crash the same
        call makes what is missing and nothing twice. Letters that cannot be
        laid out stay planned, with what to do; if `patient`, those are left
        alone for a while. Raises DigestError.
        """
        for _ in range(_TRIES):
            due = self._due_letters(edition_id, without, patient=patient)
            if not due.letters:
                return PrintOutcome(batch=None)
            laid_out = self._laid_out(due)
            contents = {"letters": laid_out.pdf, "manifest": laid_out.manifest}
            try:
                with (
                    staged(self.folder / due.folder, contents) as files,
                    holds.handing_over(self.engine, self.clock()) as connection,
                ):
                    return self._record(connection, due, laid_out, files)
            except _Changed:
                log.info("letters laid again edition=%s", edition_id)
        raise DigestError(
            f"the letters of edition {edition_id} changed while they were laid out, "
            f"{_TRIES} times over: run digest print make {edition_id} again"
        )

    def seal(self, batch_id: int) -> PrintBatch:
        """Close the batch: it is never made again. A sealed one stays as it is.

        Raises DigestError where its edition may not go now, or was stopped, and while
        nothing may leave.
        """
        batch = self._move(batch_id, PrintBatchState.SEALED)
        if batch.state is PrintBatchState.STOPPED:
            raise DigestError(_STOPPED.format(batch_id))
        return batch

    def posted(self, batch_id: int) -> PrintBatch:
        """Say that a sealed batch has been posted.

        Raises DigestError for one that is not sealed yet, and for proofs.
        """
        with reading(self.engine) as connection:
            batch = print_batches.get(connection, batch_id)
            edition = editions.get(connection, batch.edition_id)
        if edition.is_rehearsal:
            raise DigestError(
                f"print batch {batch_id} is of {edition.title}: its letters are "
                "proofs, which are not posted"
            )
        batch = self._move(batch_id, PrintBatchState.POSTED)
        if batch.state is PrintBatchState.STOPPED:
            raise DigestError(_STOPPED.format(batch_id))
        if batch.state is PrintBatchState.OPEN:
            raise DigestError(
                f"print batch {batch_id} is still open: first digest print seal "
                f"{batch_id}"
            )
        return batch

    def _move(self, batch_id: int, to: PrintBatchState) -> PrintBatch:
        now = self.clock()
        is_handed_over = to is PrintBatchState.SEALED
        door = (
            holds.handing_over(self.engine, now)
            if is_handed_over
            else writing(self.engine)
        )
        with door as connection:
            batch = print_batches.get(connection, batch_id)
            refuse_unless_may_go(connection, batch.edition_id)
            if print_batches.move(connection, batch_id, to, now):
                log.info("print batch moved id=%s state=%s", batch_id, to)
            return print_batches.get(connection, batch_id)

    def _laid_out(self, due: _DueLetters) -> LaidOutLetters:
        no_address = {
            copy.key.reader_id: NO_ADDRESS.format(copy.key)
            for copy in due.letters
            if copy.to.address is None
        }
        letters = [copy for copy in due.letters if copy.to.address is not None]
        laid_out = (
            self.lay_out(due.edition.id, letters)
            if letters
            else LaidOutLetters(b"", b"", 0)
        )
        return replace(laid_out, problems={**laid_out.problems, **no_address})

    def _due_letters(
        self, edition_id: int, without: frozenset[DeliveryKey], *, patient: bool
    ) -> _DueLetters:
        now = self.clock()
        if hold := holds.look(self.engine, now):
            raise hold.error()
        with writing(self.engine) as connection:
            edition = editions.get(connection, edition_id)
            refuse_unless_may_go(connection, edition_id)
            guard = guard_for(connection, edition_id, Channel.POST)
            cancel_unwelcome(connection, guard, now)
            close_edition(connection, edition_id, now)
            zone = campaigns.load(connection, edition.campaign_id).timezone
            letters = [
                copy
                for copy in due_letters(
                    connection, edition_id, now if patient else None
                )
                if copy.key not in without
            ]
            if edition.state not in _PRINTABLE or edition.is_held_back(now):
                letters = []
            day = edition.slot.astimezone(ZoneInfo(zone)).date().isoformat()
            batch = _of_one_organiser(letters)[: limits.BATCH_LETTERS]
            return _DueLetters(
                edition,
                PurePosixPath("print", edition.campaign, f"{day}-{edition.code}"),
                tuple(batch),
                len(letters) - len(batch),
                guard,
            )

    def _record(
        self,
        connection: Connection,
        due: _DueLetters,
        laid_out: LaidOutLetters,
        files: StagedFiles,
    ) -> PrintOutcome:
        now, edition_id = self.clock(), due.edition.id
        waiting = _set_aside(connection, due.letters, laid_out, now)
        printed = [
            copy.key
            for copy in due.letters
            if copy.key.reader_id not in laid_out.without
        ]
        batch = None
        if printed:
            number = print_batches.count(connection, edition_id) + 1
            names = _print_files(due.folder, number, laid_out, len(printed))
            organiser = due.letters[0].to.organiser
            batch_id = print_batches.add(connection, edition_id, names, now, organiser)
            for key in printed:
                _print(connection, key, due.guard, batch_id, now)
            moves.move(connection, edition_id, EditionState.SENDING, now)
            # Last: its lock is held, so nobody else can take the names.
            pdf, manifest = names.below(self.folder)
            files.publish({"letters": pdf, "manifest": manifest})
            batch = print_batches.get(connection, batch_id)
        close_edition(connection, edition_id, now)
        remaining = due.remaining + len(laid_out.left_over)
        return PrintOutcome(batch, waiting, remaining)


def _of_one_organiser(letters: Sequence[DueCopy]) -> list[DueCopy]:
    """Return the letters of whichever organiser comes first, in walking order."""
    keys = {copy.key: name_key(copy.to.organiser) for copy in letters}
    first = min(keys.values(), default="")
    theirs = [copy for copy in letters if keys[copy.key] == first]
    return sorted(theirs, key=walking_order)


def walking_order(copy: DueCopy) -> tuple[bool, Any, str]:
    """Return by what letters are put in the order of a round and its packing list.

    Those without an address come first.
    """
    address = copy.to.address
    reference = str(copy.key)
    return (address is not None, address.round_key if address else (), reference)


def _print(
    connection: Connection,
    key: DeliveryKey,
    guard: HandoverGuard,
    batch_id: int,
    now: datetime,
) -> None:
    if claim(connection, key.reader_id, guard, now) is not ClaimResult.YES:
        raise _Changed
    change = DeliveryMove(
        key,
        DeliveryState.ACCEPTED,
        reply=f"in print batch {batch_id}",
        tried=True,
        print_batch_id=batch_id,
    )
    move(connection, change, now)


def _set_aside(
    connection: Connection,
    letters: Sequence[DueCopy],
    laid_out: LaidOutLetters,
    now: datetime,
) -> dict[DeliveryKey, str]:
    waiting = {}
    for copy in letters:
        if copy.key.reader_id in laid_out.emptied:
            change = DeliveryMove(
                copy.key, DeliveryState.CANCELLED, reply=WITHDRAWN, owes=False
            )
            move(connection, change, now)
        elif why := laid_out.problems.get(copy.key.reader_id):
            postpone(connection, copy.key, now + SET_ASIDE, why)
            waiting[copy.key] = why
    return waiting


def _print_files(
    folder: PurePosixPath, number: int, laid_out: LaidOutLetters, letters: int
) -> PrintFiles:
    return PrintFiles(
        pdf=str(folder / f"letters-{number}.pdf"),
        manifest=str(folder / f"manifest-{number}.csv"),
        sha256=hashlib.sha256(laid_out.pdf).hexdigest(),
        letters=letters,
        sheets=laid_out.sheets,
    )
