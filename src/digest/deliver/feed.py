"""The copies in hand: of batches leased to us, shared out among connections."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from time import monotonic
from typing import NamedTuple

from digest.deliver.press import Press
from digest.model.campaigns import UncertainPolicy
from digest.model.deliveries import Patience
from digest.store.copies import DueCopy
from digest.store.send_batches import Lease

# Enough to keep every connection busy while the next batch is fetched.
LOW = 250
# Nobody is woken when the run is asked to stop: who waits looks this often.
LONGEST_WAIT = 0.5


@dataclass(slots=True, eq=False)
class Batch:
    """A leased batch of an edition; `left` copies of it have not had their turn."""

    lease: Lease
    edition_code: str
    sending_domain: str
    uncertain: UncertainPolicy
    patience: Patience
    press: Press
    left: int = 0


class Task(NamedTuple):
    """One copy and the batch it is of."""

    batch: Batch
    due: DueCopy


class Feed:
    """Copies that many threads take from, each copy once, and when batches end.

    `must_stop` says that no further copy is to be taken.
    """

    def __init__(self, must_stop: Callable[[], bool]) -> None:
        self._must_stop = must_stop
        self._changed = threading.Condition()
        self._tasks = deque[Task]()
        self._delayed: list[tuple[float, int, Task]] = []
        self._order = count()
        self._held_until = 0.0
        self._is_closed = False
        self.batches: list[Batch] = []

    def add(self, batch: Batch, copies: Iterable[DueCopy]) -> None:
        """Share out a batch's copies."""
        with self._changed:
            tasks = [Task(batch, due) for due in copies]
            batch.left = len(tasks)
            self.batches.append(batch)
            self._tasks.extend(tasks)
            self._changed.notify_all()

    def next(self) -> Task | None:
        """Return the next copy, or None where none is to be had this instant."""
        with self._changed:
            return None if self._nothing_at_hand() else self._tasks.popleft()

    def wait_for_more(self) -> bool:
        """Wait until a copy may be had; False when no more will come.

        While another connection has one in hand it may yet be put back.
        """
        with self._changed:
            while self._nothing_at_hand():
                if self._must_stop() or self.is_over:
                    return False
                self._changed.wait(min(self._pause(), LONGEST_WAIT))
            return True

    def hold(self, seconds: float) -> None:
        """Give out nothing for so long."""
        with self._changed:
            self._held_until = monotonic() + seconds

    def put_back(self, task: Task, delay_seconds: float = 0) -> None:
        """Have a copy taken again, not before so many seconds from now."""
        with self._changed:
            if delay_seconds:
                at = monotonic() + delay_seconds
                heappush(self._delayed, (at, next(self._order), task))
            else:
                self._tasks.appendleft(task)
            self._changed.notify_all()

    def ended(self, task: Task) -> None:
        """Note that a copy has had its turn, and that this is recorded."""
        with self._changed:
            task.batch.left -= 1
            if not task.batch.left or len(self._tasks) < LOW:
                self._changed.notify_all()

    def give_up(self, batch: Batch) -> None:
        """Leave the rest of a batch where it is: it is somebody else's now."""
        with self._changed:
            self._tasks = deque(one for one in self._tasks if one.batch is not batch)
            self._delayed = [one for one in self._delayed if one[2].batch is not batch]
            heapify(self._delayed)
            if batch in self.batches:
                self.batches.remove(batch)
            self._changed.notify_all()

    def take_ended(self) -> list[Batch]:
        """Return the batches all of whose copies have had their turn, once each."""
        with self._changed:
            ended = [batch for batch in self.batches if not batch.left]
            self.batches = [batch for batch in self.batches if batch.left]
            return ended

    def close(self) -> None:
        """Say that no further batch will come."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def wake(self) -> None:
        """Have everybody who waits look again."""
        with self._changed:
            self._changed.notify_all()

    @property
    def is_over(self) -> bool:
        """Whether every copy has had its turn and no further batch will come."""
        return self._is_closed and not any(batch.left for batch in self.batches)

    @property
    def has_ended_batch(self) -> bool:
        """Whether a batch has ended that `take_ended` has not returned yet."""
        return not all(batch.left for batch in self.batches)

    @property
    def is_low(self) -> bool:
        """Whether another batch should be fetched."""
        return len(self._tasks) < LOW

    def wait(self, seconds: float, until: Callable[[], bool]) -> None:
        """Wait until that is true, for so long at most."""
        with self._changed:
            self._changed.wait_for(until, seconds)

    def _nothing_at_hand(self) -> bool:
        now = monotonic()
        while self._delayed and self._delayed[0][0] <= now:
            self._tasks.append(heappop(self._delayed)[2])
        return not self._tasks or self._must_stop() or now < self._held_until

    def _pause(self) -> float:
        """Return after how many seconds something may be at hand by itself."""
        soonest = [at for at, _, _ in self._delayed[:1]]
        if self._tasks:
            soonest.append(self._held_until)
        return max(min(soonest, default=inf) - monotonic(), 0)
