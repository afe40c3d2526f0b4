"""What the connections of a sender have written between two copies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.store.delivery.claims import ClaimResult, HandoverGuard, take_all
from digest.store.delivery.deliveries import DeliveryMove, move_all


@dataclass(frozen=True, slots=True)
class CopyClaim:
    """Whose copy is to leave next, and what must still hold when it does."""

    reader_id: int
    guard: HandoverGuard


@dataclass(frozen=True, slots=True)
class SettleAndClaimRequest:
    """How a connection's last copy ended, and which it takes next; or one of them."""

    settled: DeliveryMove | None = None
    taking: CopyClaim | None = None


@dataclass(frozen=True, slots=True)
class SettleAndClaim:
    """Writes many turns with few statements. `clock` says when they were written."""

    clock: Callable[[], datetime]

    def __call__(
        self, connection: Connection, turns: Sequence[SettleAndClaimRequest]
    ) -> list[ClaimResult | None]:
        """Settle, then take; return for each turn what came of its taking."""
        now = self.clock()
        move_all(connection, [one.settled for one in turns if one.settled], now)
        wanted: dict[HandoverGuard, list[int]] = {}
        for one in turns:
            if one.taking is not None:
                wanted.setdefault(one.taking.guard, []).append(one.taking.reader_id)
        taken = {
            guard: take_all(connection, readers, guard, now)
            for guard, readers in wanted.items()
        }
        return [
            taken[one.taking.guard][one.taking.reader_id] if one.taking else None
            for one in turns
        ]
