"""What a worker does: send and print what is planned, until somebody says stop."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine

from digest.deliver.sending.batch_supply import BatchSupply, DueBatches
from digest.deliver.sending.run_state import Progress, RunTally
from digest.errors import DigestError
from digest.model.editions.edition import EditionState
from digest.model.staff_words import counted, moment_in_words
from digest.schedule.delivery.dispatch import ProcessSupply
from digest.schedule.guard import guarded
from digest.schedule.limits import ROUND_PAUSE_SECONDS
from digest.store.base.engine import reading, writing
from digest.store.editions import editions, moves, renditions
from digest.store.editions.closing import close_edition
from digest.store.editions.editions import Edition
from digest.store.editions.holding_back import leaving, quiet_until
from digest.store.holds import holds

if TYPE_CHECKING:
    from digest.deliver.printing.print_room import PrintOutcome, PrintRoom
    from digest.deliver.sending.sender import EmailSender

log = logging.getLogger(__name__)

_GOING = {EditionState.PLANNED, EditionState.SENDING}


@dataclass(frozen=True, slots=True)
class WorkReport:
    """What one round came to: emails, print batches by edition, and faults.

    `waiting` counts all letters that wait for a person, those of earlier rounds
    too; `faults` are all that is not mended yet. `quiet` says until when no email of
    an edition leaves, in its schedule's zone, `held_back` until when nothing of one
    does, in its campaign's, and `hold` why nothing may leave.
    """

    emails: RunTally
    letters: "dict[int, list[PrintOutcome]]" = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    waiting: int = 0
    quiet: Mapping[int, datetime] = field(default_factory=dict)
    held_back: Mapping[int, datetime] = field(default_factory=dict)
    hold: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether everything that was due has left."""
        return not (self.hold or self.emails.paused or self.faults or self.waiting)

    @property
    def is_something(self) -> bool:
        """Whether anything was done, or went wrong."""
        printed = chain.from_iterable(self.letters.values())
        has_letters = any(outcome.batch for outcome in printed)
        return has_letters or bool(self.faults) or self.emails != RunTally()

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        printed = [*chain.from_iterable(self.letters.values())]
        batches = [outcome.batch for outcome in printed if outcome.batch]
        return {
            "emails": asdict(self.emails),
            "letters": {
                "made": sum(batch.files.letters for batch in batches),
                "waiting": self.waiting,
                "print_batches": [batch.id for batch in batches],
            },
            "quiet": self.quiet,
            "held_back": self.held_back,
            "faults": list(self.faults),
            "hold": self.hold,
        }

    def lines(self, data_dir: Path) -> list[str]:
        """Return it in words, one thing a line, for whose data are there."""
        if self.hold:
            return [self.hold]
        sent = self.emails
        lines = [
            f"emails: {sent.accepted} accepted, {sent.deferred} to be tried again, "
            f"{sent.refused} refused, {sent.uncertain} uncertain, "
            f"{sent.cancelled} cancelled"
        ]
        if sent.paused:
            lines.append(f"paused: {sent.paused}")
        for outcome in chain.from_iterable(self.letters.values()):
            if outcome.batch:
                files = outcome.batch.files
                pdf, _ = files.below(data_dir)
                lines.append(
                    f"letters: {files.letters} on "
                    f"{counted(files.sheets, 'sheet', 'sheets')} in {pdf}"
                )
            lines += [f"letter waits: {why}" for why in outcome.waiting.values()]
        if self.waiting:
            lines.append(f"letters that wait for a person: {self.waiting}")
        lines += [
            f"edition {edition_id}: no email leaves in its quiet hours, until "
            f"{moment_in_words(end, str(end.tzinfo))}"
            for edition_id, end in self.quiet.items()
        ]
        lines += [
            f"edition {edition_id}: nothing leaves before "
            f"{moment_in_words(end, str(end.tzinfo))}"
            for edition_id, end in self.held_back.items()
        ]
        return lines + [f"fault: {fault}" for fault in self.faults]


@dataclass(frozen=True, slots=True)
class Work:
    """Empties the outbox and makes the print batches of planned editions.

    The sender of the `batches`, and the print room, are had when there is something
    for them to do: most looks find nothing.
    """

    engine: Engine
    open_sender: "Callable[[], EmailSender]"
    open_print_room: "Callable[[], PrintRoom]"
    clock: Callable[[], datetime]
    batches: BatchSupply = field(default_factory=DueBatches)

    def once(
        self, stop: threading.Event, progress: Progress = lambda _end: None
    ) -> WorkReport:
        """Send every email and print every letter that is due now.

        One edition's fault is named and harms no other. While nothing may leave,
        nothing is done.
        """
        if hold := holds.look(self.engine, self.clock()):
            return WorkReport(RunTally(), hold=hold.words)
        going = self._going()
        faults = list[str]()
        for edition in going:
            if edition.state is EditionState.PLANNED:
                with (
                    guarded("beginning to send", f"edition={edition.id}") as fault,
                    writing(self.engine) as connection,
                ):
                    to, now = EditionState.SENDING, self.clock()
                    moves.move(connection, edition.id, to, now)
                if fault:
                    faults.append(fault.words)
        emails = self._sent(stop, progress)
        letters = dict[int, "list[PrintOutcome]"]()
        faults += emails.problems
        for edition in going:
            if stop.is_set():
                break
            whom = f"edition={edition.id}"
            with guarded("making letters", whom) as fault:
                letters[edition.id] = self._printed(edition.id)
            with guarded("closing", whom) as closing_fault:
                self._close(edition.id)
            faults += [each.words for each in (fault, closing_fault) if each]
        with reading(self.engine) as connection:
            faults += [
                fault
                for edition in going
                for fault in renditions.faults(connection, edition.id)
                if not any(fault.endswith(words) for words in faults)
            ]
            waiting = _letters_waiting(connection, going) if going else 0
            quiet = quiet_until(connection, self.clock())
            held_back = leaving(connection, self.clock())
        return WorkReport(emails, letters, tuple(faults), waiting, quiet, held_back)

    def rounds(
        self, stop: threading.Event, may_act: Callable[[], bool], supply: ProcessSupply
    ) -> Iterator[WorkReport]:
        """Yield what each round came to, until `stop` is set, while `may_act` says so.

        A round begins as soon as `supply` has a batch at hand. One that fails
        is logged, and the next goes on.
        """
        while not stop.is_set():
            try:
                if may_act():
                    yield self.once(stop)
            except DigestError as problem:
                log.error("work stopped short why=%s", problem)  # noqa: TRY400 - its words say it all
            except Exception:
                # A bug in one edition must not end the work on all others.
                log.exception("work stopped short")
            supply.wait(ROUND_PAUSE_SECONDS)

    def _sent(self, stop: threading.Event, progress: Progress) -> RunTally:
        with reading(self.engine) as connection:
            if not self.batches.may_have_some(connection, self.clock()):
                return RunTally()
        return self.open_sender().send_due(stop, progress)

    def _printed(self, edition_id: int) -> "list[PrintOutcome]":
        # Made without anybody looking on, so sealed: only a person reopens it.
        print_room = self.open_print_room()
        return [
            replace(outcome, batch=print_room.seal(outcome.batch.id))
            if outcome.batch
            else outcome
            for outcome in print_room.make_all(edition_id, patient=True)
        ]

    def _close(self, edition_id: int) -> None:
        # Here: most looks find no edition that goes.
        from digest.store.delivery.calling import calls  # noqa: PLC0415

        with writing(self.engine) as connection:
            now = self.clock()
            calls.end_useless(connection, edition_id, now)
            close_edition(connection, edition_id, now)

    def _going(self) -> list[Edition]:
        with reading(self.engine) as connection:
            return [
                edition
                for edition in editions.unfinished(connection)
                if edition.state in _GOING
            ]


def _letters_waiting(connection: Connection, going: Iterable[Edition]) -> int:
    # Here: most looks find no edition that goes.
    from digest.store.reports.editions import edition_copies  # noqa: PLC0415

    return sum(
        edition_copies.count_letters_waiting(connection, edition.id)
        for edition in going
    )
