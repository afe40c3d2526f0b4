"""How many connections a run has: one task each, fewer of them while there is trouble.

At most as many as DIGEST_SMTP_CONNECTIONS; how many of those just now is for
`concurrency_limit` to say.
"""

import asyncio
import logging

from digest.deliver.carrier import Carrier
from digest.deliver.sending.concurrency_limit import ConcurrencyLimit
from digest.deliver.sending.connection_loop import ConnectionLoop, RunContext
from digest.deliver.smtp.reconnecting_connection import ReconnectingConnection
from digest.errors import CarrierError

log = logging.getLogger(__name__)


class ConnectionPool:
    """Keeps as many connections open as `limit` allows.

    One that is turned away ends, and the run goes on with the others; after a
    quiet spell one more is tried. When the last is turned away the run pauses.
    """

    def __init__(
        self, context: RunContext, carrier: Carrier, limit: ConcurrencyLimit
    ) -> None:
        self._context = context
        self._carrier = carrier
        self._tasks = set[asyncio.Task[CarrierError | None]]()
        self._limit = limit

    def fill(self) -> None:
        """Start as many connections as may be, and see to those that ended."""
        for ended in [task for task in self._tasks if task.done()]:
            self._tasks.remove(ended)
            if (problem := ended.result()) is not None:
                self._reduce(problem)
        while (
            len(self._tasks) < self._limit.allowed and not self._context.state.must_stop
        ):
            connection = ReconnectingConnection(self._carrier)
            task = asyncio.create_task(ConnectionLoop(self._context, connection).run())
            task.add_done_callback(lambda _ended: self._context.queue.wake())
            self._tasks.add(task)

    @property
    def size(self) -> int:
        """How many connections there were when `fill` last looked."""
        return len(self._tasks)

    @property
    def has_ended_connection(self) -> bool:
        """Whether a connection has ended since `fill` last looked."""
        return any(task.done() for task in self._tasks)

    async def drain(self) -> None:
        """Wait until every connection has ended; each first finishes its copy.

        Raises what ended one of them, if it was no carrier.
        """
        if self._tasks:
            await asyncio.wait(self._tasks)
        # All are asked: the fault of one that was not would be logged as a bug.
        faults = [ended.exception() for ended in self._tasks]
        for fault in filter(None, faults):
            raise fault

    def _reduce(self, problem: CarrierError) -> None:
        others = sum(not task.done() for task in self._tasks)
        log.warning("carrier turned us away others=%s reason=%s", others, problem)
        if not others:
            self._context.state.pause(str(problem))
            return
        self._limit.reduce(others)
