"""Send what is due: claim a batch, share it among connections, give it back."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from digest.deliver.board import Board, Progress, Tally
from digest.deliver.carrier import Carrier
from digest.deliver.line import Line
from digest.deliver.owner import is_gone, new_owner
from digest.deliver.press import Links, MessageFor, Press
from digest.deliver.recorder import Recorder
from digest.deliver.worker import Job, Pile, Worker
from digest.model.campaigns import UncertainPolicy
from digest.model.deliveries import RetryPolicy
from digest.store import campaigns, editions, send_batches
from digest.store.copies import DueCopy, due_emails
from digest.store.engine import reading, writing
from digest.store.send_batches import Lease

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)


def _in_silence(_end: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A leased batch and the copies of it that are due."""

    lease: Lease
    edition_code: str
    uncertain: UncertainPolicy
    copies: tuple[DueCopy, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends emails over a few connections at once.

    `message_for` renders a variant of an edition, given their ids, and is
    asked again after a withdrawal; None says that nothing of it is left.
    """

    engine: Engine
    carrier: Carrier
    message_for: MessageFor
    links: Links
    clock: Callable[[], datetime]
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    connections: int = 8

    def send_due(
        self, stop: threading.Event, progress: Progress = _in_silence
    ) -> Tally:
        """Send every email that is due now and return how it went.

        Each copy at least once, with the same Message-ID on every attempt, and
        only to who is still to be written to when it leaves. `stop` ends the
        run after the copies on the wire. Being turned away by the carrier ends
        it too: the tally says why, and to try again is the caller's to decide.
        Any number of processes may do this at once. Raises StoreError.
        """
        board = Board(stop, progress)
        owner = new_owner()
        self._release_the_gone()
        with (
            Recorder(self.engine) as recorder,
            _lines(self.carrier, self.connections) as lines,
            ThreadPoolExecutor(self.connections, "connection") as pool,
            _halting(board),
        ):
            while not board.must_stop and (batch := self._claim(owner)) is not None:
                job = self._job(batch, recorder, board)
                self._send(batch, job, [Worker(job, line) for line in lines], pool)
        return board.tally()

    def _release_the_gone(self) -> None:
        with reading(self.engine) as connection:
            gone = [one for one in send_batches.owners(connection) if is_gone(one)]
        for owner in gone:
            with writing(self.engine) as connection:
                send_batches.release(connection, owner, self.clock())
            log.warning("send batches taken back owner=%s", owner)

    def _claim(self, owner: str) -> Batch | None:
        now = self.clock()
        with writing(self.engine) as connection:
            lease = send_batches.claim(connection, owner, now, LEASE)
            if lease is None:
                return None
            edition = editions.get(connection, lease.edition_id)
            policy = campaigns.load(connection, edition.campaign_id).uncertain
            if lost := send_batches.doubt(connection, lease):
                log.warning("copies uncertain batch=%s count=%s", lease.batch_id, lost)
            send_batches.repeat_uncertain(connection, lease, policy, at=None)
            copies = due_emails(connection, lease.edition_id, lease.readers, now)
        return Batch(lease, edition.code, policy, tuple(copies))

    def _job(self, batch: Batch, recorder: Recorder, board: Board) -> Job:
        return Job(
            edition_code=batch.edition_code,
            pile=Pile(batch.copies),
            press=Press(self.engine, batch.lease.edition_id, self.message_for),
            links=self.links,
            policy=self.policy,
            clock=self.clock,
            recorder=recorder,
            board=board,
        )

    def _send(
        self, batch: Batch, job: Job, workers: list[Worker], pool: ThreadPoolExecutor
    ) -> None:
        needed = workers[: len(batch.copies)]
        try:
            running = [pool.submit(worker.run) for worker in needed]
            while wait(running, timeout=LEASE.total_seconds() / 4).not_done:
                if not self._renew(batch.lease):
                    job.pile.clear()
            for ended in running:
                ended.result()
        finally:
            self._give_back(batch)

    def _renew(self, lease: Lease) -> bool:
        with writing(self.engine) as connection:
            is_ours = send_batches.renew(connection, lease, self.clock() + LEASE)
        if not is_ours:
            log.warning("send batch lost to another sender batch=%s", lease.batch_id)
        return is_ours

    def _give_back(self, batch: Batch) -> None:
        now = self.clock()
        pause = self.policy.wait_after(1)
        later = now if pause is None else now + pause
        with writing(self.engine) as connection:
            lease = batch.lease
            send_batches.repeat_uncertain(connection, lease, batch.uncertain, later)
            send_batches.finish(connection, lease, now)
        log.info(
            "send batch ended batch=%s copies=%s", lease.batch_id, len(batch.copies)
        )


@contextmanager
def _lines(carrier: Carrier, count: int) -> Iterator[list[Line]]:
    lines = [Line(carrier) for _ in range(count)]
    try:
        yield lines
    finally:
        for line in lines:
            line.close()


@contextmanager
def _halting(board: Board) -> Iterator[None]:
    """Let the connections come to an end where the run itself cannot go on."""
    try:
        yield
    except BaseException:
        board.halt()
        raise
