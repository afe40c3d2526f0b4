"""The batches whose jobs a process has been given, until it has sent them."""

import threading
from collections import deque
from concurrent.futures import Future
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import Connection

from digest.store.delivery import send_batches
from digest.store.delivery.send_batches import Lease

# Nobody is woken when it is time to stop: who waits looks this often.
_LOOK_SECONDS = 0.2


class JobSupply:
    """Hands the sender the batches that jobs ask for; for two threads.

    A job is answered when its batch has been given back, whatever came of it,
    or could not be leased: then it is done already, or another's, or not due.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._changed = threading.Condition()
        self._at_hand = deque[int]()
        self._jobs = dict[int, Future[None]]()
        self._is_closed = False

    def ask(self, batch_id: int) -> Future[None]:
        """Ask for a batch to be sent; a repeated job is answered at once."""
        answer = Future[None]()
        with self._changed:
            if self._is_closed or batch_id in self._jobs:
                answer.set_result(None)
                return answer
            self._jobs[batch_id] = answer
            self._at_hand.append(batch_id)
            self._changed.notify_all()
        return answer

    def lease(
        self, connection: Connection, owner: str, now: datetime, length: timedelta
    ) -> Lease | None:
        """Lease the next batch that a job has asked for."""
        while (batch_id := self._next()) is not None:
            lease = send_batches.claim(connection, owner, now, length, batch_id)
            if lease is not None:
                return lease
            self.ended(batch_id)
        return None

    def ended(self, batch_id: int) -> None:
        """Answer the job."""
        with self._changed:
            answer = self._jobs.pop(batch_id, None)
        if answer is not None:
            answer.set_result(None)

    def wait(self, seconds: float) -> None:
        """Wait until a batch is at hand; what the last run left is answered."""
        with self._changed:
            left = self._jobs.keys() - set(self._at_hand)
        for batch_id in left:
            self.ended(batch_id)
        until = monotonic() + seconds
        with self._changed:
            while not self._at_hand and not self._must_end and monotonic() < until:
                self._changed.wait(min(_LOOK_SECONDS, seconds))

    def close(self) -> None:
        """Answer every job: nothing is sent here any more."""
        with self._changed:
            self._is_closed = True
            self._at_hand.clear()
            left = list(self._jobs)
            self._changed.notify_all()
        for batch_id in left:
            self.ended(batch_id)

    @property
    def _must_end(self) -> bool:
        return self._is_closed or self._stop.is_set()

    def _next(self) -> int | None:
        with self._changed:
            return self._at_hand.popleft() if self._at_hand else None
