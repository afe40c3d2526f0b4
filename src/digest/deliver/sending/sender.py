"""Send what is due: lease batches, share them among connections, give them back."""

import asyncio
import gc
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
from digest.deliver.sending.lease_owner import has_ended, owning
from digest.deliver.sending.leases import Leases
from digest.deliver.sending.rate_limiter import RateLimiter
from digest.deliver.sending.run_state import Progress, RunState, RunTally
from digest.model.delivery.delivery import RetryPolicy
from digest.model.delivery.rate_limits import RateLimits
from digest.store.base.engine import reading, writing
from digest.store.delivery.sending import send_batches
from digest.store.delivery.sending.settle_and_claim import SettleAndClaim

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class EmailSender:
    """Sends emails over a few connections at once.

    `message_for` renders a variant of an edition, given their ids, and is
    asked again after a withdrawal; None says that nothing of it remains.
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
        self, stop: threading.Event, progress: Progress = lambda _end: None
    ) -> RunTally:
        """Send every email that is due now, or at hand, and return how it went.

        Each copy at least once, with the same Message-ID on every attempt, and
        only to who is still to be written to when it leaves. `stop` ends the
        run after the copies on the wire. Being turned away by the carrier ends
        it too: the tally says why, and to try again is the caller's to decide.
        Any number of processes may do this at once. Raises StoreError.
        """
        self._release_ended_owners()
        with owning() as owner, _set_apart():
            return asyncio.run(self._run(stop, progress, owner))

    async def _run(
        self, stop: threading.Event, progress: Progress, owner: str
    ) -> RunTally:
        # Connecting and rendering are done in threads, not to hold the loop up.
        threads = ThreadPoolExecutor(self.connections, "sender")
        asyncio.get_running_loop().set_default_executor(threads)
        state = RunState(stop, progress)
        context = RunContext(
            engine=self.engine,
            queue=CopyQueue(lambda: state.must_stop),
            links=self.links,
            policy=self.policy,
            clock=self.clock,
            commits=GroupCommit(
                self.engine, SettleAndClaim(self.clock), lambda: pool.size
            ),
            state=state,
            rate_limiter=RateLimiter(self.engine, self.clock, self.limits),
        )
        limit = ConcurrencyLimit(self.connections)
        pool = ConnectionPool(context, self.carrier, limit)
        leases = Leases(context, self.message_for, self.batches, owner)
        try:
            await _send_until_over(context, leases, pool)
        except BaseException:
            state.halt()
            raise
        finally:
            try:
                await pool.drain()
            finally:
                context.commits.close()
                # Also where the database was the trouble: it may be over by now.
                leases.give_back_all()
        return state.tally()

    def _release_ended_owners(self) -> None:
        with reading(self.engine) as connection:
            owners = list(filter(has_ended, send_batches.owners(connection)))
        for owner in owners:
            with writing(self.engine) as connection:
                count = send_batches.release(connection, owner, self.clock())
            if count:
                log.warning("send batches taken back owner=%s count=%s", owner, count)


@contextmanager
def _set_apart() -> Iterator[None]:
    """Have what was there before not looked through, again and again, for cycles.

    Some hundred thousand objects are of the program itself, and live as long as it.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _send_until_over(
    context: RunContext, leases: Leases, pool: ConnectionPool
) -> None:
    """Keep copies queued until nothing more is due or the run is to stop."""
    queue = context.queue

    def must_look() -> bool:
        wants_copies = queue.is_low and not leases.are_exhausted
        has_ended = queue.has_ended_batch or pool.has_ended_connection
        # The server may have turned the last connection away since the loop asked.
        is_over = queue.is_over or context.state.must_stop
        return wants_copies or has_ended or is_over

    while not context.state.must_stop and not queue.is_over:
        if queue.is_low and not leases.are_exhausted:
            leases.fetch()
        leases.give_back_ended()
        leases.renew()
        pool.fill()
        await queue.wait(_LOOK_SECONDS, must_look)
