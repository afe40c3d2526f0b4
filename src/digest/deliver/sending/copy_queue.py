"""The copy queue: copies of the leased batches, shared out among connections."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from time import monotonic
from typing import NamedTuple

from digest.deliver.sending.compiled_variants import CompiledVariants
from digest.model.campaigns.campaign import UncertainPolicy
from digest.model.delivery.delivery import Patience
from digest.store.delivery.copies import DueCopy
from digest.store.delivery.sending.send_batches import Lease

# Enough to keep every connection busy while more are read.
LOW = 100
# As many are left for whoever wants one at once.
_NOT_TAKEN_AHEAD = 16
# Nobody is woken when the run is asked to stop: who waits looks this often.
LONGEST_WAIT = 0.5


@dataclass(slots=True, eq=False)
class LeasedBatch:
    """A leased batch of an edition.

    `remaining` copies that were read have not had their turn; those of the
    readers `unread` have not been read yet. `has_uncertain` says that one that had its
    turn may have arrived.
    """

    lease: Lease
    edition_code: str
    sending_domain: str
    uncertain: UncertainPolicy
    patience: Patience
    variants: CompiledVariants
    unread: range
    remaining: int = 0
    has_uncertain: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether all its copies have had their turn."""
        return not self.remaining and not self.unread


class QueuedCopy(NamedTuple):
    """One copy and the batch it is of."""

    batch: LeasedBatch
    due: DueCopy


class CopyQueue:
    """Copies that many tasks take from, each copy once, and when batches end.

    `must_stop` says that no further copy is to be taken.
    """

    def __init__(self, must_stop: Callable[[], bool]) -> None:
        self._must_stop = must_stop
        self._waiting = set[asyncio.Future[None]]()
        self._copies = deque[QueuedCopy]()
        self._delayed: list[tuple[float, int, QueuedCopy]] = []
        self._order = count()
        self._paused_until = 0.0
        self._is_closed = False
        self.batches: list[LeasedBatch] = []

    def add(self, batch: LeasedBatch, copies: Collection[DueCopy]) -> None:
        """Share out copies of a batch."""
        if batch not in self.batches:
            self.batches.append(batch)
        batch.remaining += len(copies)
        self._copies.extend(QueuedCopy(batch, due) for due in copies)
        self.wake()

    def next(self) -> QueuedCopy | None:
        """Return the next copy, or None where none is to be had this instant."""
        return None if self._nothing_at_hand() else self._copies.popleft()

    async def wait_for_more(self) -> bool:
        """Wait until a copy may be had; False when no more will come.

        While another connection has one in hand it may yet be put back.
        """
        while self._nothing_at_hand():
            if self._must_stop() or self.is_over:
                return False
            soonest = [at for at, _, _ in self._delayed[:1]]
            if self._copies:
                soonest.append(self._paused_until)
            pause = max(min(soonest, default=inf) - monotonic(), 0)
            await self._wait(min(pause, LONGEST_WAIT))
        return True

    def pause(self, seconds: float) -> None:
        """Give out nothing for so long."""
        self._paused_until = monotonic() + seconds

    def put_back(self, copy: QueuedCopy, delay_seconds: float = 0) -> None:
        """Have a copy taken again, not before so many seconds from now."""
        if delay_seconds:
            at = monotonic() + delay_seconds
            heappush(self._delayed, (at, next(self._order), copy))
        else:
            self._copies.appendleft(copy)
        self.wake()

    def finish(self, copy: QueuedCopy) -> None:
        """Note that a copy has had its turn, and that this is recorded."""
        copy.batch.remaining -= 1
        if copy.batch.has_ended or (self.is_low and not self._is_closed):
            self.wake()

    def drop(self, batch: LeasedBatch) -> None:
        """Leave the rest of a batch where it is: it is somebody else's now."""
        self._copies = deque(copy for copy in self._copies if copy.batch is not batch)
        self._delayed = [
            entry for entry in self._delayed if entry[2].batch is not batch
        ]
        heapify(self._delayed)
        if batch in self.batches:
            self.batches.remove(batch)
        self.wake()

    def pop_ended(self) -> list[LeasedBatch]:
        """Return the batches all of whose copies have had their turn, once each."""
        ended = [batch for batch in self.batches if batch.has_ended]
        self.batches = [batch for batch in self.batches if not batch.has_ended]
        return ended

    def close(self) -> None:
        """Say that no further batch will come."""
        self._is_closed = True
        self.wake()

    def wake(self) -> None:
        """Have everybody who waits look again."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    @property
    def is_over(self) -> bool:
        """Whether every copy has had its turn and no further batch will come."""
        return self._is_closed and all(batch.has_ended for batch in self.batches)

    @property
    def has_ended_batch(self) -> bool:
        """Whether a batch has ended that `pop_ended` has not returned yet."""
        return any(batch.has_ended for batch in self.batches)

    @property
    def is_ample(self) -> bool:
        """Whether a copy may be taken before its turn has come."""
        return len(self._copies) > _NOT_TAKEN_AHEAD

    @property
    def is_low(self) -> bool:
        """Whether another batch should be fetched."""
        return len(self._copies) < LOW

    async def wait(self, seconds: float, until: Callable[[], bool]) -> None:
        """Wait until that is true, for so long at most."""
        end = monotonic() + seconds
        while not until() and (rest := end - monotonic()) > 0:
            await self._wait(rest)

    async def _wait(self, seconds: float) -> None:
        """Wait until somebody wakes us, for so long at most."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        self._waiting.add(waiter)
        timer = loop.call_later(seconds, self.wake)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiting.remove(waiter)

    def _nothing_at_hand(self) -> bool:
        if not (self._delayed or self._paused_until):
            return not self._copies or self._must_stop()
        now = monotonic()
        while self._delayed and self._delayed[0][0] <= now:
            self._copies.append(heappop(self._delayed)[2])
        return not self._copies or self._must_stop() or now < self._paused_until
