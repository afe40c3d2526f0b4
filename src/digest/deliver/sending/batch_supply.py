"""Where a run's send batches come from, and whom it tells when one has ended."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from digest.store.delivery import send_batches
from digest.store.delivery.send_batches import Lease


class BatchSupply(Protocol):
    """Hands out batches that are due, each leased to whoever asks."""

    def lease(
        self, connection: Connection, owner: str, now: datetime, length: timedelta
    ) -> Lease | None:
        """Lease the next batch, or return None where none is at hand just now."""
        ...

    def ended(self, batch_id: int) -> None:
        """Note that the run has given the batch back, sent to its end or not."""
        ...


class DueBatches:
    """Every batch that is due, the longest due first: the rows are the queue."""

    def lease(
        self, connection: Connection, owner: str, now: datetime, length: timedelta
    ) -> Lease | None:
        """Lease the batch that has been due longest."""
        return send_batches.claim(connection, owner, now, length)

    def ended(self, batch_id: int) -> None:
        """Do nothing: the batch's row says how it stands."""
