"""How a send batch gets to a sender: the one seam between one machine and many.

The rows of the send batches are the truth for every dispatcher. A batch that
is submitted twice, or never, is sent once all the same.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import Connection

from digest.deliver.sending.batch_supply import BatchSupply, DueBatches


class ProcessSupply(BatchSupply, Protocol):
    """Where one process gets its batches from, run after run."""

    def wait(self, seconds: float) -> None:
        """Wait between two runs until a batch is at hand, for so long at most.

        Whatever the last run had leased has been given back by then.
        """
        ...


class Dispatcher(Protocol):
    """Gets each send batch to a sender, in this process or on another machine."""

    def submit(self, connection: Connection, batch_ids: Sequence[int]) -> None:
        """Have these new batches sent, once the transaction has been committed."""
        ...

    def supply(self, stop: threading.Event) -> AbstractContextManager[ProcessSupply]:
        """Yield what this process is to send, until `stop` is set."""
        ...


class EmbeddedDispatcher:
    """Every process that sends leases what is due: the rows are the queue."""

    def submit(self, connection: Connection, batch_ids: Sequence[int]) -> None:
        """Do nothing: senders look for what is due by themselves."""

    @contextmanager
    def supply(self, stop: threading.Event) -> Iterator[ProcessSupply]:
        """Yield all that is due, looked for again and again."""
        yield _PolledBatches(stop)


class _PolledBatches(DueBatches):
    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until it is time to stop."""
        self._stop.wait(seconds)
