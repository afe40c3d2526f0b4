"""One connection's share of a batch: take a copy, hand it over, record, go on.

A copy is marked as leaving, and that is committed, before its first byte goes;
its outcome is committed before the next copy's first byte goes. So a kill at
any instant leaves at most one uncertain copy per connection, and none is lost.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from digest.deliver.board import Board, End, end_of
from digest.deliver.carrier import Copy
from digest.deliver.line import Line
from digest.deliver.press import Links, Press, Unmade, Words, copy_of
from digest.deliver.recorder import Recorder
from digest.errors import CarrierError
from digest.model.deliveries import (
    DeliveryState,
    Outcome,
    Refused,
    RetryPolicy,
    settle,
)
from digest.model.mime import undeliverable
from digest.store.copies import DueCopy
from digest.store.deliveries import Move, Taken, move, postpone, take

log = logging.getLogger(__name__)

WITHDRAWN = "everything in this copy was withdrawn before it went"


class Pile:
    """Copies that several connections take from, each copy once."""

    def __init__(self, copies: Iterable[DueCopy]) -> None:
        self._copies = iter(tuple(copies))
        self._lock = threading.Lock()

    def next(self) -> DueCopy | None:
        """Return the next copy, or None when all are taken."""
        with self._lock:
            return next(self._copies, None)

    def clear(self) -> None:
        """Leave the rest where it is: it is somebody else's now."""
        with self._lock:
            self._copies = iter(())


@dataclass(frozen=True, slots=True)
class Job:
    """What the connections working on one batch share."""

    edition_code: str
    pile: Pile
    press: Press
    links: Links
    policy: RetryPolicy
    clock: Callable[[], datetime]
    recorder: Recorder
    board: Board


class Worker:
    """Sends copies of one batch over one line."""

    def __init__(self, job: Job, line: Line) -> None:
        self._job = job
        self._line = line
        self._recorded: Future[bool] | None = None

    def run(self) -> None:
        """Send until the pile is empty or the run is to stop."""
        job = self._job
        try:
            while not job.board.must_stop and (due := job.pile.next()) is not None:
                self._serve(due)
            self._await_record()
        except CarrierError as problem:
            log.warning("carrier turned us away reason=%s", problem)
            job.board.pause(str(problem))
        except BaseException:
            job.board.halt()
            raise

    def _serve(self, due: DueCopy) -> None:
        self._line.ready()
        taken = Taken.STALE
        while taken is Taken.STALE:
            words = self._job.press.words(due.variant_id)
            if isinstance(words, Unmade):
                self._keep_back(due, words.why)
                return
            if words.message is None:
                self._cancel(due)
                return
            made = self._make(due, words)
            taken = self._take(due, words)
        if taken is Taken.YES:
            self._hand_over(due, made)
        elif taken is Taken.CANCELLED:
            self._job.board.count(End.CANCELLED)

    def _make(self, due: DueCopy, words: Words) -> Copy | Refused:
        if words.message is None or (why := undeliverable(due.to.email)):
            return Refused(f"the address {why}")
        return copy_of(due, words.message, self._job.edition_code, self._job.links)

    def _take(self, due: DueCopy, words: Words) -> Taken:
        job = self._job
        act = partial(take, key=due.key, guard=words.guard, now=job.clock())
        taken = job.recorder.record(act).result()
        self._await_record()
        if taken is Taken.STALE:
            job.press.forget(due.variant_id, words)
        return taken

    def _hand_over(self, due: DueCopy, made: Copy | Refused) -> None:
        try:
            outcome = made if isinstance(made, Refused) else self._line.hand_over(made)
        except CarrierError as problem:
            self._give_back(due, str(problem))
            raise
        self._record(due, outcome)

    def _record(self, due: DueCopy, outcome: Outcome) -> None:
        job, now, attempts = self._job, self._job.clock(), due.attempts + 1
        end = settle(outcome, attempts, now, job.policy)
        change = Move(due.key, end.state, end.reply, end.next_attempt_at, tried=True)
        self._recorded = job.recorder.record(partial(move, change=change, now=now))
        job.board.count(end_of(outcome))
        log.log(
            _LEVELS.get(end.state, logging.WARNING),
            "delivery settled id=%s state=%s attempts=%s",
            due.key,
            end.state,
            attempts,
        )

    def _give_back(self, due: DueCopy, why: str) -> None:
        # Not charged to the reader; but behind the others, so that one copy that
        # gets us turned away cannot keep all the rest from going.
        wait = self._job.policy.wait_after(1)
        now = self._job.clock()
        later = None if wait is None else now + wait
        change = Move(due.key, DeliveryState.PLANNED, why, later)
        act = partial(move, change=change, now=now)
        self._job.recorder.record(act).result()

    def _keep_back(self, due: DueCopy, why: str) -> None:
        wait = self._job.policy.wait_after(1)
        until = None if wait is None else self._job.clock() + wait
        act = partial(postpone, key=due.key, until=until, why=why)
        self._job.recorder.record(act).result()
        self._job.board.note(why)

    def _cancel(self, due: DueCopy) -> None:
        change = Move(
            due.key,
            DeliveryState.CANCELLED,
            WITHDRAWN,
            only_from=DeliveryState.PLANNED,
        )
        act = partial(move, change=change, now=self._job.clock())
        if self._job.recorder.record(act).result():
            self._job.board.count(End.CANCELLED)

    def _await_record(self) -> None:
        if self._recorded is not None:
            self._recorded.result()
            self._recorded = None


_LEVELS = {
    DeliveryState.ACCEPTED: logging.DEBUG,
    DeliveryState.PLANNED: logging.INFO,
    DeliveryState.REFUSED: logging.ERROR,
}
