"""Where a sender gets its send batches from."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from digest.store.delivery.sending import send_batches
from digest.store.delivery.sending.send_batches import Lease


class BatchSupply(Protocol):
    """Hands out batches that are due, each leased to whoever asks."""

    def may_have_some(self, connection: Connection, now: datetime) -> bool:
        """Whether a run may find something to do, if only to take a batch back."""
        ...

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

    def may_have_some(self, connection: Connection, now: datetime) -> bool:
        """Whether a batch is due, or leased: perhaps to somebody who is gone."""
        return send_batches.are_at_hand(connection, now)

    def lease(
        self, connection: Connection, owner: str, now: datetime, length: timedelta
    ) -> Lease | None:
        """Lease the batch that has been due longest."""
        return send_batches.claim(connection, owner, now, length)

    def ended(self, batch_id: int) -> None:
        """Do nothing: the batch's row says how it stands."""
