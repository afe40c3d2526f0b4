"""What the connections of a sender have written between two copies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from digest.store.delivery.claims import ClaimResult, HandoverGuard, claim_all
from digest.store.delivery.deliveries import DeliveryMove, moves_alike, tell_refused


class CopyClaim(NamedTuple):
    """Whose copy is to leave next, and what must still hold when it does."""

    reader_id: int
    guard: HandoverGuard


class SettleAndClaimRequest(NamedTuple):
    """How a connection's last copy ended, and which it claims next; or one of them."""

    settled: DeliveryMove | None = None
    claim: CopyClaim | None = None


@dataclass(frozen=True, slots=True)
class SettleAndClaim:
    """Writes many requests with few statements, at the time that `clock` says then."""

    clock: Callable[[], datetime]

    def __call__(
        self, connection: Connection, requests: Sequence[SettleAndClaimRequest]
    ) -> list[ClaimResult | None]:
        """Settle, then claim; return for each request what came of its claim."""
        now = self.clock()
        changes = [request.settled for request in requests if request.settled]
        settled = moves_alike(connection, changes)
        claims = [request.claim for request in requests]
        reader_ids: dict[HandoverGuard, list[int]] = {}
        for claim in filter(None, claims):
            reader_ids.setdefault(claim.guard, []).append(claim.reader_id)
        results = {}
        for guard, readers in reader_ids.items():
            results[guard] = claim_all(connection, readers, guard, now, settled)
            settled = []
        for moves in settled:  # nobody claims
            moves.statement.execute(connection, moves.rows, now)
        tell_refused(connection, changes, now)
        return [
            results[claim.guard][claim.reader_id] if claim else None for claim in claims
        ]
