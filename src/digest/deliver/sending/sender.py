"""Send what is due: lease batches, share them among connections, give them back."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from digest.deliver.carrier import Carrier
from digest.deliver.sending.batch_supply import BatchSupply, DueBatches
from digest.deliver.sending.compiled_variants import MessageFor, ReaderLinks
from digest.deliver.sending.concurrency_limit import ConcurrencyLimit
from digest.deliver.sending.connection_loop import RunContext
from digest.deliver.sending.connection_pool import ConnectionPool
from digest.deliver.sending.copy_queue import CopyQueue
from digest.deliver.sending.group_commit import GroupCommit
from digest.deliver.sending.lease_owner import is_gone, owning
from digest.deliver.sending.leases import Leases
from digest.deliver.sending.rate_limiter import RateLimiter
from digest.deliver.sending.run_state import Progress, RunState, RunTally
from digest.model.delivery.delivery import RetryPolicy
from digest.model.delivery.rate_limits import RateLimits
from digest.store.base.engine import reading, writing
from digest.store.delivery import send_batches
from digest.store.delivery.settle_and_claim import SettleAndClaim

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0


def _in_silence(_end: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends emails over a few connections at once.

    `message_for` renders a variant of an edition, given their ids, and is
    asked again after a withdrawal; None says that nothing of it is left.
    """

    engine: Engine
    carrier: Carrier
    message_for: MessageFor
    links: ReaderLinks
    clock: Callable[[], datetime]
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    connections: int = 8
    limits: RateLimits = field(default_factory=RateLimits)
    batches: BatchSupply = field(default_factory=DueBatches)

    def send_due(
        self, stop: threading.Event, progress: Progress = _in_silence
    ) -> RunTally:
        """Send every email that is due now, or at hand, and return how it went.

        Each copy at least once, with the same Message-ID on every attempt, and
        only to who is still to be written to when it leaves. `stop` ends the
        run after the copies on the wire. Being turned away by the carrier ends
        it too: the tally says why, and to try again is the caller's to decide.
        Any number of processes may do this at once. Raises StoreError.
        """
        self._release_the_gone()
        with owning() as owner:
            return asyncio.run(self._run(stop, progress, owner))

    async def _run(
        self, stop: threading.Event, progress: Progress, owner: str
    ) -> RunTally:
        # Connecting and rendering are done in threads, not to hold the loop up.
        threads = ThreadPoolExecutor(self.connections, "sender")
        asyncio.get_running_loop().set_default_executor(threads)
        board = RunState(stop, progress)
        feed = CopyQueue(lambda: board.must_stop)
        width = ConcurrencyLimit(self.connections)
        shared = RunContext(
            engine=self.engine,
            feed=feed,
            links=self.links,
            policy=self.policy,
            clock=self.clock,
            recorder=GroupCommit(
                self.engine, SettleAndClaim(self.clock), lambda: crew.size
            ),
            board=board,
            pace=RateLimiter(self.engine, self.clock, self.limits),
        )
        crew = ConnectionPool(shared, self.carrier, width)
        leases = Leases(shared, self.message_for, self.batches, owner)
        try:
            await _to_the_end(shared, leases, crew)
        except BaseException:
            board.halt()
            raise
        finally:
            try:
                await crew.dismiss()
            finally:
                # Also where the database was the trouble: it may be over by now.
                leases.give_back()
        return board.tally()

    def _release_the_gone(self) -> None:
        with reading(self.engine) as connection:
            gone = [one for one in send_batches.owners(connection) if is_gone(one)]
        for owner in gone:
            with writing(self.engine) as connection:
                count = send_batches.release(connection, owner, self.clock())
            if count:
                log.warning("send batches taken back owner=%s count=%s", owner, count)


async def _to_the_end(shared: RunContext, leases: Leases, crew: ConnectionPool) -> None:
    """Keep the connections fed until nothing more is due or the run is to stop."""
    feed = shared.feed

    def needs_a_look() -> bool:
        is_hungry = feed.is_low and not leases.are_exhausted
        return is_hungry or feed.has_ended_batch or crew.has_ended_one or feed.is_over

    while not shared.board.must_stop and not feed.is_over:
        if feed.is_low and not leases.are_exhausted:
            leases.fetch()
        leases.give_back_ended()
        leases.keep()
        crew.hire()
        await feed.wait(_LOOK_SECONDS, needs_a_look)
