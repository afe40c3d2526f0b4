"""The connections of a run: one task each, fewer of them while there is trouble."""

import asyncio
import logging

from digest.deliver.carrier import Carrier
from digest.deliver.sending.concurrency_limit import ConcurrencyLimit
from digest.deliver.sending.connection_loop import ConnectionLoop, RunContext
from digest.deliver.smtp.reconnecting_connection import ReconnectingConnection
from digest.errors import CarrierError

log = logging.getLogger(__name__)


class ConnectionPool:
    """Keeps as many connections at work as `width` allows.

    One that is turned away ends, and the run goes on with the others; after a
    quiet spell one more is tried. When the last is turned away the run pauses.
    """

    def __init__(
        self, shared: RunContext, carrier: Carrier, width: ConcurrencyLimit
    ) -> None:
        self._shared = shared
        self._carrier = carrier
        self._at_work = set[asyncio.Task[CarrierError | None]]()
        self._width = width

    def hire(self) -> None:
        """Set to work as many connections as may be, and see to those that ended."""
        for ended in [one for one in self._at_work if one.done()]:
            self._at_work.remove(ended)
            if (problem := ended.result()) is not None:
                self._narrow(problem)
        while (
            len(self._at_work) < self._width.allowed
            and not self._shared.board.must_stop
        ):
            self._at_work.add(self._start())

    @property
    def size(self) -> int:
        """How many connections were at work when `hire` last looked."""
        return len(self._at_work)

    @property
    def is_at_work(self) -> bool:
        """Whether any connection still is, though it may be about to end."""
        return any(not one.done() for one in self._at_work)

    @property
    def has_ended_one(self) -> bool:
        """Whether a connection has ended since `hire` last looked."""
        return any(one.done() for one in self._at_work)

    async def dismiss(self) -> None:
        """Wait until every connection has ended; each first finishes its copy.

        Raises what ended one of them, if it was no carrier.
        """
        if self._at_work:
            await asyncio.wait(self._at_work)
        # All are asked: the fault of one that was not would be logged as a bug.
        faults = [ended.exception() for ended in self._at_work]
        for fault in filter(None, faults):
            raise fault

    def _start(self) -> asyncio.Task[CarrierError | None]:
        worker = ConnectionLoop(self._shared, ReconnectingConnection(self._carrier))
        started = asyncio.create_task(worker.run())
        started.add_done_callback(lambda _ended: self._shared.feed.wake())
        return started

    def _narrow(self, problem: CarrierError) -> None:
        others = sum(not one.done() for one in self._at_work)
        log.warning("carrier turned us away others=%s reason=%s", others, problem)
        if not others:
            self._shared.board.pause(str(problem))
            return
        self._width.narrow(others)
